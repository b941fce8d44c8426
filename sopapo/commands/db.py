"""`server.py db upgrade|downgrade|check`: the schema of the database."""

import argparse

from sopapo.commands import schema
from sopapo.commands.app import Subparsers, make_app


def add_parser(subparsers: Subparsers) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser("db", help="upgrade, take back or check the database's schema")
    parser.add_argument("act", choices=("upgrade", "downgrade", "check"))
    parser.add_argument("revision", nargs="?", default="-1", help="downgrade to this revision (default: one back)")
    parser.set_defaults(command=run)


def run(given: argparse.Namespace) -> int:
    """Do it, and say where the schema is now."""
    with make_app().app_context():
        if given.act == "upgrade":
            schema.bring_up_to_date()
        elif given.act == "downgrade":
            schema.take_back(given.revision)
        current, newest = schema.current(), schema.newest()
    print(f"the schema is at {current or 'nothing'}; this version needs {newest}")
    return 0 if given.act != "check" or current == newest else 1
