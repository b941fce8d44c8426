"""The signs of life of this process: `/healthz` and `/readyz`."""

from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from threading import Event

import structlog
from flask import Blueprint, Flask, Response, current_app

from sopapo.bus import bus
from sopapo.config import Settings
from sopapo.errors import Unavailable
from sopapo.rest.parsing import JSON_TYPE
from sopapo.transaction import ping
from sopapo.transport.runtime import spawn
from sopapo.transport.text import dumps

CHECK_SECONDS = 2.0
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
    """Lay out what is checked."""
    settings: Settings = app.extensions["sopapo.settings"]
    checks = [Check("database", partial(ping_database, app))]
    if settings.redis_url:
        checks.append(Check("redis", partial(hear_the_others, app)))
    app.extensions["sopapo.checks"] = checks


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


def ping_database(app: Flask) -> None:
    """Ask the database for a sign of life, in a context of its own."""
    with app.app_context():
        ping()


def hear_the_others(app: Flask) -> None:
    """Make sure that other processes are heard through Redis. Raises Unavailable."""
    with app.app_context():
        if not bus().is_reachable():
            raise Unavailable("what is said in Redis is not heard here")
