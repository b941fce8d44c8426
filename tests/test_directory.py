"""The directory of public rooms."""

import uuid

from tests.conftest import MakeUser
from tests.support.refusal import refused


def test_public_rooms_are_found_by_name_and_description_in_pages(make_user: MakeUser) -> None:
    ana, bia, eva = make_user(), make_user(), make_user()
    word = f"palavra{uuid.uuid4().hex[:12]}"
    small = ana.create_room(public=True, name=f"A {word}")
    large = ana.create_room(bia, public=True, name="B", description=f"sobre Açaí e {word}")
    middle = ana.create_room(bia, public=True, name=f"C {word.upper()}", kind="channel")
    eva.rest.post(f"/rooms/{large}/join")
    ana.create_room(name=f"D {word}")
    page = eva.rest.get("/rooms/public", q=word, limit=2)
    assert [(room["id"], room["members"]) for room in page["rooms"]] == [(large, 3), (middle, 2)]
    rest = eva.rest.get("/rooms/public", q=word, limit=2, cursor=page["next"])
    assert ([room["id"] for room in rest["rooms"]], rest["next"]) == ([small], None)
    assert [room["id"] for room in eva.rest.get("/rooms/public", q=f"acai e {word}")["rooms"]] == [large]
    for bad in ({"cursor": "x"}, {"limit": 0}, {"limit": 101}, {"q": "q" * 101}):
        with refused("invalid", field=next(iter(bad))):
            eva.rest.get("/rooms/public", **bad)
