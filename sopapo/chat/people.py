"""Finding people: by what others call them, by id, and those that a page speaks of."""

from collections.abc import Iterable

from sqlalchemy import or_, select

from models import Member, Message, Room, User, db
from sopapo.chat.blocks import blockers_among
from sopapo.errors import NotFound
from sopapo.folding import Folded, fold
from sopapo.schemas.accounts import Authenticated
from sopapo.schemas.fields import UUID
from sopapo.schemas.people import FindPeople, GetUser, Users, UserSeen
from sopapo.schemas.states import UserState
from sopapo.security import Identity
from sopapo.states import own_user_state, user_state
from sopapo.usernames import spelling, username_key

FOUND_AT_MOST = 20


def find_users(references: Iterable[str], by: str | None = None) -> tuple[list[User], list[str]]:
    """Return the users that ids or usernames name, in that order and once each, and the names that nobody has.

    To the user `by` those who have blocked him are nobody.
    """
    wanted = list(dict.fromkeys(references))
    ids = {reference.lower() for reference in wanted if UUID.fullmatch(reference)}
    keys = {username_key(reference) for reference in wanted}
    found = db.session.scalars(select(User).where(or_(User.id.in_(ids), User.username_key.in_(keys)))).all()
    named = {user.id: user for user in found} | {spelling(user.username): user for user in found}
    hidden = blockers_among([user.id for user in found], by) if by else frozenset[str]()
    users: dict[str, User] = {}
    unknown = []
    for reference in wanted:
        user = named.get(spelling(reference))
        if user is None or user.suspended_at is not None or user.id in hidden:
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
        ids.update(reaction.user_id for reaction in message.reactions)
        if message.poll:
            ids.update(*(message.poll["voters"] or ()))
        if message.sender_id is not None:
            ids.add(message.sender_id)
        if message.system:
            ids.update((message.system["user"], message.system["by"]))
    return users_by_id(ids)


def users_by_id(ids: Iterable[str]) -> list[UserState]:
    """Return the users with these ids, as others see them, oldest first."""
    found = db.session.scalars(select(User).where(User.id.in_(set(ids))).order_by(User.id))
    return [user_state(user) for user in found]


def get_me(caller: Identity) -> Authenticated:
    """Return the caller's own account."""
    return Authenticated(user=own_user_state(get_user(caller.user_id)))


def see_user(body: GetUser) -> UserSeen:
    """Return a user as others see him. Raises NotFound."""
    return UserSeen(user=user_state(get_user(body.user)))


def find_people(caller: Identity, body: FindPeople) -> Users:
    """Return the people with these ids; or whoever has exactly that username, then those called so whom one knows."""
    if body.q is None:
        return Users(users=users_by_id(body.ids or ()))
    found = [*find_users([body.q])[0], *known_people(caller, body.q)]
    users = {user.id: user_state(user) for user in found}
    return Users(users=list(users.values())[:FOUND_AT_MOST])


def known_people(caller: Identity, text: str) -> Iterable[User]:
    """Return those whose name or username holds a text, among the members of the caller's rooms but for channels."""
    rooms = (
        select(Member.room_id)
        .join(Room, Room.id == Member.room_id)
        .where(
            Member.user_id == caller.user_id,
            Member.status == "joined",
            Room.kind != "channel",
            Room.deleted_at.is_(None),
        )
    )
    known = select(Member.user_id).where(Member.room_id.in_(rooms), Member.status == "joined")
    called = [Folded(column).contains(fold(text), autoescape=True) for column in (User.name, User.username)]
    query = select(User).where(User.id.in_(known), User.suspended_at.is_(None), or_(*called))
    return db.session.scalars(query.order_by(User.name, User.id).limit(FOUND_AT_MOST))
