"""What the transport lets itself be told."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

# Bytes a second: a body that comes more slowly is given up.
SLOWEST_BODY = 16_384


@dataclass(frozen=True, kw_only=True)
class TransportOptions:
    """How WebSockets are served, and the bounds of connections and HTTP requests; sizes in bytes, times in seconds."""

    path: Literal["fast", "stock"] = "fast"

    ping_interval: float = 25
    ping_timeout: float = 20
    allowed_origins: Sequence[str] = ()
    trusted_proxies: int = 0

    max_packet: int = 65_536
    max_queue: int = 1_048_576
    max_body: int = 1_048_576
    max_malformed: int = 3
    max_connections: int = 24_000
    backlog: int = 20_000

    connect_seconds: float = 10
    close_seconds: float = 2
    stop_seconds: float = 2.5
    head_seconds: float = 15
    body_seconds: float = 30
    idle_seconds: float = 60
