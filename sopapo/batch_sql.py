"""The journal's statements in both dialects; their one parameter is a JSON document, so that their text is the same.

On PostgreSQL the row locks are taken in the order of the rooms' ids; SQLite has one, and the transaction began with it.
"""

from typing import NamedTuple


class Statement(NamedTuple):
    """One statement, under the name by which PostgreSQL is to know it."""

    name: str
    sqlite: str
    postgresql: str


IDS = Statement(
    "ids",
    "SELECT value FROM json_each(?)",
    "SELECT CAST(value AS uuid) FROM json_array_elements_text(CAST(%s AS json))",
)

# PostgreSQL tells the next statement of the transaction which rooms it has locked: what that one reads is true then.
# SQLite has nothing to lock any more.
LOCKED = f"SELECT id FROM rooms WHERE id IN ({IDS.postgresql}) AND deleted_at IS NULL ORDER BY id FOR UPDATE"
NOTED = "SELECT set_config('sopapo.locked', CAST(COALESCE(array_agg(id), '{}') AS text), true) FROM"
LOCK_ROOMS = Statement("lock_rooms", "", f"{NOTED} ({LOCKED}) AS locked")
LOCK_FREE_ROOMS = Statement("lock_free_rooms", "", f"{NOTED} ({LOCKED} SKIP LOCKED) AS locked")

LOCK_FILES = Statement(
    "lock_files",
    f"SELECT id FROM files WHERE status = 'ready' AND id IN ({IDS.sqlite})",
    f"SELECT CAST(id AS text) FROM files WHERE status = 'ready' AND id IN ({IDS.postgresql}) ORDER BY id FOR UPDATE",
)

DECIDING = (
    "d.n, COALESCE(m.role, ''), m.joined_seq, m.silenced_until, m.last_sent_at,"
    " r.kind, r.public, r.post, r.history, r.first_seq, r.last_seq, r.last_rev, r.expire_after, r.slow_mode"
)
MEMBER = "m.room_id = d.room AND m.user_id = d.sender AND m.status = 'joined'"
# A lateral join keeps PostgreSQL on the index, whatever it takes for the size of a table.
FACTS = Statement(
    "facts",
    "WITH d AS (SELECT value->>'n' AS n, value->>'room' AS room, value->>'sender' AS sender FROM json_each(?))"
    f" SELECT {DECIDING} FROM d LEFT JOIN rooms r ON r.id = d.room AND r.deleted_at IS NULL"
    f" LEFT JOIN members m ON {MEMBER}",
    "WITH d AS (SELECT * FROM json_to_recordset(CAST(%s AS json)) AS j(n int, room uuid, sender uuid)),"
    " r AS MATERIALIZED (SELECT * FROM rooms WHERE"
    " id = ANY (ARRAY(SELECT unnest(CAST(current_setting('sopapo.locked') AS uuid[])))))"
    f" SELECT {DECIDING} FROM d LEFT JOIN r ON r.id = d.room"
    f" LEFT JOIN LATERAL (SELECT * FROM members m WHERE {MEMBER} LIMIT 1) AS m ON true",
)
SENT = "o.room_id = d.room AND o.sender_id = d.sender AND o.client_id = d.client"
SENT_BEFORE = Statement(
    "sent_before",
    "WITH d AS (SELECT value->>'n' AS n, value->>'room' AS room, value->>'sender' AS sender,"
    f" value->>'client' AS client FROM json_each(?)) SELECT d.n, o.seq FROM d JOIN messages o ON {SENT}",
    "SELECT d.n, o.seq FROM json_to_recordset(CAST(%s AS json)) AS d(n int, room uuid, sender uuid, client uuid)"
    f" JOIN LATERAL (SELECT seq FROM messages o WHERE {SENT} LIMIT 1) AS o ON true",
)

