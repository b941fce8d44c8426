"""Clients that are cut off at random and sync end equal to those that never were, and to what the database holds."""

import uuid
from typing import Any, ClassVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.conftest import MakeUser
from tests.support.mirror import Mirror
from tests.support.person import Person
from tests.support.refusal import Refusal
from tests.support.rows import rows
from tests.support.socket_user import SocketUser

PEOPLE = 10
ROOMS = 2
person = st.integers(0, PEOPLE - 1)
place = st.integers(0, ROOMS - 1)
seq = st.integers(1, 20)

Json = dict[str, Any]
ACTS: list[tuple[str, Json]] = [
    ("edit_message", {"text": "outro"}),
    ("edit_message", {"text": "@todos"}),
    ("delete_message", {}),
    ("react", {"emoji": "👍"}),
    ("react", {"emoji": "🎉"}),
    ("react", {"emoji": None}),
    ("pin_message", {"on": True}),
    ("pin_message", {"on": False}),
    ("star_message", {"on": True}),
    ("vote", {"options": [1]}),
    ("vote", {"options": [2, 1]}),
    ("vote", {"options": []}),
    ("close_poll", {}),
]


class Client:
    """One socket of a person, with the mirror that is fed from it."""

    def __init__(self, who: Person) -> None:
        self.who = who
        self.mirror = Mirror(who.id)
        self.socket: SocketUser | None = None
        self.taken = 0
        self.come_back()

    def come_back(self) -> None:
        """Connect, then sync: subscribe first, snapshot second."""
        self.socket, self.taken = self.who.connect(), 0
        self.sync()

    def cut_off(self) -> None:
        """Lose the connection and whatever was on its way."""
        if self.socket is not None:
            self.take()
            self.socket.close()
            self.socket = None

    def sync(self, limit: int = 5) -> None:
        """Sync until there is no more."""
        assert self.socket is not None
        votes = self.who.rest.get("/me/votes")["votes"]
        self.take()
        self.mirror.take_votes(votes)
        more = True
        while more:
            self.take()
            answer = self.socket.ask("sync", {"rooms": self.mirror.revs, "limit": limit})
            more = any(entry["more"] for entry in answer["rooms"])
            self.take()

    def take(self) -> None:
        """Feed the mirror with all that was heard."""
        assert self.socket is not None
        while self.taken < len(self.socket.heard):
            self.mirror.take(self.socket.heard[self.taken])
            self.taken += 1

    def settle(self) -> None:
        """Be where a client is that has heard all and closed every hole."""
        if self.socket is None:
            self.come_back()
            return
        self.socket.barrier()
        self.take()
        if self.mirror.needs_sync:
            self.sync()

    def ask(self, request: str, **fields: Any) -> None:
        """Do something that may be refused, on the live socket or over HTTP."""
        try:
            (self.socket or self.who.socket).ask(request, fields)
        except Refusal as refusal:
            assert refusal.code in ("not_found", "forbidden", "conflict", "gone", "invalid"), refusal  # noqa: PT017
        else:
            if self.socket is not None:
                self.took(request, fields)

    def took(self, request: str, fields: Json) -> None:
        """Hold what a granted request means that its answer does not say."""
        self.take()
        if request == "leave_room":
            self.mirror.leave(fields["room"])
        elif request == "vote":
            self.mirror.take_vote(fields)

    def check(self) -> None:
        """Hold what the mirror has against what a client gets that begins now, and against history."""
        self.settle()
        assert not self.mirror.needs_sync
        fresh = Mirror(self.who.id)
        fresh.take_sync(self.who.sync(limit=1))
        for room in self.mirror.rooms:
            history = self.who.whole_history(room)
            self.mirror.fill(room, history)
            assert self.mirror.rooms[room].messages == {message["seq"]: message for message in history}
            fresh.fill(room, history)
        assert self.mirror.picture() == fresh.picture()
        assert self.mirror.votes_in(self.mirror.rooms) == self.votes_now()
        for entry in self.who.sync(limit=1)["rooms"]:
            self.check_counts(entry)

    def votes_now(self) -> dict[tuple[str, int], list[int]]:
        """Return what the server says that this person has chosen, in the rooms that are held."""
        votes = self.who.rest.get("/me/votes")["votes"]
        return {(vote["room"], vote["seq"]): vote["options"] for vote in votes if vote["room"] in self.mirror.rooms}

    def check_counts(self, entry: Json) -> None:
        """Hold what is counted as unread against a plain reading of what is there."""
        room, me = entry["room"]["id"], entry["me"]
        assert me["read"] <= me["delivered"] <= entry["room"]["last_seq"]
        new = [message for seq, message in self.mirror.rooms[room].messages.items() if seq > me["read"]]
        unread = [each for each in new if each["kind"] != "system" and each["sender"] != self.who.id]
        unread = [each for each in unread if each["deleted_at"] is None]
        assert entry["unread"] == len(unread)
        assert entry["mentions"] == sum(each["mentions_all"] or self.who.id in each["mentions"] for each in unread)

    def check_database(self) -> None:
        """Hold what the mirror has against the tables themselves."""
        for room, held in self.mirror.rooms.items():
            query = "SELECT seq, rev, text, sender_id, deleted_at IS NULL FROM messages WHERE room_id = ? ORDER BY seq"
            names = ("seq", "rev", "text", "sender")
            shown = [
                (*(message[name] for name in names), message["deleted_at"] is None)
                for _, message in sorted(held.messages.items())
            ]
            assert [(*row[:4], bool(row[4])) for row in rows(self.who.server, query, room)] == shown
            ((last_rev, count),) = rows(self.who.server, "SELECT last_rev, member_count FROM rooms WHERE id = ?", room)
            joined = [member for member in held.members.values() if member["status"] == "joined"]
            assert (held.rev, len(joined)) == (last_rev, count)


