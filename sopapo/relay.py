"""The bus between processes: what one does to its sockets the others do to theirs, told through Redis.

Redis keeps nothing of it: what is said while somebody does not listen is lost to him. So every message has a number
and every process speaks once a second at least. A number that was passed over, a process that falls silent, and
having listened anew are each counted in `losses`; whoever sees it grow mends from the database what may be wrong.
A process hears itself too: when it does not, the way to Redis or back is broken, however whole the sockets seem.
"""

import secrets
import time
from collections.abc import Callable
from typing import Any

import orjson
import structlog
from redis import ConnectionPool, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

from sopapo.config import ConfigError
from sopapo.outbox import Outbox
from sopapo.transport.runtime import sleep, spawn

log = structlog.get_logger(__name__)

BEAT_SECONDS = 1.0
SILENCE_SECONDS = 3.0
GONE_SECONDS = 5.0
RETRY_SECONDS = 0.5


class Relay:
    """Speaks to the other processes and listens to them, each in a greenlet that outlives every outage."""

    def __init__(self, url: str, channel: str, hear: Callable[..., None]) -> None:
        """Meet the others in this channel; `hear` is called with each of their acts, in each one's order.

        Raises ConfigError where the address makes no sense.
        """
        self.pool = pool_of(url)
        self.channel = channel
        self.hear = hear
        self.prefix = b'["%s",' % secrets.token_hex(8).encode()
        self.outbox = Outbox()
        self.losses = 0
        self.others: dict[str, tuple[int, float]] = {}
        self.heard_at = 0.0
        self.is_up: bool | None = None

    def start(self) -> None:
        """Speak and listen from now on."""
        spawn(self.keep_at, self.speak)
        spawn(self.keep_at, self.listen)

    def publish(self, *act: object) -> None:
        """Tell the other processes of an act, soon; never yields."""
        self.outbox.add(orjson.dumps(act))

    def is_reachable(self) -> bool:
        """Tell whether what is said just now is heard."""
        return self.is_up is True and time.monotonic() - self.heard_at < SILENCE_SECONDS

    def keep_at(self, talk: Callable[[Any], None]) -> None:
        """Talk to Redis, and begin again whenever that ends, for ever."""
        while True:
            connection: Any = self.pool.make_connection()
            try:
                connection.connect()
                talk(connection)
            except Exception as error:  # noqa: BLE001 - nothing may end this
                bug = None if isinstance(error, RedisError | OSError) else error
                self.note(up=False, error=type(error).__name__, exc_info=bug)
            finally:
                connection.disconnect()
            sleep(RETRY_SECONDS)

    def speak(self, connection: Any) -> None:
        """Send what waits in the outbox, and a sign of life where nothing does."""
        self.outbox.is_open = True
        try:
            while True:
                number, acts = self.outbox.take(BEAT_SECONDS)
                message = b"%s%d,[%s]]" % (self.prefix, number, b",".join(acts))
                connection.send_command("PUBLISH", self.channel, message)
                connection.read_response()
        finally:
            self.outbox.close()

    def listen(self, connection: Any) -> None:
        """Hear what is said, one's own words included."""
        connection.send_command("SUBSCRIBE", self.channel)
        connection.read_response()
        self.losses += 1
        self.outbox.awake.set()
        while True:
            message: bytes = connection.read_response()[2]
            if message.startswith(self.prefix):
                self.heard_at = time.monotonic()
                self.note(up=True)
                self.forget_silent()
            else:
                self.take(*orjson.loads(message))
            sleep(0)

    def take(self, origin: str, number: int, acts: list[list[Any]]) -> None:
        """Do what another process did, and see whether something of his was lost before."""
        last, _ = self.others.get(origin, (0, 0.0))
        self.others[origin] = (number, time.monotonic())
        for act in acts:
            try:
                self.hear(*act)
            except Exception:
                log.exception("bus_act_failed")
        if number != last + 1:
            self.losses += 1

    def forget_silent(self) -> None:
        """Forget processes that have ended, whose last words may be lost."""
        since = time.monotonic() - GONE_SECONDS
        for origin in [origin for origin, (_, heard_at) in self.others.items() if heard_at < since]:
            del self.others[origin]
            self.losses += 1

    def note(self, *, up: bool, **about: object) -> None:
        """Write into the log that Redis came or went, once each time."""
        if up is not self.is_up:
            self.is_up = up
            if up:
                log.info("bus_is_up", dropped=self.outbox.dropped)
            else:
                log.warning("bus_is_away", **about)


def pool_of(url: str) -> ConnectionPool:
    """Return what makes connections to a Redis. Raises ConfigError without the address, which may hold a password.

    Nothing is tried again in there, since a connection that came back by itself would hide what it missed. Silence
    ends a connection: whoever listens hears himself once a second.
    """
    try:
        return ConnectionPool.from_url(
            url,
            protocol=2,
            retry=Retry(NoBackoff(), 0),
            socket_connect_timeout=SILENCE_SECONDS,
            socket_timeout=SILENCE_SECONDS,
        )
    except ValueError:
        message = "REDIS_URL: not an address such as redis://host:6379/0"
        raise ConfigError(message) from None
