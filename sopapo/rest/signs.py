"""The signs of life of this process, for whoever runs it: `/healthz`, `/readyz` and `/metrics`."""

import hmac
from collections.abc import Callable, Iterator
from functools import partial
from http import HTTPStatus
from ipaddress import ip_address
from threading import Event

import structlog
from flask import Blueprint, Flask, Response, current_app, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry
from prometheus_client.core import Metric
from sqlalchemy.pool import QueuePool

from models import db
from sopapo import metrics
from sopapo.bus import bus
from sopapo.config import Settings
from sopapo.errors import Forbidden, Unavailable
from sopapo.rest.parsing import JSON_TYPE
from sopapo.transaction import ping
from sopapo.transport import Transport
from sopapo.transport.runtime import spawn
from sopapo.transport.text import dumps

CHECK_SECONDS = 2.0
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")
WORDS = {True: "ok", False: "unavailable"}

log = structlog.get_logger(__name__)
signs = Blueprint("signs", __name__)


class Check:
    """Whether one part can be reached; it is asked once at a time, however many want to know."""

    def __init__(self, name: str, ask: Callable[[], object]) -> None:
        """Ask by calling this, which raises where the part is away."""
        self.name = name
        self.ask = ask
        self.well = False
        self.under_way: Event | None = None

    def passes(self, seconds: float) -> bool:
        """Tell whether the part answers in time; an answer that hangs is waited for by the next who asks, too."""
        done = self.under_way
        if done is None:
            done = self.under_way = Event()
            spawn(self.run, done)
        return done.wait(seconds) and self.well

    def run(self, done: Event) -> None:
        """Ask once."""
        try:
            self.ask()
            self.well = True
        except Exception as error:  # noqa: BLE001 - whatever it is, the part is not well
            self.well = False
            log.warning("not_ready", part=self.name, error=type(error).__name__)
        finally:
            self.under_way = None
            done.set()


def init_signs(app: Flask) -> None:
    """Lay out what is checked and what is counted."""
    settings: Settings = app.extensions["sopapo.settings"]
    checks = [Check("database", partial(ping_database, app))]
    if settings.redis_url:
        checks.append(Check("redis", partial(hear_the_others, app)))
    app.extensions["sopapo.checks"] = checks
    app.extensions["sopapo.registry"] = metrics.make_registry(partial(of_transport, app), partial(of_pool, app))


@signs.get("/healthz")
def healthz() -> Response:
    """Say that the process is alive; whether it can work is another question."""
    return Response(dumps({"status": "ok"}), content_type=JSON_TYPE)


@signs.get("/readyz")
def readyz() -> Response:
    """Say whether the database, and Redis where there is one, can be reached, and which cannot."""
    checks: list[Check] = current_app.extensions["sopapo.checks"]
    parts = {check.name: check.passes(CHECK_SECONDS) for check in checks}
    status = HTTPStatus.OK if all(parts.values()) else HTTPStatus.SERVICE_UNAVAILABLE
    said = {"status": WORDS[all(parts.values())]} | {name: WORDS[well] for name, well in parts.items()}
    return Response(dumps(said), status, content_type=JSON_TYPE)


@signs.get("/metrics")
def figures() -> Response:
    """Return the figures of this process to this machine, and to whoever has the token."""
    if not (has_token() or is_from_here()):
        raise Forbidden("send SOPAPO_METRICS_TOKEN as a bearer token")
    registry: CollectorRegistry = current_app.extensions["sopapo.registry"]
    return Response(metrics.written(registry), content_type=CONTENT_TYPE_LATEST)


def has_token() -> bool:
    """Tell whether the request brings the token of the settings."""
    settings: Settings = current_app.extensions["sopapo.settings"]
    expected = f"Bearer {settings.metrics_token}".encode()
    given = request.headers.get("Authorization", "").encode()
    return bool(settings.metrics_token) and hmac.compare_digest(given, expected)


def is_from_here() -> bool:
    """Tell whether a program of this machine asks for itself, and no proxy for somebody else."""
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return False
    return address.is_loopback and not any(name in request.headers for name in FORWARDED)


def ping_database(app: Flask) -> None:
    """Ask the database for a sign of life, in a context of its own."""
    with app.app_context():
        ping()


def hear_the_others(app: Flask) -> None:
    """Make sure that other processes are heard through Redis. Raises Unavailable."""
    with app.app_context():
        if not bus().is_reachable():
            raise Unavailable("what is said in Redis is not heard here")


def of_transport(app: Flask) -> Iterator[Metric]:
    """Yield what the transport counts."""
    transport: Transport = app.extensions["sopapo.transport"]
    stats = transport.stats
    yield metrics.gauge("sopapo_connections", "Sockets that are open.", len(transport.connections))
    yield metrics.counter("sopapo_connections_accepted", "Sockets that were let in.", stats.connected)
    yield metrics.counter("sopapo_packets_received", "Packets from sockets.", stats.frames_in)
    yield metrics.counter("sopapo_packets_sent", "Packets to sockets.", stats.frames_out)
    yield metrics.counter("sopapo_packets_malformed", "Packets that made no sense.", stats.malformed)
    yield metrics.counter("sopapo_broadcasts", "States that were pushed to a channel.", stats.broadcasts)
    refused, ended = "Sockets that were not let in, by reason.", "Links that have ended, by reason."
    yield metrics.counter_by("reason", "sopapo_connections_refused", refused, stats.refused)
    yield metrics.counter_by("reason", "sopapo_links_ended", ended, stats.ended)


def of_pool(app: Flask) -> Iterator[Metric]:
    """Yield how many connections to the database there are."""
    with app.app_context():
        pool = db.engine.pool
    if isinstance(pool, QueuePool):
        yield metrics.gauge(
            "sopapo_database_connections", "Connections to the database.", pool.checkedin() + pool.checkedout()
        )
        yield metrics.gauge("sopapo_database_connections_used", "Those that are in use.", pool.checkedout())
