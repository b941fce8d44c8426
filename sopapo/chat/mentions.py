"""Whom a text names: members by @username, everybody by @todos or @all."""

import re
import unicodedata
from collections.abc import Iterator

from sqlalchemy import select

from models import Member, User, db
from sopapo.usernames import username_key

# A letter or a slash before the sign makes it an e-mail address or a link.
NAMED = re.compile(r"(?<![\w/])@([^\W\d_][\w.-]{2,})")
AFTER_A_NAME = "._-"
EVERYBODY = {"all", "todos"}
NAMES_AT_MOST = 100


def mentions_in(room_id: str, text: str) -> tuple[list[str], bool]:
    """Return the ids of the members that a text names, in its order, and whether it names everybody."""
    if "@" not in text:
        return [], False
    names = dict.fromkeys(names_in(text))
    found = members_named(room_id, [name for name in names if name not in EVERYBODY][:NAMES_AT_MOST])
    return [found[name] for name in names if name in found], not EVERYBODY.isdisjoint(names)


def names_in(text: str) -> Iterator[str]:
    """Yield what may be names; the full stop of a sentence is a part of a name only where somebody is called so."""
    for match in NAMED.finditer(unicodedata.normalize("NFKC", text)):
        name = match[1].casefold()
        yield name
        if name[-1] in AFTER_A_NAME:
            yield name.rstrip(AFTER_A_NAME)


def members_named(room_id: str, names: list[str]) -> dict[str, str]:
    """Return the ids of the members of a room who are called so, by name."""
    if not names:
        return {}
    query = (
        select(User.username, User.id)
        .join(Member, Member.user_id == User.id)
        .where(Member.room_id == room_id, Member.status == "joined")
        .where(User.username_key.in_({username_key(name) for name in names}))
    )
    called = {username.casefold(): user_id for username, user_id in db.session.execute(query)}
    return {name: called[name] for name in names if name in called}
