"""How the database is reached: bounds, time-outs, and SQLite made as strict and durable as PostgreSQL."""

import sqlite3
import time
from functools import cache
from typing import Any

import orjson
from flask import Flask
from sqlalchemy import Connection, CursorResult, Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from models import db
from sopapo.config import Settings
from sopapo.driver import driver_of
from sopapo.folding import Folded, fold
from sopapo.transport.postgres import bound_waits
from sopapo.transport.runtime import off_loop

CONNECT_SECONDS = 3
POOL_WAIT_SECONDS = 5
STATEMENT_SECONDS = 6
LOCK_SECONDS = 5
DAY_SECONDS = 86_400
SQLITE_LOCK_SECONDS = 8
# A wait for the disk that the loop may bear, and over about how many commits it is looked at.
QUICK_SECONDS = 0.002
COMMITS_LOOKED_AT = 8
WRITES, ASKS = "sopapo_writes", "sopapo_asks"
BEGIN = "BEGIN IMMEDIATE"
# A page that many transactions change is written back once for all of them: a log of 16 MB saves one part in twenty.
PRAGMAS = (
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    "cache_size = -16000",
    "wal_autocheckpoint = 4000",
)

POSTGRES_OPTIONS = (
    f"-c statement_timeout={STATEMENT_SECONDS}s -c lock_timeout={LOCK_SECONDS}s "
    "-c idle_in_transaction_session_timeout=30s -c timezone=UTC"
)


def init_database(app: Flask, settings: Settings) -> None:
    """Bind the tables to the database that is configured."""
    url = settings.database()
    on_sqlite = url.drivername == "sqlite"
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = sqlite_options() if on_sqlite else postgres_options(settings)
    db.init_app(app)
    if on_sqlite:
        with app.app_context():
            event.listen(db.engine, "connect", configure_sqlite)
            event.listen(db.engine, "begin", begin_sqlite)
            db.engine.dialect.do_commit = Commits().commit  # type: ignore[assignment, method-assign]
    else:
        bound_waits(CONNECT_SECONDS, STATEMENT_SECONDS + 1)


def sqlite_options() -> dict[str, Any]:
    """Return the engine's options for SQLite: waiting for a lock is ours, since its own would stop the loop."""
    return {"hide_parameters": True, "connect_args": {"timeout": 0, "check_same_thread": False}}


def postgres_options(settings: Settings) -> dict[str, Any]:
    """Return the engine's options for PostgreSQL: every wait has an end."""
    return {
        "hide_parameters": True,
        "pool_size": settings.database_connections,
        "max_overflow": 0,
        "pool_timeout": POOL_WAIT_SECONDS,
        "pool_pre_ping": True,
        "pool_recycle": 1800,
        "connect_args": {
            "connect_timeout": CONNECT_SECONDS,
            "application_name": "sopapo",
            "options": POSTGRES_OPTIONS,
            "keepalives_idle": 15,
            "keepalives_interval": 5,
            "keepalives_count": 3,
        },
    }


def configure_sqlite(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    """Make a new connection durable and strict, and leave BEGIN to us."""
    assert isinstance(connection, sqlite3.Connection)
    connection.isolation_level = None
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    connection.create_function(Folded.name, 1, fold, deterministic=True)


def begin_sqlite(connection: Connection) -> None:
    """Begin a transaction, one that writes with the lock in hand, so that it never fails half-way."""
    options = connection.get_execution_options()
    if not options.get(WRITES):
        if not options.get(ASKS):
            connection.exec_driver_sql("BEGIN")
        return
    begin_immediate(driver_of(connection), time.monotonic() + SQLITE_LOCK_SECONDS)


def begin_immediate(connection: sqlite3.Connection, until: float) -> None:
    """Take the write lock; while another process has it, let the loop go on. Raises OperationalError."""
    while True:
        try:
            connection.execute(BEGIN)
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise OperationalError(BEGIN, None, error) from error
            time.sleep(0.005)
        else:
            return


class Commits:
    """Commits to SQLite on the loop while the disk is quick, and beside it while it is slow or busy.

    Handing a commit over to another thread and back takes as long as a quick disk does; waiting for one that is slow
    would keep everybody waiting.
    """

    def __init__(self) -> None:
        """Take the disk for quick."""
        self.waits = 0.0

    def commit(self, connection: DBAPIConnection) -> None:
        """Commit as the last commits suggest; either way others have their turn, before anybody is told."""
        if self.waits > QUICK_SECONDS:
            off_loop(self.timed, connection)
        else:
            self.timed(connection)
            time.sleep(0)

    def timed(self, connection: DBAPIConnection) -> None:
        """Commit, and see how long that waited for the disk."""
        began, worked = time.perf_counter(), time.thread_time()
        connection.commit()
        waited = time.perf_counter() - began - (time.thread_time() - worked)
        self.waits += (waited - self.waits) / COMMITS_LOOKED_AT


def take_time(connection: Connection) -> None:
    """Let what rebuilds tables take as long as it takes, on this connection and in this process."""
    if not is_sqlite(connection.engine):
        connection.exec_driver_sql("SET statement_timeout = 0")
        connection.commit()
        bound_waits(CONNECT_SECONDS, DAY_SECONDS)


@cache
def asking(engine: Engine) -> Engine:
    """Return the engine for questions that stand alone, and need no transaction."""
    return engine.execution_options(**({ASKS: True} if is_sqlite(engine) else {"isolation_level": "AUTOCOMMIT"}))


def is_sqlite(engine: Engine) -> bool:
    """Tell which of the two databases this is."""
    return engine.dialect.name == "sqlite"


def execute(connection: Connection, statements: dict[str, str], document: object) -> CursorResult[Any]:
    """Execute a statement, given for both databases, whose one parameter is a JSON document."""
    statement = statements[connection.dialect.name]
    return connection.exec_driver_sql(statement, (orjson.dumps(document).decode(),))
