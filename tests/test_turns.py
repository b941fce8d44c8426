"""Turns: who changes a room, and who writes in it, goes in the order in which they came."""

import uuid

from tests.conftest import MakeUser

SOCKETS = 6
CHANGES = 40


def test_a_message_does_not_wait_until_nobody_wants_to_change_its_room(make_user: MakeUser) -> None:
    ana = make_user()
    room = ana.create_room()
    seq = ana.send(room)["seq"]
    busy = [ana.connect() for _ in range(SOCKETS)]
    changes = [
        socket.emit("react", {"room": room, "seq": seq, "emoji": emoji})
        for emoji in ("👍", "🎉") * (CHANGES // 2)
        for socket in busy
    ]
    busy[0].wait_until(lambda: any(heard.answer for heard in busy[0].heard))
    ana.socket.ask("send_message", {"room": room, "client_id": str(uuid.uuid4()), "text": "oi"})
    answered = sum(heard.answer and heard.event == "react" for socket in busy for heard in socket.heard)
    assert answered < len(changes) / 2
    assert all(change()["ok"] for change in changes)
