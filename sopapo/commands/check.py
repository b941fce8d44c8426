"""`server.py check`: whether the settings make sense and everything can be reached."""

import argparse
import platform
from importlib.metadata import version

from models import db
from sopapo.commands import schema
from sopapo.commands.app import Subparsers, make_app, settings_of
from sopapo.storage import disk, storage
from sopapo.transaction import ping

LIBRARIES = (
    "Flask",
    "Flask-SocketIO",
    "python-socketio",
    "python-engineio",
    "eventlet",
    "SQLAlchemy",
    "psycopg2-binary",
    "Pillow",
)


def add_parser(subparsers: Subparsers) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser("check", help="look at the settings, the database and the versions")
    parser.set_defaults(command=run)


def run(_given: argparse.Namespace) -> int:
    """Print what was found; the status is 1 where something is amiss."""
    app = make_app()
    settings = settings_of(app)
    print(f"python    {platform.python_version()}")
    for library in LIBRARIES:
        print(f"library   {library} {version(library)}")
    for name, field in type(settings).model_fields.items():
        value = getattr(settings, name)
        print(f"setting   {field.alias} = {'(set)' if field.repr is False and value else shown(value)}")
    with app.app_context():
        ping()
        fits = schema.current() == schema.newest()
        print(f"database  {db.engine.url.render_as_string()} ({db.engine.dialect.name})")
        with disk():
            free = storage().free()
        print(f"files     {storage().home} ({free} bytes free)")
    print(f"schema    {'up to date' if fits else 'not that of this version; run: python server.py db upgrade'}")
    return 0 if fits else 1


def shown(value: object) -> str:
    """Show a setting; the passwords in addresses are left out."""
    text = ",".join(value) if isinstance(value, tuple) else str(value)
    scheme, separator, rest = text.partition("://")
    return f"{scheme}://…@{rest.rpartition('@')[2]}" if separator and "@" in rest else text
