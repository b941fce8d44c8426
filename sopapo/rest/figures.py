"""The figures of this process, for Prometheus: `/metrics`."""

import hmac
from collections.abc import Iterator
from functools import partial
from ipaddress import ip_address

from flask import Blueprint, Flask, Response, current_app, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry
from prometheus_client.core import Metric
from sqlalchemy.pool import QueuePool

from models import db
from sopapo import metrics
from sopapo.bus import Bus
from sopapo.config import Settings
from sopapo.errors import Forbidden
from sopapo.transport import Transport

FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")

figures = Blueprint("figures", __name__)


def init_figures(app: Flask) -> None:
    """Lay out what is counted."""
    app.extensions["sopapo.registry"] = metrics.make_registry(
        partial(of_transport, app), partial(of_bus, app), partial(of_pool, app)
    )


@figures.get("/metrics")
def read_figures() -> Response:
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


def of_bus(app: Flask) -> Iterator[Metric]:
    """Yield how the talk with other processes goes, where there may be some."""
    bus: Bus = app.extensions["sopapo.bus"]
    if bus.relay is not None:
        yield metrics.gauge("sopapo_bus_up", "Whether other processes are heard.", bus.is_reachable())
        yield metrics.counter("sopapo_bus_dropped", "What other processes were not told.", bus.relay.outbox.dropped)
        yield metrics.counter("sopapo_bus_losses", "How often something may not have been heard.", bus.losses)


def of_pool(app: Flask) -> Iterator[Metric]:
    """Yield how many connections to the database there are."""
    with app.app_context():
        pool = db.engine.pool
    if isinstance(pool, QueuePool):
        yield metrics.gauge(
            "sopapo_database_connections", "Connections to the database.", pool.checkedin() + pool.checkedout()
        )
        yield metrics.gauge("sopapo_database_connections_used", "Those that are in use.", pool.checkedout())
