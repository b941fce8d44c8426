"""The files of new messages: those that are still there are held from now on, in the messages' own transaction.

Messages without files cost nothing here. As elsewhere each statement has one JSON document as its parameter.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import orjson
from sqlalchemy import Connection

IDS = {
    "sqlite": "SELECT value FROM json_each(?)",
    "postgresql": "SELECT CAST(value AS uuid) FROM json_array_elements_text(CAST(%s AS json))",
}
LOCK_FILES = {
    "sqlite": f"SELECT id FROM files WHERE status = 'ready' AND id IN ({IDS['sqlite']})",
    "postgresql": "SELECT CAST(id AS text) FROM files WHERE status = 'ready'"
    f" AND id IN ({IDS['postgresql']}) ORDER BY files.id FOR UPDATE",
}
BROUGHT = {
    "sqlite": "SELECT value->>'room' AS room, value->>'seq' AS seq, value->'files' AS files FROM json_each(?)",
    "postgresql": "SELECT * FROM json_to_recordset(CAST(%s AS json)) AS j(room uuid, seq bigint, files jsonb)",
}
BRING = {
    dialect: f"UPDATE messages SET files = d.files FROM ({brought}) AS d"
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


class WithFiles(Protocol):
    """What is asked here of the row of a message."""

    room_id: str
    seq: int

    @property
    def files(self) -> list[dict[str, Any]] | None:
        """What it keeps of its files."""


def lock_files(connection: Connection, file_ids: Iterable[str]) -> frozenset[str]:
    """Return those of these files that are there, and will be until the transaction ends."""
    return frozenset(row[0] for row in execute(connection, LOCK_FILES, sorted(set(file_ids))))


def hold_files(connection: Connection, messages: Sequence[WithFiles]) -> None:
    """Let messages that were just stored hold their files."""
    names = [{"room": message.room_id, "seq": message.seq} for message in messages]
    files = [message.files or [] for message in messages]
    execute(connection, BRING, [name | {"files": held} for name, held in zip(names, files, strict=True)])
    pairs = [name | {"file": file["id"]} for name, held in zip(names, files, strict=True) for file in held]
    execute(connection, ATTACH, pairs)
    execute(connection, HOLD, [pair["file"] for pair in pairs])


def execute(connection: Connection, statements: dict[str, str], document: object) -> Any:
    """Execute a statement of this dialect."""
    return connection.exec_driver_sql(statements[connection.dialect.name], (orjson.dumps(document).decode(),))
