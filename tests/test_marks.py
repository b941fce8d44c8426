"""Marks and receipts: they only grow, and reach those whose messages they newly cover."""

from typing import Any

from tests.conftest import MakeUser
from tests.support.doors import Door
from tests.support.refusal import refused
from tests.support.socket_user import SocketUser


def heard(socket: SocketUser, event: str, count: int = 1) -> list[dict[str, Any]]:
    """Wait until so many states of a kind have come, and return them."""
    socket.wait_until(lambda: len(socket.pushed(event)) >= count)
    return socket.pushed(event)


def test_marks_only_grow_and_reading_is_getting(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    first, second = ana.send(room)["seq"], ana.send(room)["seq"]
    assert door(bia).mark_delivered(room=room, seq=first) == {"delivered": first, "read": 0}
    assert door(bia).mark_read(room=room, seq=second) == {"delivered": second, "read": second}
    assert door(bia).mark_read(room=room, seq=first) == {"delivered": second, "read": second}
    assert door(bia).mark_delivered(room=room, seq=first) == {"delivered": second, "read": second}


def test_a_mark_beyond_the_last_message_means_the_last(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    last = ana.send(room)["seq"]
    assert door(bia).mark_read(room=room, seq=2**60) == {"delivered": last, "read": last}


def test_a_receipt_reaches_the_sender_and_not_the_others(door: Door, make_user: MakeUser) -> None:
    ana, bia, caio = make_user(), make_user(), make_user()
    room = ana.create_room(bia, caio)
    seq = ana.send(room)["seq"]
    for person in (ana, bia, caio):
        person.socket.barrier()
    door(bia).mark_read(room=room, seq=seq)
    assert heard(ana.socket, "receipt") == [{"room": room, "user": bia.id, "delivered": seq, "read": seq}]
    assert caio.socket.barrier().pushed("receipt") == []


def test_marking_on_one_device_clears_the_others(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    seq = ana.send(room)["seq"]
    assert bia.entry(room)["unread"] == 1
    phone = bia.connect().barrier()
    door(bia).mark_read(room=room, seq=seq)
    me = heard(phone, "me")[0]
    assert (me["room"], me["delivered"], me["read"]) == (room, seq, seq)
    assert me["archived"] is False
    assert bia.entry(room)["unread"] == 0


def test_sending_marks_ones_own_messages_as_read(make_user: MakeUser) -> None:
    ana = make_user()
    room = ana.create_room()
    seq = ana.send(room)["seq"]
    me = ana.entry(room)["me"]
    assert (me["delivered"], me["read"]) == (seq, seq)


def test_a_mark_that_changes_nothing_is_told_to_nobody(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    seq = ana.send(room)["seq"]
    ana.socket.barrier()
    door(bia).mark_read(room=room, seq=seq)
    heard(ana.socket, "receipt")
    phone = bia.connect().barrier()
    door(bia).mark_read(room=room, seq=seq)
    assert phone.barrier().pushed("me") == []
    door(bia).mark_read(room=room, seq=ana.send(room)["seq"])
    assert [receipt["read"] for receipt in heard(ana.socket, "receipt", 2)] == [seq, seq + 1]


def test_between_two_of_whom_one_switched_receipts_off_read_is_hidden(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    seq = ana.send(room)["seq"]
    bia.socket.ask("update_profile", {"receipts": "nobody"})
    ana.socket.barrier()
    door(bia).mark_read(room=room, seq=seq)
    assert heard(ana.socket, "receipt") == [{"room": room, "user": bia.id, "delivered": seq, "read": 0}]
    receipts = ana.entry(room)["receipts"]
    assert receipts == [{"room": room, "user": bia.id, "delivered": seq, "read": 0}]
    info = door(ana).message_info(room=room, seq=seq)
    assert [one["user"] for one in info["delivered"]] == [bia.id]
    assert info["read"] == []


def test_message_info_says_who_has_got_and_who_has_read_and_since_when(door: Door, make_user: MakeUser) -> None:
    ana, bia, caio, duda = make_user(), make_user(), make_user(), make_user()
    room = ana.create_room(bia, caio, duda)
    seq = ana.send(room)["seq"]
    door(bia).mark_delivered(room=room, seq=seq)
    door(bia).mark_read(room=room, seq=seq)
    door(caio).mark_delivered(room=room, seq=seq)
    info = door(ana).message_info(room=room, seq=seq)
    assert {one["user"] for one in info["delivered"]} == {bia.id, caio.id}
    assert [one["user"] for one in info["read"]] == [bia.id]
    assert info["waiting"] == [duda.id]
    assert {user["id"] for user in info["users"]} == {bia.id, caio.id, duda.id}
    times = {one["user"]: one["at"] for one in info["delivered"]}
    assert times[bia.id] <= info["read"][0]["at"]


def test_only_the_sender_and_admins_know_whom_a_message_has_reached(door: Door, make_user: MakeUser) -> None:
    ana, bia, caio = make_user(), make_user(), make_user()
    room = ana.create_room(bia, caio)
    seq = bia.send(room)["seq"]
    assert door(ana).message_info(room=room, seq=seq)["waiting"]
    with refused("forbidden"):
        door(caio).message_info(room=room, seq=seq)
    with refused("not_found"):
        door(bia).message_info(room=room, seq=seq + 1)


def test_strangers_cannot_mark(door: Door, make_user: MakeUser) -> None:
    ana, eva = make_user(), make_user()
    room = ana.create_room()
    for request in ("mark_read", "mark_delivered", "message_info"):
        with refused("not_found", field="room"):
            getattr(door(eva), request)(room=room, seq=1)
    with refused("invalid", field="seq"):
        door(ana).mark_read(room=room, seq=0)


def test_marks_made_while_one_was_away_come_with_the_next_sync(make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    seq = ana.send(room)["seq"]
    synced = ana.sync({room: ana.rev(room)})
    bia.rest.ask("PUT", f"/rooms/{room}/read", json={"seq": seq})
    marks = ana.sync({room: ana.rev(room)}, since=synced["now"])["marks"]
    assert [mark["receipts"] for mark in marks] == [[{"room": room, "user": bia.id, "delivered": seq, "read": seq}]]


def test_preferences_are_kept_and_told_to_ones_other_devices(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room = ana.create_room(bia)
    phone = ana.connect().barrier()
    until = "2031-05-06T07:08:09.123Z"
    me = door(ana).set_preferences(room=room, muted_until=until, pinned=True, draft=" quase ")["me"]
    assert (me["muted_until"], me["pinned"], me["draft"], me["archived"]) == (until, True, "quase", False)
    assert heard(phone, "me") == [me]
    assert ana.entry(room)["me"] == me
    assert bia.entry(room)["me"]["muted_until"] is None
    me = door(ana).set_preferences(room=room, muted_until=None, draft=None)["me"]
    assert (me["muted_until"], me["draft"], me["pinned"]) == (None, None, True)


def test_an_archived_room_comes_back_with_a_new_message_unless_it_is_muted(make_user: MakeUser) -> None:
    ana, bia, caio = make_user(), make_user(), make_user()
    room = ana.create_room(bia, caio)
    bia.socket.ask("set_preferences", {"room": room, "archived": True})
    caio.socket.ask("set_preferences", {"room": room, "archived": True, "muted_until": "2099-01-01T00:00:00Z"})
    ana.send(room)
    assert heard(bia.socket, "me")[0]["archived"] is False
    assert caio.entry(room)["me"]["archived"] is True


def test_preferences_that_make_no_sense_are_refused(door: Door, make_user: MakeUser) -> None:
    ana, eva = make_user(), make_user()
    room = ana.create_room()
    with refused("invalid"):
        door(ana).set_preferences(room=room)
    with refused("invalid", field="muted_until"):
        door(ana).set_preferences(room=room, muted_until="amanhã")
    with refused("invalid", field="archived"):
        door(ana).set_preferences(room=room, archived="sim")
    with refused("not_found", field="room"):
        door(eva).set_preferences(room=room, archived=True)
