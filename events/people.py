"""Requests about oneself and about other people."""

from events.door import Ask, request
from sopapo.chat import blocking, profiles
from sopapo.schemas.accounts import Authenticated
from sopapo.schemas.people import BlockUser, UpdateProfile


@request("update_profile", UpdateProfile)
def update_profile(ask: Ask[UpdateProfile]) -> Authenticated:
    return profiles.update_profile(ask.caller, ask.body)


@request("block_user", BlockUser)
def block_user(ask: Ask[BlockUser]) -> None:
    blocking.block_user(ask.caller, ask.body)


@request("unblock_user", BlockUser)
def unblock_user(ask: Ask[BlockUser]) -> None:
    blocking.unblock_user(ask.caller, ask.body)
