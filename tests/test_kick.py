"""Two hundred removals in the middle of a lively talk."""

import threading
import time
import uuid
from typing import Any, Self

from tests.conftest import MakeUser
from tests.support.person import Person
from tests.support.refusal import refused
from tests.support.socket_user import SocketUser

KICKS = 200
A_SECOND = 50


class Talk:
    """Somebody who says fifty things a second in a room, until it is enough."""

    def __init__(self, speaker: Person, room: str) -> None:
        self.speaker, self.room = speaker, room
        self.enough = threading.Event()
        self.waits: list[Any] = []
        self.thread = threading.Thread(target=self.run)

    def run(self) -> None:
        began = time.monotonic()
        while not self.enough.wait(max(0, began + len(self.waits) / A_SECOND - time.monotonic())):
            fields = {"room": self.room, "client_id": str(uuid.uuid4()), "text": f"{len(self.waits)}"}
            self.waits.append(self.speaker.socket.emit("send_message", fields))

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.enough.set()
        self.thread.join()


def pushed_once(socket: SocketUser, room: str) -> list[Any]:
    """Return what a socket was pushed of a room; a busy server may tell of a membership twice, and of nothing else."""
    states = socket.pushed(room=room)
    return [
        state
        for place, state in enumerate(states)
        if "status" not in state or state not in states[max(0, place - 5) : place]
    ]


def heard_outside(states: list[Any], user: str) -> list[Any]:
    """Return what was pushed after somebody's removals, and before he was added again."""
    outside, wrong = False, []
    for state in states:
        status = state.get("status") if state.get("user") == user else None
        if status == "joined":
            outside = False
        elif outside:
            wrong.append(state)
        outside = outside or status == "removed"
    return wrong


def test_who_is_removed_in_the_middle_of_a_talk_hears_nothing_more(make_user: MakeUser) -> None:
    ana, bia, caio = make_user(), make_user(), make_user()
    room = ana.create_room(caio)
    sockets = [bia.socket, bia.connect()]
    with Talk(caio, room) as talk:
        for _ in range(KICKS):
            ana.socket.ask("add_members", {"room": room, "users": [bia.id]})
            ana.socket.ask("remove_member", {"room": room, "user": bia.id})
            with refused("not_found"):
                bia.socket.ask("list_members", {"room": room})
        said = len(talk.waits)
        time.sleep(0.5)
    assert all(wait()["ok"] for wait in talk.waits)
    assert len(talk.waits) > said > 0
    for socket in sockets:
        socket.barrier()
        heard = pushed_once(socket, room)
        own = [state["status"] for state in heard if state.get("user") == bia.id]
        assert own == ["joined", "removed"] * KICKS
        assert heard_outside(heard, bia.id) == []
        numbers = [message["seq"] for message in socket.pushed("message", room=room)]
        assert len(numbers) == len(set(numbers)) > 0
    with refused("not_found"):
        bia.history(room)
