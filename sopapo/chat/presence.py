"""Who is online, for those who may know: people who share a room, across no block, unless somebody hides it."""

from collections.abc import Iterable
from typing import NamedTuple

from flask import current_app
from sqlalchemy import bindparam, exists, select

from models import Presence, Process, User
from sopapo import broadcast
from sopapo.bus import bus, presence_channel
from sopapo.chat.acquaintance import acquainted, batches, parted_since
from sopapo.clock import now, rfc3339
from sopapo.gathering import Gathering
from sopapo.schemas.presence import Watched, WatchPresence
from sopapo.schemas.states import PresenceState
from sopapo.security import Identity
from sopapo.transaction import ask

# In milliseconds: longer than any transaction takes, and clocks differ.
LOOK_BACK = 15_000

IS_ONLINE = (
    exists()
    .where(Presence.user_id == User.id, Presence.process_id == Process.id, Process.until > bindparam("moment"))
    .correlate(User)
)
STATES = select(User.id, User.last_seen_at, IS_ONLINE).where(
    User.id.in_(bindparam("users", expanding=True)), User.last_seen == "everyone"
)


class Glance(NamedTuple):
    """A user whose sockets here may have come or gone; `tell` his watchers in any case."""

    user_id: str
    tell: bool = False


def look_at(user_id: str, *, tell: bool = False) -> None:
    """Let it be seen soon whether a user has sockets here; never yields."""
    glances: Gathering[Glance] = current_app.extensions["sopapo.glances"]
    glances.add(Glance(user_id, tell))


def watch_presence(caller: Identity, body: WatchPresence) -> Watched:
    """Say who of these users is online, and let the caller's socket, if there is one, hear of changes."""
    here = bus().here
    with here.noting_pushes() as pushed:
        known = acquaintances(caller, body.users)
        states = states_of(known)
    if caller.socket is not None:
        here.watchers.watch(caller.socket, caller.user_id, known)
    states |= {known_id: pushed[channel] for known_id in known if (channel := presence_channel(known_id)) in pushed}
    return Watched(presence=[states.get(user_id) or hidden(user_id) for user_id in dict.fromkeys(body.users)])


def acquaintances(caller: Identity, user_ids: Iterable[str]) -> set[str]:
    """Return those of these users of whom the caller may know; he may know of himself."""
    wanted = set(user_ids)
    known = {other for _, other in acquainted([(caller.user_id, other) for other in wanted])}
    return known | (wanted & {caller.user_id})


def states_of(user_ids: Iterable[str]) -> dict[str, PresenceState]:
    """Return whether these users are online; of those who hide it there is nothing."""
    return {
        user_id: PresenceState(
            user=user_id,
            online=online,
            last_seen=rfc3339(last_seen_at) if last_seen_at and not online else None,
        )
        for user_id, last_seen_at, online in ask(STATES, users=list(user_ids), moment=now())
    }


def hidden(user_id: str) -> PresenceState:
    """Return what is said of somebody of whom one may not know, or whom there is not."""
    return PresenceState(user=user_id, online=False, last_seen=None)


def change_privacy(user_id: str, last_seen: str) -> None:
    """Tell the watchers of a user who has hidden himself, or shows himself again."""
    if last_seen == "nobody":
        broadcast.presence(hidden(user_id))
    else:
        look_at(user_id, tell=True)


class Warden:
    """Keeps right what the watchers here hear; it looks at what has changed since it last did."""

    def __init__(self) -> None:
        """Begin now, when nobody watches anybody yet."""
        self.looked_at = now()
        self.losses = 0

    def look(self) -> None:
        """Let nobody watch whom he may no longer know, and tell again what may have been lost between processes."""
        moment, losses, watchers = now(), bus().losses, bus().here.watchers
        if watchers.lists:
            pairs = watchers.pairs(parted_since(self.looked_at - LOOK_BACK))
            watchers.part(pairs - acquainted(pairs))
            if losses > self.losses:
                tell_again(watchers.watched())
        self.looked_at, self.losses = moment, losses


def tell_again(user_ids: Iterable[str]) -> None:
    """Tell the watchers here whether these users are online."""
    for batch in batches(user_ids):
        for state in states_of(batch).values():
            broadcast.presence_caught_up(state)
