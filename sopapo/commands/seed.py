"""`server.py seed`: many users and rooms for measuring, or a small believable conversation for a first look."""

import argparse
import sys
from pathlib import Path

import orjson

from sopapo.chat import seeding
from sopapo.commands import schema
from sopapo.commands.app import Subparsers, make_app
from sopapo.config import ConfigError


def add_parser(subparsers: Subparsers) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser("seed", help="fill the database, to measure it or to show it")
    parser.add_argument("--users", type=int, default=0, help="how many users")
    parser.add_argument("--rooms", type=int, default=0, help="how many rooms")
    parser.add_argument("--room-size", type=int, default=0, help="how many members each room has")
    parser.add_argument("--out", type=Path, help="where to write a JSON line for each user, with a token for 24 h")
    parser.add_argument("--demo", action="store_true", help="a small conversation in Portuguese")
    parser.set_defaults(command=run)


def run(given: argparse.Namespace) -> None:
    """Fill the database."""
    if given.demo == bool(given.users):
        raise ConfigError("seed needs either --demo, or --users N --rooms R --room-size K --out FILE")
    with make_app().app_context():
        schema.bring_up_to_date()
        if given.demo:
            for line in seeding.seed_demo():
                print(line)
        else:
            write_crowd(given)


def write_crowd(given: argparse.Namespace) -> None:
    """Make the users and rooms, and write who they are."""
    if not 0 <= given.room_size <= given.users:
        raise ConfigError("--room-size must be between 0 and --users")
    lines = b"".join(
        orjson.dumps(line) + b"\n" for line in seeding.seed_crowd(given.users, given.rooms, given.room_size)
    )
    if given.out is None:
        sys.stdout.buffer.write(lines)
    else:
        given.out.write_bytes(lines)
