"""The subcommands of server.py: reading the command line and reporting what went wrong in one line."""

import argparse
import os
import sys
from collections.abc import Sequence

from pydantic import ValidationError

from sopapo.commands import check, db, run, seed, user
from sopapo.config import ConfigError
from sopapo.errors import ChatError, first_fault, is_away

COMMANDS = (run, db, user, seed, check)


def main(argv: Sequence[str]) -> int:
    """Do what the command line says; returns the exit status."""
    # What is written here is its owner's alone: the database, the secrets, the tokens of `seed`.
    os.umask(0o077)
    parser = make_parser()
    given = parser.parse_args(with_default(argv))
    try:
        return int(given.command(given) or 0)
    except (ConfigError, ChatError) as error:
        return complain(str(error))
    except ValidationError as error:
        fault = first_fault(error)
        return complain(f"{fault.field}: {fault.message}")
    except Exception as error:
        if is_away(error):
            return complain(f"the database cannot be reached: {first_line(error)}")
        raise


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of all subcommands."""
    parser = argparse.ArgumentParser(prog="server.py", description="SóPapo, a chat server.")
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True)
    for command in COMMANDS:
        command.add_parser(subparsers)
    return parser


def with_default(argv: Sequence[str]) -> list[str]:
    """Take `server.py --port 8000` as `server.py run --port 8000`."""
    given = list(argv)
    if not given or (given[0].startswith("-") and given[0] not in {"-h", "--help"}):
        given.insert(0, "run")
    return given


def complain(line: str) -> int:
    """Say in one line what is wrong."""
    print(f"sopapo: {line}", file=sys.stderr)
    return 2


def first_line(error: BaseException) -> str:
    """Return the first line of what the database's driver said."""
    cause = getattr(error, "orig", None) or error
    return str(cause).strip().partition("\n")[0]
