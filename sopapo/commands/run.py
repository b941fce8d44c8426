"""`server.py run`: opens both doors and serves."""

import argparse

import structlog
from flask import Flask

from events import SocketDoor
from events.watch import (
    guarded,
    keep_house,
    keep_presence,
    watch_due,
    watch_journal,
    watch_others,
)
from sopapo import rest
from sopapo.bus import Bus
from sopapo.chat import marking, online, preferences, receipts
from sopapo.chat.arrivals import Arrivals
from sopapo.chat.typists import Typists
from sopapo.commands import schema
from sopapo.commands.app import Subparsers, make_app, settings_of
from sopapo.config import ConfigError, Settings
from sopapo.gathering import Gathering
from sopapo.journal import Journal
from sopapo.limits import Limits
from sopapo.security import nobodys_hash
from sopapo.transport import Transport, TransportOptions, serve
from sopapo.transport.runtime import spawn

log = structlog.get_logger(__name__)


def add_parser(subparsers: Subparsers) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser("run", help="bring up the server (the default)")
    parser.add_argument("--host", help="the address to listen on (SOPAPO_HOST)")
    parser.add_argument("--port", help="the port to listen on (SOPAPO_PORT)")
    parser.set_defaults(command=run)


def run(given: argparse.Namespace) -> None:
    """Serve until SIGTERM or SIGINT."""
    app = make_app(SOPAPO_HOST=given.host, SOPAPO_PORT=given.port)
    settings = settings_of(app)
    with app.app_context():
        schema.prepare()
    transport = open_doors(app, settings)
    spawn(watch_journal, app)
    spawn(watch_others, app)
    spawn(watch_due, app)
    spawn(keep_house, app)
    spawn(keep_presence, app)
    serving = {"url": f"http://{settings.host}:{settings.port}", "database": settings.database().get_backend_name()}
    try:
        serve(app, settings.host, settings.port, transport.options, listening=lambda: log.info("serving", **serving))
    except OSError as error:
        message = f"cannot listen on {settings.host} port {settings.port}: {error.strerror}"
        raise ConfigError(message) from None
    with app.app_context():
        guarded(online.online().leave)


def open_doors(app: Flask, settings: Settings) -> Transport:
    """Give the application its sockets and its routes."""
    options = TransportOptions(
        path=settings.transport,
        ping_interval=settings.ping_interval,
        allowed_origins=settings.allowed_origins,
        trusted_proxies=settings.trusted_proxies,
    )
    nobodys_hash()
    app.extensions["sopapo.limits"] = limits = Limits(settings)
    transport = Transport(app, SocketDoor(app, limits), options)
    app.extensions["sopapo.bus"] = bus = Bus(transport, settings)
    if bus.relay is not None:
        bus.on("spend", limits.buckets.hear)
        limits.share(bus.tell)
    coming_back = Gathering(app, preferences.bring_back, preferences.SECONDS, preferences.MOST)
    app.extensions["sopapo.journal"] = Journal(app, coming_back.add)
    app.extensions["sopapo.marking"] = Gathering(app, marking.grant, marking.SECONDS, marking.MOST)
    app.extensions["sopapo.receipts"] = Gathering(app, receipts.tell_senders, receipts.SECONDS, receipts.MOST)
    app.extensions["sopapo.arrivals"] = Arrivals(app)
    app.extensions["sopapo.typists"] = Typists(app)
    app.extensions["sopapo.online"] = rows = online.Online()
    app.extensions["sopapo.glances"] = Gathering(app, rows.settle, online.SECONDS, online.MOST)
    rest.init_app(app)
    return transport
