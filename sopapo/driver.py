"""SQLite's driver itself, for what is asked and written so often that SQLAlchemy's way there is most of its cost.

That way takes three times as long as SQLite does, and ten times where the processor's caches hold neither, as after a
message to a thousand members or half a second of doing nothing.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, exc


def driver_of(connection: Connection) -> sqlite3.Connection:
    """Return the driver's own connection beneath one to SQLite."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver


@contextmanager
def as_sqlalchemy(statement: str) -> Iterator[None]:
    """Let what the driver raises be what SQLAlchemy would raise."""
    try:
        yield
    except sqlite3.Error as error:
        # Both go by the names of PEP 249.
        kind: type[exc.DBAPIError] = getattr(exc, type(error).__name__, exc.DBAPIError)
        raise kind(statement, None, error) from error
