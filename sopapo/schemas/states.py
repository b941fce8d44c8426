"""The states that the server pushes: the whole current state of one thing each."""

from typing import Literal, NotRequired

from typing_extensions import TypedDict

Role = Literal["owner", "admin", "member"]
Status = Literal["joined", "pending", "left", "removed", "banned"]
Kind = Literal["group", "channel", "direct"]
Who = Literal["everyone", "admins"]


class SystemState(TypedDict):
    """What a system message says: who did what to whom."""

    action: str
    user: str
    by: str


class FileState(TypedDict):
    """A file that messages may hold; width and height in pixels, duration in seconds, size in bytes."""

    id: str
    name: str
    mime: str
    size: int
    width: int | None
    height: int | None
    duration: float | None
    blurhash: str | None
    url: str
    thumbnail: str | None
    expires_at: str | None


class OptionState(TypedDict):
    """An answer of a poll: how many have chosen it, and who, where that is told."""

    id: int
    text: str
    votes: int
    voters: list[str] | None


class PollState(TypedDict):
    """What a poll asks and how it stands; `people` is how many have voted.

    Who they are is told of each option, unless the poll is anonymous or there are too many.
    """

    options: list[OptionState]
    multiple: bool
    anonymous: bool
    closes_at: str | None
    closed_at: str | None
    people: int


class MessageState(TypedDict):
    """A message, named by `room` and `seq`; only a poll has `poll`, null where it is deleted."""

    room: str
    seq: int
    rev: int
    client_id: str | None
    sender: str | None
    kind: Literal["text", "system", "poll"]
    text: str | None
    system: SystemState | None
    reply_to: int | None
    forwarded: bool
    mentions: list[str]
    mentions_all: bool
    files: list[FileState]
    reactions: dict[str, list[str]]
    pinned: bool
    created_at: str
    edited_at: str | None
    deleted_at: str | None
    expires_at: str | None
    poll: NotRequired[PollState | None]


class VoteState(TypedDict):
    """What the user has chosen in a poll, nothing any more where he took it back; only his own sockets hear of it."""

    room: str
    seq: int
    options: list[int]


class StarState(TypedDict):
    """Whether the user has starred a message; only his own sockets hear of it."""

    room: str
    seq: int
    on: bool


class HiddenState(TypedDict):
    """A message that the user has deleted for himself; only his own sockets hear of it."""

    room: str
    seq: int


class ScheduledState(TypedDict):
    """A message for later; only its author's sockets hear of it. `error` is the code of why it could not be sent."""

    room: str
    client_id: str
    text: str
    files: list[FileState]
    reply_to: int | None
    send_at: str
    created_at: str
    status: Literal["waiting", "sent", "cancelled", "failed"]
    error: str | None


class RoomState(TypedDict):
    """A room; `members` is a count, `last_seq` and it are as of when the state was made."""

    id: str
    rev: int
    last_seq: int
    first_seq: int
    kind: Kind
    name: str | None
    description: str
    avatar: str | None
    public: bool
    history: Literal["all", "since_join"]
    post: Who
    invite: Who
    edit_info: Who
    approval: bool
    expire_after: int | None
    slow_mode: int | None
    members: int
    created_at: str
    created_by: str | None
    deleted_at: str | None


class MemberState(TypedDict):
    """A user in a room, or one who has been."""

    room: str
    rev: int
    user: str
    name: str
    username: str
    role: Role
    status: Status
    joined_at: str


class MeState(TypedDict):
    """What is the user's own in a room: role, preferences and marks."""

    room: str
    role: Role
    muted_until: str | None
    archived: bool
    pinned: bool
    draft: str | None
    delivered: int
    read: int


class ReceiptState(TypedDict):
    """How far a member has got and has read."""

    room: str
    user: str
    delivered: int
    read: int


class TypingState(TypedDict):
    """Whether a member is typing."""

    room: str
    user: str
    on: bool


class PresenceState(TypedDict):
    """Whether a user is online, else when he was last seen; both are held back from those who may not know."""

    user: str
    online: bool
    last_seen: str | None


class UserState(TypedDict):
    """A user as others see him, and with the settings as he sees himself."""

    id: str
    username: str
    name: str
    about: str
    avatar: str | None
    bot: bool
    created_at: str
    email: NotRequired[str | None]
    locale: NotRequired[str]
    last_seen: NotRequired[Literal["everyone", "nobody"]]
    receipts: NotRequired[Literal["everyone", "nobody"]]
