"""The statements that say who is online, in both dialects, each with one JSON document as its parameter.

In a storm of clients each names hundreds of users, several times a second: its text is the same however many they are.
"""

GIVEN = {
    "sqlite": "WITH d AS (SELECT ? AS doc), ids AS (SELECT value AS id FROM json_each((SELECT doc FROM d), '$.users'))",
    "postgresql": "WITH d AS (SELECT CAST(%s AS json) AS doc), ids AS"
    " (SELECT CAST(value AS uuid) AS id FROM json_array_elements_text((SELECT doc->'users' FROM d)))",
}
PROCESS = {
    "sqlite": "(SELECT doc->>'process' FROM d)",
    "postgresql": "CAST((SELECT doc->>'process' FROM d) AS uuid)",
}
MOMENT = {
    "sqlite": "(SELECT doc->>'moment' FROM d)",
    "postgresql": "CAST((SELECT doc->>'moment' FROM d) AS bigint)",
}
ADD = {
    dialect: f"{given} INSERT INTO presence (process_id, user_id) SELECT {PROCESS[dialect]}, id FROM users"
    " WHERE id IN (SELECT id FROM ids) ON CONFLICT DO NOTHING"
    for dialect, given in GIVEN.items()
}
REMOVE = {
    dialect: f"{given} DELETE FROM presence WHERE process_id = {PROCESS[dialect]} AND user_id IN (SELECT id FROM ids)"
    for dialect, given in GIVEN.items()
}
LONG_UNSEEN = {
    dialect: f"{given} SELECT CAST(id AS text) FROM users WHERE id IN (SELECT id FROM ids)"
    f" AND (last_seen_at IS NULL OR last_seen_at < {MOMENT[dialect]})"
    for dialect, given in GIVEN.items()
}
# Locked in one order, so that processes that part from the same people wait, and do not block one another.
LONG_UNSEEN["postgresql"] += " ORDER BY users.id FOR NO KEY UPDATE OF users"
SEEN = {
    dialect: f"{given} UPDATE users SET last_seen_at = {MOMENT[dialect]} WHERE id IN (SELECT id FROM ids)"
    for dialect, given in GIVEN.items()
}
