"""Finding messages without words: what brings files or links, and what one person has said."""

import uuid
from typing import Any

import pytest

from tests.conftest import MakeUser
from tests.support.doors import Door
from tests.support.fields import at
from tests.support.files import gif, jpeg, upload
from tests.support.naming import brief
from tests.support.person import Person
from tests.support.refusal import refused
from tests.support.rows import age
from tests.support.server import Server

Json = dict[str, Any]

LINK = "Olha: https://example.org/a?b=<c>"


def found(door: Door, person: Person, **filters: Any) -> list[Json]:
    """The messages that somebody finds, the newest first."""
    return [result["message"] for result in door(person).ask("search", filters)["results"]]


def bring(person: Person, room: str, content: bytes, text: str = "") -> Json:
    """Send a file."""
    return person.send(room, text, files=[upload(person, content)["id"]])


def test_media_files_and_links_are_found_without_words(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room, other = ana.create_room(bia), ana.create_room(bia)
    picture, paper = bring(ana, room, jpeg()), bring(bia, other, b"oi", "Ata")
    link, moving, words = ana.send(room, LINK), bring(bia, room, gif(), LINK), ana.send(room, "oi http e ://")
    assert found(door, bia, has="file") == [moving, paper, picture]
    assert found(door, bia, has="image") == [moving, picture]
    assert found(door, bia, has="link") == [moving, link]
    assert found(door, bia, has="image", room=other) == []
    assert found(door, bia, **{"from": ana.id}) == [words, link, picture]
    assert found(door, bia, has="link", **{"from": bia.id}) == [moving]
    assert found(door, bia, has="file", before=paper["created_at"], after=picture["created_at"])[-1:] == [picture]
    assert found(door, bia, has="file", after="2999-01-01T00:00:00Z") == []


def test_without_words_nothing_is_marked(door: Door, make_user: MakeUser) -> None:
    ana = make_user()
    room = ana.create_room()
    ana.send(room, LINK)
    bring(ana, room, b"oi")
    bring(ana, room, b"oi", f"<b> {'longe ' * 100}")
    snippets = [result["snippet"] for result in door(ana).ask("search", {"from": ana.id})["results"]]
    assert snippets[1:] == ["", "Olha: https://example.org/a?b=&lt;c&gt;"]
    assert snippets[0].startswith("&lt;b&gt; longe")
    assert snippets[0].endswith("longe…")
    assert [result["snippet"] for result in door(ana).ask("search", {"has": "link"})["results"]] == snippets[2:]


@pytest.mark.parametrize("narrowing", [{"has": "file"}, {"has": "image"}, {"has": "link"}, {"from": "ana"}], ids=brief)
def test_without_words_one_finds_no_more_than_one_may_read(
    door: Door, make_user: MakeUser, server: Server, narrowing: Json
) -> None:
    ana, bia, gone, late, eva = [make_user() for _ in range(5)]
    narrowing = narrowing | ({"from": ana.id} if "from" in narrowing else {})
    room, public = ana.create_room(bia, gone), ana.create_room(public=True)
    ana.socket.ask("update_room", {"room": room, "history": "since_join"})
    deleted, hidden, said, _ = [bring(ana, place, jpeg(), LINK) for place in (room, room, room, public)]
    ana.socket.ask("delete_message", at(deleted))
    bia.socket.ask("hide_message", at(hidden))
    ana.socket.ask("remove_member", {"room": room, "user": gone.id})
    ana.socket.ask("add_members", {"room": room, "users": [late.id]})
    assert found(door, bia, **narrowing) == [said]
    assert found(door, ana, **narrowing, room=room) == [said, hidden]
    assert found(door, gone, **narrowing) == found(door, late, **narrowing) == found(door, eva, **narrowing) == []
    for place, code in ((room, "not_found"), (str(uuid.uuid4()), "not_found"), (public, "forbidden")):
        with refused(code):
            door(eva).ask("search", narrowing | {"room": place})
    ana.socket.ask("update_room", {"room": room, "expire_after": 3600})
    bring(ana, room, jpeg(), LINK)
    assert len(found(door, late, **narrowing)) == 1
    age(server, room, 3_600_000)
    assert found(door, late, **narrowing) == []
    ana.socket.ask("clear_history", {"room": room})
    assert found(door, bia, **narrowing) == []


@pytest.mark.parametrize("filters", [{}, {"before": "2999-01-01T00:00:00Z"}, {"cursor": 9}, {"limit": 5}], ids=brief)
def test_where_neither_words_nor_what_goes_without_is_given_nothing_is_found(
    door: Door, make_user: MakeUser, filters: Json
) -> None:
    ana = make_user()
    for place in ({}, {"room": ana.create_room()}):
        with refused("invalid", field="q"):
            door(ana).ask("search", filters | place)


def test_words_that_are_none_stay_refused_beside_a_filter(door: Door, make_user: MakeUser) -> None:
    ana = make_user()
    for q in ("", "?!"):
        with refused("invalid", field="q"):
            door(ana).search(q=q, has="image")
    with refused("invalid", field="has"):
        door(ana).search(has="money")


def test_pages_follow_one_another_and_go_past_what_is_not_looked_for(door: Door, make_user: MakeUser) -> None:
    """More messages have files than are looked at in the first step."""
    ana = make_user()
    room = ana.create_room()
    pictures = [bring(ana, room, jpeg()) for _ in range(3)]
    paper = upload(ana, b"oi")["id"]
    papers = [ana.send(room, str(n), files=[paper]) for n in range(120)]
    pictures.append(bring(ana, room, jpeg()))
    assert [message["seq"] for message in walked(door, ana, 2, has="image")] == [m["seq"] for m in pictures[::-1]]
    everything = [m["seq"] for m in (*pictures[:3], *papers, pictures[3])][::-1]
    assert [message["seq"] for message in walked(door, ana, 50, **{"from": ana.id})] == everything


def walked(door: Door, person: Person, limit: int, **filters: Any) -> list[Json]:
    """All that somebody finds, page by page."""
    messages: list[Json] = []
    cursor: Json = {}
    while True:
        page = door(person).ask("search", filters | cursor | {"limit": limit})
        messages += [result["message"] for result in page["results"]]
        if page["next"] is None:
            return messages
        assert len(page["results"]) == limit
        cursor = {"cursor": page["next"]}
