"""People: who they are, and finding them."""

from sopapo.chat import blocking, people
from sopapo.rest.door import Ask, Nothing, route
from sopapo.schemas.people import BlockUser, FindPeople, GetUser, Users, UserSeen


@route("GET /users", FindPeople)
def find_people(ask: Ask[FindPeople]) -> Users:
    """Return people by their ids; or find whoever has exactly that username, and those called so whom one knows."""
    return people.find_people(ask.caller, ask.body)


@route("GET /users/{user}", GetUser)
def get_user(ask: Ask[GetUser]) -> UserSeen:
    """Return somebody as others see him."""
    return people.see_user(ask.body)


@route("GET /me/blocks")
def list_blocks(ask: Ask[Nothing]) -> Users:
    """Return whom the caller has blocked, the newest block first."""
    return blocking.list_blocks(ask.caller)


@route("PUT /me/blocks/{user}", BlockUser)
def block_user(ask: Ask[BlockUser]) -> None:
    """Take no direct messages from somebody, and let him add one to no rooms; he is not told."""
    blocking.block_user(ask.caller, ask.body)


@route("DELETE /me/blocks/{user}", BlockUser, status=204)
def unblock_user(ask: Ask[BlockUser]) -> None:
    """Block somebody no more."""
    blocking.unblock_user(ask.caller, ask.body)
