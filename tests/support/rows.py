"""What stands in a database that no client is shown, and what is changed there behind the server's back."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg2

from tests.support.server import Server


def rows(server: Server, statement: str, *values: object) -> list[tuple[Any, ...]]:
    """Return the rows that a statement finds, and keep what it changes; `?` stands for each value."""
    if server.database_url:
        with closing(psycopg2.connect(server.database_url)) as connection, connection, connection.cursor() as cursor:
            cursor.execute(statement.replace("?", "%s"), values)
            return list(cursor.fetchall()) if cursor.description else []
    with closing(sqlite3.connect(server.data / "sopapo.db", timeout=10)) as file, file:
        return list(file.execute(statement, values))


@contextmanager
def written(server: Server) -> Iterator[None]:
    """Keep everybody else from writing to a server's SQLite meanwhile."""
    with closing(sqlite3.connect(server.data / "sopapo.db", isolation_level=None)) as file:
        file.execute("BEGIN IMMEDIATE")
        yield
        file.execute("ROLLBACK")


def age(server: Server, room: str, milliseconds: int) -> None:
    """Let the messages of a room be older than they are."""
    rows(server, "UPDATE messages SET expires_at = expires_at - ? WHERE room_id = ?", milliseconds, room)
