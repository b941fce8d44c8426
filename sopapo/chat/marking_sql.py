"""The statements that raise marks, in both dialects, each with one JSON document as its parameter."""

ASKED = {
    "sqlite": "SELECT value->>'n' AS n, value->>'room' AS room, value->>'user' AS member FROM json_each(?)",
    "postgresql": 'SELECT n, room, "user" AS member FROM json_to_recordset(CAST(%s AS json))'
    ' AS j(n int, room uuid, "user" uuid)',
}
FACTS = {
    dialect: f"WITH d AS ({asked}) SELECT d.n, r.last_seq, r.member_count, u.receipts, m.role, m.muted_until,"
    " m.archived, m.pinned, m.draft, m.delivered, m.read FROM d"
    " JOIN rooms r ON r.id = d.room AND r.deleted_at IS NULL"
    " JOIN members m ON m.room_id = d.room AND m.user_id = d.member AND m.status = 'joined'"
    " JOIN users u ON u.id = d.member"
    for dialect, asked in ASKED.items()
}
FACTS["postgresql"] += " ORDER BY m.room_id, m.user_id FOR UPDATE OF m"

RAISED = {
    "sqlite": "SELECT value->>'room' AS room, value->>'user' AS member, value->>'delivered' AS delivered,"
    " value->>'read' AS seen, value->>'at' AS at FROM json_each(?)",
    "postgresql": 'SELECT room, "user" AS member, delivered, "read" AS seen, at'
    " FROM json_to_recordset(CAST(%s AS json))"
    ' AS j(room uuid, "user" uuid, delivered bigint, "read" bigint, at bigint)',
}
RAISE = {
    dialect: f"UPDATE members SET delivered = d.delivered, read = d.seen, marks_changed_at = d.at FROM ({raised}) AS d"
    " WHERE members.room_id = d.room AND members.user_id = d.member"
    for dialect, raised in RAISED.items()
}

TIMES = {
    "sqlite": "SELECT value->>'room', value->>'user', value->>'seq', value->>'read', value->>'at' FROM json_each(?)"
    " WHERE true",
    "postgresql": 'SELECT room, "user", seq, "read", at FROM json_to_recordset(CAST(%s AS json))'
    ' AS j(room uuid, "user" uuid, seq bigint, "read" boolean, at bigint)',
}
REMEMBER = {
    dialect: f"INSERT INTO marks (room_id, user_id, seq, read, at) {times} ON CONFLICT DO NOTHING"
    for dialect, times in TIMES.items()
}
