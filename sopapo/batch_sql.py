"""The statements of the journal in both dialects, each with one JSON document as its parameter.

So a statement has the same text whatever the number of messages. On PostgreSQL the row locks are taken in the order
of the rooms' ids; SQLite has one lock, and the transaction began with it.
"""

ROOM_COLUMNS = (
    "CAST(id AS text) AS id, kind, public, post, history, first_seq, last_seq, last_rev, expire_after, slow_mode"
)
IDS = {
    "sqlite": "SELECT value FROM json_each(?)",
    "postgresql": "SELECT CAST(value AS uuid) FROM json_array_elements_text(CAST(%s AS json))",
}
LOCK_ROOMS = {
    dialect: f"SELECT {ROOM_COLUMNS} FROM rooms WHERE id IN ({ids}) AND deleted_at IS NULL"
    for dialect, ids in IDS.items()
}
LOCK_ROOMS["postgresql"] += " ORDER BY rooms.id FOR UPDATE"
LOCK_FREE_ROOMS = LOCK_ROOMS | {"postgresql": f"{LOCK_ROOMS['postgresql']} SKIP LOCKED"}

LOCK_FILES = {
    dialect: f"SELECT CAST(id AS text) FROM files WHERE status = 'ready' AND id IN ({ids})"
    for dialect, ids in IDS.items()
}
LOCK_FILES["postgresql"] += " ORDER BY files.id FOR UPDATE"

DRAFTS = {
    "sqlite": "SELECT value->>'n' AS n, value->>'room' AS room, value->>'sender' AS sender, value->>'client' AS client"
    " FROM json_each(?)",
    "postgresql": "SELECT * FROM json_to_recordset(CAST(%s AS json)) AS j(n int, room uuid, sender uuid, client uuid)",
}
FACTS = {
    dialect: f"WITH d AS ({drafts})"
    " SELECT d.n, COALESCE(m.role, ''), m.joined_seq, m.silenced_until, m.last_sent_at, o.seq FROM d"
    " LEFT JOIN members m ON m.room_id = d.room AND m.user_id = d.sender AND m.status = 'joined'"
    " LEFT JOIN messages o ON o.room_id = d.room AND o.sender_id = d.sender AND o.client_id = d.client"
    for dialect, drafts in DRAFTS.items()
}

COUNTERS = {
    "sqlite": "SELECT value->>'room' AS room, value->>'seq' AS seq, value->>'rev' AS rev FROM json_each(?)",
    "postgresql": "SELECT * FROM json_to_recordset(CAST(%s AS json)) AS j(room uuid, seq bigint, rev bigint)",
}
RAISE_COUNTERS = {
    dialect: f"UPDATE rooms SET last_seq = d.seq, last_rev = d.rev FROM ({counters}) AS d WHERE rooms.id = d.room"
    for dialect, counters in COUNTERS.items()
}

MARKS = {
    "sqlite": "SELECT value->>'room' AS room, value->>'sender' AS sender, value->>'seq' AS seq, value->>'at' AS at"
    " FROM json_each(?)",
    "postgresql": "SELECT * FROM json_to_recordset(CAST(%s AS json))"
    " AS j(room uuid, sender uuid, seq bigint, at bigint)",
}
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
INSERT_MESSAGES = {
    "sqlite": f"{INSERT} VALUES ('text', false, {', '.join(['?'] * len(COLUMNS))})",
    "postgresql": f"{INSERT} SELECT 'text', false, {NAMES} FROM json_to_recordset(CAST(%s AS json)) AS j({TYPED})",
}

# Few messages bring anything: the others need no columns for it.
BROUGHT = {
    "sqlite": "SELECT value->>'room' AS room, value->>'seq' AS seq, value->>'kind' AS kind, value->>'poll' AS poll,"
    " value->>'files' AS files FROM json_each(?)",
    "postgresql": "SELECT * FROM json_to_recordset(CAST(%s AS json))"
    " AS j(room uuid, seq bigint, kind text, poll jsonb, files jsonb)",
}
BRING = {
    dialect: f"UPDATE messages SET kind = d.kind, poll = d.poll, files = d.files FROM ({brought}) AS d"
    " WHERE messages.room_id = d.room AND messages.seq = d.seq"
    for dialect, brought in BROUGHT.items()
}
ATTACHED = {
    "sqlite": "SELECT value->>'room', value->>'seq', value->>'file' FROM json_each(?)",
    "postgresql": "SELECT * FROM json_to_recordset(CAST(%s AS json)) AS j(room uuid, seq bigint, file uuid)",
}
ATTACH = {
    dialect: f"INSERT INTO attachments (room_id, seq, file_id) {attached}" for dialect, attached in ATTACHED.items()
}
# What is held is not due: when it is let go, a trigger says so.
HOLD = {
    dialect: f"UPDATE files SET due_at = NULL WHERE due_at IS NOT NULL AND id IN ({ids})"
    for dialect, ids in IDS.items()
}

RAISE_MARKS = {
    dialect: "UPDATE members SET read = d.seq, delivered = d.seq, marks_changed_at = d.at, last_sent_at = d.at"
    f" FROM ({marks}) AS d WHERE members.room_id = d.room AND members.user_id = d.sender"
    for dialect, marks in MARKS.items()
}