class Walk(RuleBasedStateMachine):
    """Ten people in two rooms do whatever comes to their minds."""

    make_user: ClassVar[MakeUser]

    @initialize()
    def begin(self) -> None:
        people = [self.make_user() for _ in range(PEOPLE)]
        self.rooms = [people[n % PEOPLE].create_room(people[(n + 1) % PEOPLE], public=True) for n in range(ROOMS)]
        self.clients = [Client(each) for each in people]

    @rule(who=person, where=place, count=st.integers(1, 8))
    def talk(self, who: int, where: int, count: int) -> None:
        for number in range(count):
            fields = {"client_id": str(uuid.uuid4()), "text": f"{who} {number}"}
            self.clients[who].ask("send_message", room=self.rooms[where], **fields)

    @rule(who=person, where=place, multiple=st.booleans(), anonymous=st.booleans())
    def ask_all(self, who: int, where: int, multiple: bool, anonymous: bool) -> None:  # noqa: FBT001
        fields: Json = {"client_id": str(uuid.uuid4()), "text": "Que dia?", "options": ["a", "b"]}
        fields |= {"multiple": multiple, "anonymous": anonymous}
        self.clients[who].ask("create_poll", room=self.rooms[where], **fields)

    @rule(who=person, where=place, seq=seq, act=st.sampled_from(ACTS))
    def handle(self, who: int, where: int, seq: int, act: tuple[str, Json]) -> None:
        request, fields = act
        self.clients[who].ask(request, room=self.rooms[where], seq=seq, **fields)

    @rule(who=person, where=place, seq=seq, request=st.sampled_from(["mark_delivered", "mark_read"]))
    def mark(self, who: int, where: int, seq: int, request: str) -> None:
        self.clients[who].ask(request, room=self.rooms[where], seq=seq)

    @rule(who=person, where=place)
    def join(self, who: int, where: int) -> None:
        self.clients[who].ask("join_room", room=self.rooms[where])

    @rule(who=person, where=place)
    def leave(self, who: int, where: int) -> None:
        self.clients[who].ask("leave_room", room=self.rooms[where])

    @rule(who=person, whom=person, where=place)
    def add(self, who: int, whom: int, where: int) -> None:
        self.clients[who].ask("add_members", room=self.rooms[where], users=[self.clients[whom].who.id])

    @rule(who=person, whom=person, where=place)
    def remove(self, who: int, whom: int, where: int) -> None:
        self.clients[who].ask("remove_member", room=self.rooms[where], user=self.clients[whom].who.id)

    @rule(who=person, whom=person, where=place, role=st.sampled_from(["owner", "admin", "member"]))
    def give_role(self, who: int, whom: int, where: int, role: str) -> None:
        self.clients[who].ask("set_role", room=self.rooms[where], user=self.clients[whom].who.id, role=role)

    @rule(who=person, where=place, name=st.text("abc", min_size=1, max_size=3))
    def rename(self, who: int, where: int, name: str) -> None:
        self.clients[who].ask("update_room", room=self.rooms[where], name=name)

    @rule(who=person)
    def cut_off(self, who: int) -> None:
        self.clients[who].cut_off()

    @rule(who=person)
    @precondition(lambda self: any(client.socket is None for client in self.clients))
    def come_back(self, who: int) -> None:
        if self.clients[who].socket is None:
            self.clients[who].come_back()

    @rule(who=person)
    def settle(self, who: int) -> None:
        self.clients[who].settle()

    @invariant()
    def nothing_heard_is_refused(self) -> None:
        for client in getattr(self, "clients", []):
            if client.socket is not None:
                client.take()

    def teardown(self) -> None:
        for client in getattr(self, "clients", []):
            client.check()
        for client in getattr(self, "clients", []):
            client.check_database()
            client.who.close()


def test_every_client_ends_with_what_the_database_holds(make_user: MakeUser) -> None:
    patient = settings(
        max_examples=8,
        stateful_step_count=60,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    walk = type("WalkHere", (Walk,), {"make_user": staticmethod(make_user)})
    run_state_machine_as_test(walk, settings=patient)
