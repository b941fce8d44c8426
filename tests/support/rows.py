"""What stands in a database that no client is shown."""

import sqlite3
from contextlib import closing
from typing import Any

import psycopg2

from tests.support.server import Server


def rows(server: Server, query: str, *values: object) -> list[tuple[Any, ...]]:
    """Return the rows that a query finds; `?` stands for each value."""
    if server.database_url:
        with closing(psycopg2.connect(server.database_url)) as connection, connection.cursor() as cursor:
            cursor.execute(query.replace("?", "%s"), values)
            return list(cursor.fetchall())
    with closing(sqlite3.connect(server.data / "sopapo.db", timeout=10)) as file:
        return list(file.execute(query, values))
