"""Finding people: by what others call them, by id, and those that a page speaks of."""

from collections.abc import Iterable

from sqlalchemy import or_, select

from models import Member, Message, User, db
from sopapo.errors import NotFound
from sopapo.schemas.fields import UUID
from sopapo.schemas.states import UserState
from sopapo.states import user_state
from sopapo.usernames import username_key


def find_users(references: Iterable[str]) -> tuple[list[User], list[str]]:
    """Return the users that ids or usernames name, in that order and once each, and the names that nobody has."""
    wanted = list(dict.fromkeys(references))
    ids = {reference.lower() for reference in wanted if UUID.fullmatch(reference)}
    keys = {username_key(reference) for reference in wanted}
    found = db.session.scalars(select(User).where(or_(User.id.in_(ids), User.username_key.in_(keys)))).all()
    named = {user.id: user for user in found} | {user.username.casefold(): user for user in found}
    users: dict[str, User] = {}
    unknown = []
    for reference in wanted:
        user = named.get(reference.casefold())
        if user is None or user.suspended_at is not None:
            unknown.append(reference)
        else:
            users[user.id] = user
    return list(users.values()), unknown


def get_user(user_id: str) -> User:
    """Return a user by id. Raises NotFound."""
    user = db.session.get(User, user_id)
    if user is None:
        raise NotFound("there is no such user", "user")
    return user


def mentioned_users(messages: Iterable[Message], members: Iterable[Member] = ()) -> list[UserState]:
    """Return the users that these messages and members speak of."""
    ids = {member.user_id for member in members}
    for message in messages:
        ids.update(message.mentions or ())
        if message.sender_id is not None:
            ids.add(message.sender_id)
        if message.system:
            ids.update((message.system["user"], message.system["by"]))
    return users_by_id(ids)


def users_by_id(ids: Iterable[str]) -> list[UserState]:
    """Return the users with these ids, as others see them, oldest first."""
    found = db.session.scalars(select(User).where(User.id.in_(set(ids))).order_by(User.id))
    return [user_state(user) for user in found]