COLUMNS = {
    "room_id": "uuid",
    "seq": "bigint",
    "rev": "bigint",
    "client_id": "uuid",
    "sender_id": "uuid",
    "text": "text",
    "reply_to": "bigint",
    "forwarded": "boolean",
    "mentions": "jsonb",
    "mentions_all": "boolean",
    "created_at": "bigint",
    "expires_at": "bigint",
}
NAMES = ", ".join(COLUMNS)
TYPED = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
INSERT = f"INSERT INTO messages (kind, pinned, {NAMES})"
# SQLite takes the rows one by one, which costs it nothing; to PostgreSQL each would be a journey.
INSERT_MESSAGES = Statement(
    "insert_messages",
    f"{INSERT} VALUES ('text', false, {', '.join(['?'] * len(COLUMNS))})",
    f"{INSERT} SELECT 'text', false, {NAMES} FROM json_to_recordset(CAST(%s AS json)) AS j({TYPED})",
)

# A trigger puts the words of what is new into their index; few wait for more, or for the first who searches.
INDEX_WORDS = "UPDATE words_upto SET upto = (SELECT max(id) FROM messages)"
INDEX_MANY_WORDS = f"{INDEX_WORDS} WHERE upto <= (SELECT max(id) FROM messages) - 128"

RAISED = "UPDATE rooms SET last_seq = d.seq, last_rev = d.rev FROM ({}) AS d WHERE rooms.id = d.room"
RAISE_COUNTERS = Statement(
    "raise_counters",
    RAISED.format("SELECT value->>'room' AS room, value->>'seq' AS seq, value->>'rev' AS rev FROM json_each(?)"),
    RAISED.format("SELECT * FROM json_to_recordset(CAST(%s AS json)) AS j(room uuid, seq bigint, rev bigint)"),
)

MARKED = (
    "UPDATE members SET read = d.seq, delivered = d.seq, marks_changed_at = d.at, last_sent_at = d.at"
    " FROM ({}) AS d WHERE members.room_id = d.room AND members.user_id = d.sender"
)
RAISE_MARKS = Statement(
    "raise_marks",
    MARKED.format(
        "SELECT value->>'room' AS room, value->>'sender' AS sender, value->>'seq' AS seq, value->>'at' AS at"
        " FROM json_each(?)"
    ),
    MARKED.format(
        "SELECT * FROM json_to_recordset(CAST(%s AS json)) AS j(room uuid, sender uuid, seq bigint, at bigint)"
    ),
)

# Few messages bring anything: the others need no columns for it.
BROUGHT = (
    "UPDATE messages SET kind = d.kind, poll = d.poll, files = d.files FROM ({}) AS d"
    " WHERE messages.room_id = d.room AND messages.seq = d.seq"
)
BRING = Statement(
    "bring",
    BROUGHT.format(
        "SELECT value->>'room' AS room, value->>'seq' AS seq, value->>'kind' AS kind, value->>'poll' AS poll,"
        " value->>'files' AS files FROM json_each(?)"
    ),
    BROUGHT.format(
        "SELECT * FROM json_to_recordset(CAST(%s AS json))"
        " AS j(room uuid, seq bigint, kind text, poll jsonb, files jsonb)"
    ),
)
ATTACHED = "INSERT INTO attachments (room_id, seq, file_id)"
ATTACH = Statement(
    "attach",
    f"{ATTACHED} SELECT value->>'room', value->>'seq', value->>'file' FROM json_each(?)",
    f"{ATTACHED} SELECT * FROM json_to_recordset(CAST(%s AS json)) AS j(room uuid, seq bigint, file uuid)",
)
# What is held is not due: when it is let go, a trigger says so.
HELD = "UPDATE files SET due_at = NULL WHERE due_at IS NOT NULL AND id IN ({})"
HOLD = Statement("hold", HELD.format(IDS.sqlite), HELD.format(IDS.postgresql))

STATEMENTS = (
    LOCK_ROOMS,
    LOCK_FREE_ROOMS,
    LOCK_FILES,
    FACTS,
    SENT_BEFORE,
    INSERT_MESSAGES,
    BRING,
    ATTACH,
    HOLD,
    RAISE_COUNTERS,
    RAISE_MARKS,
)
