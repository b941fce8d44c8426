"""Requests about accounts and sessions."""

from events.door import Ask, request
from events.someone import become
from sopapo.chat import accounts, deletion, sessions
from sopapo.chat.sessions import Device
from sopapo.errors import Conflict
from sopapo.schemas.accounts import Authenticate, Authenticated, DeleteAccount, LoggedIn, Login, Register
from sopapo.transport import Connection


@request("register", Register, strangers=True)
def register(ask: Ask[Register]) -> LoggedIn:
    if ask.already:
        raise Conflict("the socket is somebody else; log out first")
    arrival = accounts.register(device(ask.connection), ask.body)
    become(ask.connection, arrival.identity)
    return arrival.answer


@request("login", Login, strangers=True)
def login(ask: Ask[Login]) -> LoggedIn:
    arrival = accounts.login(device(ask.connection), ask.body, ask.already)
    become(ask.connection, arrival.identity)
    return arrival.answer


@request("authenticate", Authenticate, strangers=True)
def authenticate(ask: Ask[Authenticate]) -> Authenticated:
    recognized = sessions.authenticate(ask.body.token, ask.already)
    become(ask.connection, recognized.identity)
    return recognized.answer


@request("logout")
def logout(ask: Ask[Authenticate]) -> None:
    sessions.logout(ask.caller)


@request("delete_account", DeleteAccount)
def delete_account(ask: Ask[DeleteAccount]) -> None:
    deletion.delete_account(ask.caller, ask.body, ask.answer)


def device(connection: Connection) -> Device:
    """Return where a socket comes from."""
    return Device(connection.address, connection.agent)
