"""Tokens that must not be taken, at every place where a token is shown."""

import base64
import json
import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest

from tests.conftest import MakeUser
from tests.support.forging import signed
from tests.support.person import Person
from tests.support.refusal import refused
from tests.support.rest_user import RestUser
from tests.support.server import JWT_KEY, Server
from tests.support.socket_user import SocketUser

Forge = Callable[[str], str]
PLACES = ["rest", "connect", "authenticate"]


def unsigned(token: str) -> str:
    """Return the token as `alg: none` would have it."""
    header = jwt.get_unverified_header(token) | {"alg": "none"}
    encoded = base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=").decode()
    return f"{encoded}.{token.split('.')[1]}."


def other_key_id(token: str) -> str:
    claims = jwt.decode(token, options={"verify_signature": False})
    return jwt.encode(claims, JWT_KEY, "HS256", headers={"kid": "unknown"})


def test_a_token_without_end_is_not_looked_at(make_user: MakeUser, server: Server) -> None:
    ana = make_user()
    endless = f"{ana.token}{'A' * 5_000}"
    with refused("unauthenticated"):
        RestUser(server.api, endless).get("/me")
    with refused("unauthenticated"):
        SocketUser(server.url, endless).connect()


FORGERIES: dict[str, tuple[str, Forge]] = {
    "expired": ("token_expired", lambda token: signed(token, exp=int(time.time()) - 60)),
    "wrong kind": ("unauthenticated", lambda token: signed(token, typ="refresh")),
    "no kind": ("unauthenticated", lambda token: signed(token, typ=None)),
    "alg none": ("unauthenticated", unsigned),
    "another algorithm": ("unauthenticated", lambda token: signed(token, algorithm="HS512")),
    "another key": ("unauthenticated", lambda token: signed(token, key="a key of somebody else, and long enough too")),
    "unknown key id": ("unauthenticated", other_key_id),
    "another audience": ("unauthenticated", lambda token: signed(token, aud="another")),
    "no audience": ("unauthenticated", lambda token: signed(token, aud=None)),
    "another issuer": ("unauthenticated", lambda token: signed(token, iss="another")),
    "no issuer": ("unauthenticated", lambda token: signed(token, iss=None)),
    "no expiry": ("unauthenticated", lambda token: signed(token, exp=None)),
    "no subject": ("unauthenticated", lambda token: signed(token, sub=None)),
    "no session": ("unauthenticated", lambda token: signed(token, sid=None)),
    "not yet valid": ("unauthenticated", lambda token: signed(token, nbf=int(time.time()) + 3600)),
    "changed claims": ("unauthenticated", lambda token: token.replace(".", ".e30", 1)),
    "cut off": ("unauthenticated", lambda token: token[:-4]),
    "garbage": ("unauthenticated", lambda _: "garbage"),
    "three dots": ("unauthenticated", lambda _: "..."),
}


def show(server: Server, place: str, token: str) -> None:
    if place == "rest":
        RestUser(server.api, token).get("/me")
    elif place == "connect":
        SocketUser(server.url, token).connect()
    else:
        socket = SocketUser(server.url).connect()
        try:
            socket.ask("authenticate", {"token": token})
        finally:
            assert socket.alive
            socket.close()


@pytest.fixture
def ana(make_user: MakeUser) -> Person:
    return make_user()


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_token_that_does_not_hold_is_refused(server: Server, ana: Person, place: str, forgery: str) -> None:
    code, forge = FORGERIES[forgery]
    with refused(code):
        show(server, place, forge(ana.token or ""))


@pytest.mark.parametrize("place", PLACES)
def test_the_forger_of_these_tests_can_make_a_token_that_holds(server: Server, ana: Person, place: str) -> None:
    show(server, place, signed(ana.token or "", exp=int(time.time()) + 60))


@pytest.mark.parametrize("place", PLACES)
def test_a_token_names_its_owner_and_session_together(
    server: Server, ana: Person, make_user: MakeUser, place: str
) -> None:
    with refused("unauthenticated", "session_revoked"):
        show(server, place, signed(ana.token or "", sub=make_user().id))


@pytest.mark.parametrize("token", ["", 1, True, ["a"], {}], ids=str)
def test_a_connection_with_something_else_for_a_token_is_refused(server: Server, token: Any) -> None:
    with refused("unauthenticated"):
        SocketUser(server.url, token).connect()


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic YW5hOmFuYQ==", "Bearer a b", "bearer", "Token {}", "{}"]
)
def test_a_header_that_is_no_bearer_token_is_refused(server: Server, ana: Person, header: str) -> None:
    nobody = RestUser(server.api)
    nobody.session.headers["Authorization"] = header.format(ana.token)
    with refused("unauthenticated"):
        nobody.get("/me")


def test_without_a_header_one_is_nobody(server: Server) -> None:
    for path in ("/me", "/rooms", "/me/sessions"):
        with refused("unauthenticated"):
            RestUser(server.api).get(path)


@pytest.mark.slow
@pytest.mark.only_on("sqlite")
def test_who_does_not_renew_a_token_within_a_minute_is_disconnected(expiring: SocketUser) -> None:
    expiring.wait_closed(80)
    assert expiring.heard[-1].event == "disconnect"
