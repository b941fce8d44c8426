"""Counts within windows of time, shared with the other processes through Redis where there is one.

Redis may go away at any moment: each process counts for itself as well, and asks Redis only while it answers.
"""

import time

import structlog
from limits import RateLimitItem
from limits.storage import MemoryStorage, RedisStorage, Storage
from limits.strategies import FixedWindowRateLimiter
from redis import BlockingConnectionPool, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

log = structlog.get_logger(__name__)

CONNECTIONS = 8
ANSWER_SECONDS = 0.25
RETRY_SECONDS = 5


class Counts:
    """Counts of what was tried, here and in all processes."""

    def __init__(self, redis_url: str, name: str) -> None:
        """Share the counts under this name with those who meet at the same Redis."""
        self.here: Storage = MemoryStorage()
        self.shared: Storage | None = shared_storage(redis_url, name) if redis_url else None
        self.away_until = 0.0

    def hit(self, item: RateLimitItem, *key: str) -> float:
        """Count one more and return 0; or return after how many seconds one more may come."""
        wait = hit(self.here, item, *key)
        if wait or (storage := self.reachable()) is None:
            return wait
        try:
            return hit(storage, item, *key)
        except RedisError as error:
            self.note_away(error)
            return 0

    def give_back(self, item: RateLimitItem, *key: str) -> None:
        """Take one off again."""
        give_back(self.here, item, *key)
        if (storage := self.reachable()) is None:
            return
        try:
            give_back(storage, item, *key)
        except RedisError as error:
            self.note_away(error)

    def reachable(self) -> Storage | None:
        """Return what is shared, unless it was away a moment ago."""
        return self.shared if time.monotonic() >= self.away_until else None

    def note_away(self, error: RedisError) -> None:
        """Ask nothing of Redis for some seconds."""
        self.away_until = time.monotonic() + RETRY_SECONDS
        log.warning("limits_not_shared", error=type(error).__name__)


def shared_storage(url: str, name: str) -> Storage:
    """Return counts in Redis, where nobody waits longer than a moment for an answer."""
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=CONNECTIONS,
        timeout=ANSWER_SECONDS,
        socket_timeout=ANSWER_SECONDS,
        socket_connect_timeout=ANSWER_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )
    return RedisStorage(url, connection_pool=pool, key_prefix=name)


def hit(storage: Storage, item: RateLimitItem, *key: str) -> float:
    """Count one more in one storage and return 0, or return after how many seconds one more may come."""
    limiter = FixedWindowRateLimiter(storage)
    if limiter.hit(item, *key):
        return 0
    return max(limiter.get_window_stats(item, *key).reset_time - time.time(), 0.01)


def give_back(storage: Storage, item: RateLimitItem, *key: str) -> None:
    """Take one off in one storage."""
    storage.incr(item.key_for(*key), item.get_expiry(), amount=-1)
