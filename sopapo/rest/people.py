"""People: who they are, and finding them."""

from sopapo.chat import people
from sopapo.rest.door import Ask, route
from sopapo.schemas.people import FindPeople, GetUser, Users, UserSeen


@route("GET /users", FindPeople)
def find_people(ask: Ask[FindPeople]) -> Users:
    """Return people by their ids; or find whoever has exactly that username, and those called so whom one knows."""
    return people.find_people(ask.caller, ask.body)


@route("GET /users/{user}", GetUser)
def get_user(ask: Ask[GetUser]) -> UserSeen:
    """Return somebody as others see him."""
    return people.see_user(ask.body)
