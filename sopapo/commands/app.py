"""The application as commands need it: settings, log and database."""

import argparse
from typing import Protocol

from flask import Flask

from sopapo import create_app
from sopapo.commands.schema import init_migrations
from sopapo.config import Settings, load_settings
from sopapo.log import configure_log


class Subparsers(Protocol):
    """Where a subcommand adds itself."""

    def add_parser(self, name: str, *, help: str) -> argparse.ArgumentParser:  # noqa: A002
        """Return the parser of a new subcommand."""


def make_app(**overrides: object) -> Flask:
    """Return the application, without doors; overrides go by the names of environment variables."""
    settings = load_settings(**overrides)
    configure_log(settings.log_level)
    app = create_app(settings)
    init_migrations(app)
    return app


def settings_of(app: Flask) -> Settings:
    """Return the settings that the application was made with."""
    settings: Settings = app.extensions["sopapo.settings"]
    return settings
