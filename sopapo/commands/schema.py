"""The database's schema: whether it is the one that this version needs, and bringing it there."""

from pathlib import Path

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import Migrate, downgrade, upgrade

from models import db
from sopapo.config import ConfigError
from sopapo.database import is_sqlite

FOLDER = Path(__file__).parents[2] / "migrations"

migrate = Migrate(directory=str(FOLDER))


def init_migrations(app: Flask) -> None:
    """Let the application find its migrations."""
    migrate.init_app(app, db)


def current() -> str | None:
    """Return the revision that the database is at."""
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest() -> str | None:
    """Return the revision that this version of the code needs."""
    return ScriptDirectory(str(FOLDER)).get_current_head()


def bring_up_to_date() -> None:
    """Upgrade the schema."""
    upgrade()


def take_back(revision: str) -> None:
    """Downgrade the schema to a revision; `base` is before the first."""
    downgrade(revision=revision)


def prepare() -> None:
    """Make sure before the start that the schema fits: SQLite is upgraded, on PostgreSQL it is the operator's act."""
    if current() == newest():
        return
    if not is_sqlite(db.engine):
        message = "the database's schema is not that of this version; run: python server.py db upgrade"
        raise ConfigError(message)
    bring_up_to_date()
