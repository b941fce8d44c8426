"""How often one may ask: by user, by address and by act, the same through both doors; docs/limits.md is the table.

What people do all the time is counted here, and told to the other processes a few times a second, so that no message
waits for Redis. Who comes in, and who guesses at passwords, is counted in Redis at once.
"""

import hashlib
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from ipaddress import IPv6Address, ip_address

from flask import current_app
from limits import RateLimitItem, RateLimitItemPerMinute

from sopapo.buckets import Buckets, Rate
from sopapo.config import Settings
from sopapo.counts import Counts
from sopapo.errors import BadCredentials, RateLimited
from sopapo.transport.runtime import sleep, spawn

ACTS = {
    "send_message": Rate(60, 20),
    "create_poll": Rate(60, 1),
    "vote": Rate(60, 2),
    "mark_delivered": Rate(200, 50),
    "mark_read": Rate(200, 50),
    "sync": Rate(100, 10),
    "typing": Rate(20, 5),
    "watch_presence": Rate(60, 2),
    "find_people": Rate(60, 2),
    "find_public_rooms": Rate(60, 2),
    "search": Rate(60, 5),
    "join_room": Rate(60, 1),
    "join_by_invite": Rate(60, 1),
    "add_members": Rate(60, 1),
    "create_room": Rate(120, 1),
    "create_invite": Rate(60, 0.2),
    "update_profile": Rate(60, 0.2),
    # It asks for the password, which whoever has stolen a token would guess.
    "delete_account": Rate(10, 1 / 60),
    "export_account": Rate(10, 0.05),
    "report": Rate(20, 0.05),
    "upload_file": Rate(60, 1),
    "download_file": Rate(300, 30),
    "download_thumbnail": Rate(600, 60),
}
OTHER_ACTS = Rate(120, 30)

# Of a socket or a client that is nobody yet, by its address.
STRANGERS = {
    "authenticate": Rate(1000, 100),
    "refresh": Rate(1000, 50),
}
OTHER_STRANGERS = Rate(60, 1)

SHARED: dict[str, RateLimitItem] = {
    "register": RateLimitItemPerMinute(100, 10),
    "login": RateLimitItemPerMinute(300, 10),
}
# How long another process may not know what was granted here, and how much is told in one piece.
TOLD_SECONDS = 0.25
TOLD_AT_ONCE = 1000
GUESSES_AT_AN_ACCOUNT = RateLimitItemPerMinute(10, 10)
GUESSES_FROM_AN_ADDRESS = RateLimitItemPerMinute(60, 10)


class Limits:
    """What is left to whom."""

    def __init__(self, settings: Settings) -> None:
        """Count nothing where the settings say so."""
        self.is_on = settings.rate_limits == "on"
        self.buckets = Buckets()
        self.counts = Counts(settings.redis_url if self.is_on else "", f"sopapo:{settings.issuer}:limits")

    def take(self, act: str, address: str, user_id: str | None) -> None:
        """Count a request of a user, or of a stranger at an address. Raises RateLimited."""
        if not self.is_on:
            return
        if act in SHARED:
            refuse_within(self.counts.hit(SHARED[act], act, network_of(address)))
        elif user_id is None:
            key = (act if act in STRANGERS else "", network_of(address))
            refuse_within(self.buckets.take(key, STRANGERS.get(act, OTHER_STRANGERS)))
        else:
            key = (act if act in ACTS else "", user_id)
            refuse_within(self.buckets.take(key, ACTS.get(act, OTHER_ACTS)))

    def share(self, tell: Callable[..., None]) -> None:
        """Tell the other processes from now on, by this act of the bus, what is granted here."""
        if self.is_on:
            self.buckets.spent = {}
            spawn(self.keep_telling, tell)

    def keep_telling(self, tell: Callable[..., None]) -> None:
        """Tell what was granted, a few times a second and for ever."""
        while True:
            sleep(TOLD_SECONDS)
            spent, self.buckets.spent = self.buckets.spent or {}, {}
            rows = [(*key, *rate, count) for (key, rate), count in spent.items()]
            for first in range(0, len(rows), TOLD_AT_ONCE):
                tell("spend", rows[first : first + TOLD_AT_ONCE])

    @contextmanager
    def guessing(self, address: str, account: str) -> Iterator[None]:
        """Count what the block does as a guess at a password, unless it was right. Raises RateLimited.

        An account is counted for each address by itself, so that nobody is locked out by a stranger elsewhere.
        """
        if not self.is_on:
            yield
            return
        network = network_of(address)
        name = hashlib.sha256(account.casefold().encode()).hexdigest()
        counted: list[tuple[RateLimitItem, str, str]] = []
        try:
            for item, *key in ((GUESSES_AT_AN_ACCOUNT, network, name), (GUESSES_FROM_AN_ADDRESS, network, "")):
                refuse_within(self.counts.hit(item, *key))
                counted.append((item, key[0], key[1]))
            yield
        except BadCredentials:
            raise
        except BaseException:
            self.give_back(counted)
            raise
        else:
            self.give_back(counted)

    def give_back(self, counted: list[tuple[RateLimitItem, str, str]]) -> None:
        """Count no guesses after all."""
        for item, *key in counted:
            self.counts.give_back(item, *key)


def limits() -> Limits:
    """Return the limits of the running application."""
    found: Limits = current_app.extensions["sopapo.limits"]
    return found


def refuse_within(seconds: float) -> None:
    """Raise RateLimited where there is a time to wait."""
    if seconds:
        raise RateLimited("too often; wait a little", retry_after=math.ceil(seconds * 100) / 100)


@lru_cache(maxsize=4096)
def network_of(address: str) -> str:
    """Return what one household has of addresses: one of IPv4, the first half of one of IPv6."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        return found.ipv4_mapped.exploded if found.ipv4_mapped else found.exploded[:19]
    return found.exploded
