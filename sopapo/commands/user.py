"""`server.py user create|promote|suspend`: accounts from the command line."""

import argparse
import getpass
import sys

from sopapo.chat import administration
from sopapo.commands import schema
from sopapo.commands.app import Subparsers, make_app
from sopapo.schemas.accounts import Register


def add_parser(subparsers: Subparsers) -> None:
    """Add the subcommand and its acts."""
    parser = subparsers.add_parser("user", help="create, promote or suspend somebody")
    acts = parser.add_subparsers(metavar="ACT", required=True)
    create = acts.add_parser("create", help="make an account; the password is asked for, or read from standard input")
    create.add_argument("username")
    create.add_argument("--name")
    create.add_argument("--email")
    create.add_argument("--admin", action="store_true", help="make the account an administrator's")
    create.add_argument("--bot", action="store_true", help="mark the account as a bot's")
    create.set_defaults(command=create_user)
    promote = acts.add_parser("promote", help="make somebody an administrator")
    promote.add_argument("username")
    promote.set_defaults(command=promote_user)
    suspend = acts.add_parser("suspend", help="lock somebody out, at once and everywhere")
    suspend.add_argument("username")
    suspend.add_argument("--lift", action="store_true", help="let him in again")
    suspend.set_defaults(command=suspend_user)


def create_user(given: argparse.Namespace) -> None:
    """Make an account."""
    fields = {"username": given.username, "password": read_password(), "email": given.email, "name": given.name}
    body = Register.model_validate({name: value for name, value in fields.items() if value is not None})
    with make_app().app_context():
        schema.prepare()
        user_id = administration.create_user(body, admin=given.admin, bot=given.bot)
    print(f"{given.username} is {user_id}")


def promote_user(given: argparse.Namespace) -> None:
    """Make somebody an administrator."""
    with make_app().app_context():
        schema.prepare()
        administration.promote(given.username)
    print(f"{given.username} is an administrator")


def suspend_user(given: argparse.Namespace) -> None:
    """Lock somebody out, or let him in again."""
    with make_app().app_context():
        schema.prepare()
        administration.suspend(given.username, lift=given.lift)
    print(f"{given.username} is {'welcome again' if given.lift else 'suspended'}")


def read_password() -> str:
    """Ask for a password without showing it, or take the first line of what is piped in."""
    if sys.stdin.isatty():
        return getpass.getpass("Password: ")
    return sys.stdin.readline().rstrip("\n")
