"""History against a plain reading: whatever happened to a room, each page is the piece of what one may see."""

import random
import uuid
from typing import Any

import pytest

from tests.conftest import MakeUser
from tests.support.mirror import HeldRoom, Mirror
from tests.support.person import Person
from tests.support.refusal import Refusal, refused

Json = dict[str, Any]
ACTS = ["send"] * 8 + ["edit", "delete", "react", "hide", "hide", "go", "come", "come", "shy", "clear"]


class Story:
    """A room in which anything happens, as its owner hears of it."""

    def __init__(self, rnd: random.Random, people: list[Person]) -> None:
        self.rnd = rnd
        self.people = people
        self.owner = people[0]
        self.mirror = Mirror(self.owner.id)
        self.hidden: set[tuple[str, int]] = set()
        fields = {"kind": "group", "name": "Sala", "members": [each.id for each in people[1:]]}
        self.room: str = self.owner.socket.ask("create_room", fields)["room"]["id"]
        self.listen()

    @property
    def held(self) -> HeldRoom:
        """What the owner holds of the room."""
        return self.mirror.rooms[self.room]

    def listen(self) -> None:
        """Take all that the owner has heard; what came before the answer that it belongs to is a hole."""
        socket = self.owner.socket.barrier()
        heard, socket.heard[:] = list(socket.heard), []
        for each in heard:
            self.mirror.take(each)
        while self.mirror.needs_sync:
            self.mirror.take_sync(self.owner.sync(self.mirror.revs))

    def go_on(self) -> None:
        """Let somebody do something, which may be refused."""
        who, act = self.rnd.choice(self.people), self.rnd.choice(ACTS)
        seq = self.rnd.randint(1, max(self.held.messages))
        try:
            self.do(act, who, seq)
        except Refusal as refusal:
            assert refusal.code in ("not_found", "forbidden", "gone"), refusal  # noqa: PT017
        self.listen()

    def do(self, act: str, who: Person, seq: int) -> None:
        """Do one thing, to a message where it is about one."""
        message = {"room": self.room, "seq": seq}
        guest = {"room": self.room, "user": self.rnd.choice(self.people[1:]).id}
        match act:
            case "send":
                who.socket.ask("send_message", {"room": self.room, "client_id": str(uuid.uuid4()), "text": f"{seq}"})
            case "edit":
                who.socket.ask("edit_message", message | {"text": "outra"})
            case "delete":
                who.socket.ask("delete_message", message)
            case "react":
                who.socket.ask("react", message | {"emoji": "👍"})
            case "hide" if who is not self.owner:
                who.socket.ask("hide_message", message)
                self.hidden.add((who.id, seq))
            case "go":
                self.owner.socket.ask("remove_member", guest)
            case "come":
                self.owner.socket.ask("add_members", {"room": self.room, "users": [guest["user"]]})
            case "shy":
                history = self.rnd.choice(["all", "since_join"])
                self.owner.socket.ask("update_room", {"room": self.room, "history": history})
            case "clear" if not self.rnd.randrange(4):
                self.owner.socket.ask("clear_history", {"room": self.room})

    def seen_by(self, person: Person) -> list[Json]:
        """Return what somebody may see, by a plain reading of what happened."""
        comings = [
            seq
            for seq, message in self.held.messages.items()
            if message["kind"] == "system"
            and message["system"]["action"] == "added"
            and message["system"]["user"] == person.id
        ]
        first = max(comings, default=1) if self.held.room["history"] == "since_join" else 1
        first = max(first, self.held.room["first_seq"])
        return [
            message
            for seq, message in sorted(self.held.messages.items())
            if seq >= first and (person.id, seq) not in self.hidden
        ]

    def is_inside(self, person: Person) -> bool:
        """Tell whether somebody is a member just now."""
        return bool(self.held.members[person.id]["status"] == "joined")


def page_of(seen: list[Json], query: dict[str, int]) -> Json:
    """Return what a page before or after a message has to be."""
    limit = query["limit"]
    if "after" in query:
        begin = sum(message["seq"] <= query["after"] for message in seen)
        end = min(begin + limit, len(seen))
    else:
        end = sum(message["seq"] < query.get("before", 2**60) for message in seen)
        begin = max(0, end - limit)
    return {"messages": seen[begin:end], "more_before": begin > 0, "more_after": end < len(seen)}


def check_around(person: Person, room: str, seen: list[Json], query: dict[str, int]) -> None:
    """Hold a page around a message against what is seen: a piece without a hole, as long as there is enough."""
    seqs = [message["seq"] for message in seen]
    if query["around"] not in seqs:
        with refused("not_found"):
            person.history(room, **query)
        return
    page = person.rest.get(f"/rooms/{room}/messages", **query)
    begin = seen.index(page["messages"][0])
    end = begin + len(page["messages"])
    assert page["messages"] == seen[begin:end]
    assert begin <= seqs.index(query["around"]) < end
    assert (page["more_before"], page["more_after"]) == (begin > 0, end < len(seen))
    assert end - begin == query["limit"] or begin == 0 or end == len(seen)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_history_agrees_with_a_plain_reading_of_what_each_may_see(make_user: MakeUser, number: int) -> None:
    rnd = random.Random(number)
    story = Story(rnd, [make_user() for _ in range(3)])
    for _ in range(60):
        story.go_on()
        person = rnd.choice(story.people)
        if not story.is_inside(person):
            with refused("not_found", field="room"):
                person.history(story.room)
            continue
        seen, seq = story.seen_by(person), rnd.randint(1, max(story.held.messages) + 1)
        for query in ({"limit": 7}, {"before": seq, "limit": 4}, {"after": seq - 1, "limit": 4}, {"limit": 200}):
            page = person.rest.get(f"/rooms/{story.room}/messages", **query)
            page.pop("users")
            assert page == page_of(seen, query), query
        check_around(person, story.room, seen, {"around": seq, "limit": rnd.randint(1, 6)})
