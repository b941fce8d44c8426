"""The fields of the states, as the protocol lists them."""

ROOM = {
    "id",
    "rev",
    "last_seq",
    "first_seq",
    "kind",
    "name",
    "description",
    "avatar",
    "public",
    "history",
    "post",
    "invite",
    "edit_info",
    "approval",
    "expire_after",
    "slow_mode",
    "members",
    "created_at",
    "created_by",
    "deleted_at",
}
MESSAGE = {
    "room",
    "seq",
    "rev",
    "client_id",
    "sender",
    "kind",
    "text",
    "system",
    "reply_to",
    "forwarded",
    "mentions",
    "mentions_all",
    "files",
    "reactions",
    "pinned",
    "created_at",
    "edited_at",
    "deleted_at",
    "expires_at",
}
POLL = {"options", "multiple", "anonymous", "closes_at", "closed_at", "people"}
OPTION = {"id", "text", "votes", "voters"}
MEMBER = {"room", "rev", "user", "name", "username", "role", "status", "joined_at"}
ME = {"room", "role", "muted_until", "archived", "pinned", "draft", "delivered", "read"}
USER = {"id", "username", "name", "about", "avatar", "bot", "created_at"}
OWN_SETTINGS = {"email", "locale", "last_seen", "receipts"}
RECEIPT = {"room", "user", "delivered", "read"}
ENTRY = {"room", "rev", "me", "members", "messages", "users", "receipts", "unread", "mentions", "more", "reset"}
SESSION = {"id", "created_at", "last_used_at", "address", "agent", "current"}

TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
