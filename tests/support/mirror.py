"""A protocol client in the small: what it holds of its rooms, merged by `rev`, and when it must sync."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.support.socket_user import Heard

Json = dict[str, Any]


@dataclass
class HeldRoom:
    """One room as a client holds it."""

    rev: int = 0
    room: Json = field(default_factory=dict)
    members: dict[str, Json] = field(default_factory=dict)
    messages: dict[int, Json] = field(default_factory=dict)
    ahead: set[int] = field(default_factory=set)
    floor: int = 1

    def merge(self, event: str, state: Json) -> None:
        """Take a state unless a newer one of the same thing is held."""
        if event == "room":
            self.room = newer(self.room, state)
        elif event == "member":
            self.members[state["user"]] = newer(self.members.get(state["user"]), state)
        else:
            self.messages[state["seq"]] = newer(self.messages.get(state["seq"]), state)
        self.ahead.add(state["rev"])
        self.advance()

    def advance(self) -> None:
        """Raise `rev` over all that has come without a hole."""
        while self.rev + 1 in self.ahead:
            self.rev += 1
        self.ahead = {rev for rev in self.ahead if rev > self.rev}


def newer(held: Json | None, state: Json) -> Json:
    """Return the state with the greater `rev`."""
    return held if held and held["rev"] > state["rev"] else state


class Mirror:
    """All rooms of one user, fed with everything that his socket hears."""

    def __init__(self, user: str) -> None:
        self.user = user
        self.rooms: dict[str, HeldRoom] = {}
        self.unknown: set[str] = set()
        self.votes: dict[tuple[str, int], list[int]] = {}

    @property
    def needs_sync(self) -> bool:
        """Whether a hole is open: revs that were passed over, or a room that is not held."""
        return bool(self.unknown) or any(room.ahead for room in self.rooms.values())

    @property
    def revs(self) -> dict[str, int]:
        """What a sync is asked with."""
        return {room: held.rev for room, held in self.rooms.items()}

    def take(self, heard: Heard) -> None:
        """Take one thing off the wire: a pushed state, or the answer to a request."""
        if heard.answer:
            self._take_answer(heard.event, heard.payload)
        elif heard.event in ("room", "member", "message"):
            self._take_state(heard.event, heard.payload)
        elif heard.event == "vote":
            self.take_vote(heard.payload)

    def take_vote(self, vote: Json) -> None:
        """Take what the user has chosen in a poll, here or on another device."""
        self.votes[vote["room"], vote["seq"]] = sorted(vote["options"])

    def take_votes(self, votes: list[Json]) -> None:
        """Take all that the user has chosen, as of now."""
        self.votes.clear()
        for vote in votes:
            self.take_vote(vote)

    def votes_in(self, rooms: Iterable[str]) -> dict[tuple[str, int], list[int]]:
        """Return what the user has chosen in these rooms, and what has not gone since."""
        return {
            (room, seq): options
            for (room, seq), options in self.votes.items()
            if options and room in rooms and self.rooms[room].messages.get(seq, {}).get("poll", True)
        }

    def _take_state(self, event: str, state: Json) -> None:
        room = state["id" if event == "room" else "room"]
        if self._ends(event, state):
            self.rooms.pop(room, None)
            self.unknown.discard(room)
        elif room in self.rooms:
            self.rooms[room].merge(event, state)
        else:
            self.unknown.add(room)

    def _ends(self, event: str, state: Json) -> bool:
        if event == "room":
            return state["deleted_at"] is not None
        return event == "member" and state["user"] == self.user and state["status"] not in ("joined", "pending")

    def _take_answer(self, request: str, answer: Json) -> None:
        if not answer["ok"]:
            return
        if request == "sync":
            self.take_sync(answer)
        elif "sync" in answer:
            self._take_entry(answer["sync"], fresh=True)
        else:
            states = [(name, answer[name]) for name in ("room", "member", "message") if name in answer]
            states += [("member", member) for member in answer.get("members", []) if request == "add_members"]
            for event, state in states:
                self._take_state(event, state)

    def leave(self, room: str) -> None:
        """Forget a room whose leaving was acknowledged."""
        self.rooms.pop(room, None)
        self.unknown.discard(room)

    def take_sync(self, answer: Json) -> bool:
        """Apply the answer to a sync, and tell whether another must follow."""
        for room in answer["left"]:
            self.leave(room)
        for entry in answer["rooms"]:
            self._take_entry(entry, fresh=entry["room"]["id"] not in self.rooms)
        self.unknown.clear()
        return any(entry["more"] for entry in answer["rooms"])

    def _take_entry(self, entry: Json, *, fresh: bool) -> None:
        room = entry["room"]["id"]
        if fresh or entry["reset"]:
            floor = min((message["seq"] for message in entry["messages"]), default=entry["room"]["last_seq"] + 1)
            self.rooms[room] = HeldRoom(floor=floor)
        held = self.rooms[room]
        held.room = newer(held.room, entry["room"])
        for member in entry["members"]:
            held.members[member["user"]] = newer(held.members.get(member["user"]), member)
        for message in entry["messages"]:
            held.messages[message["seq"]] = newer(held.messages.get(message["seq"]), message)
        held.rev = max(held.rev, entry["rev"])
        held.advance()

    def fill(self, room: str, history: list[Json]) -> None:
        """Take from history what is older than where holding the room began."""
        held = self.rooms[room]
        held.messages |= {message["seq"]: message for message in history if message["seq"] < held.floor}

    def picture(self) -> Json:
        """Return what the user sees, without what is only as of some moment."""
        return {
            room: {
                "rev": held.rev,
                "room": {name: held.room[name] for name in held.room if name not in ("last_seq", "members")},
                "members": {user: member for user, member in held.members.items() if member["status"] == "joined"},
                "messages": held.messages,
            }
            for room, held in self.rooms.items()
        }
