"""What the transport counts."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Stats:
    """Plain counters since the start; a figure of what is open now is `len(transport.connections)`."""

    links: int = 0
    connected: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    ended: Counter[str] = field(default_factory=Counter)
    frames_in: int = 0
    frames_out: int = 0
    requests: int = 0
    broadcasts: int = 0
    malformed: int = 0
