"""Accounts and sessions: who one is, how one proves it, and how that ends."""

import re
import time
import unicodedata
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import MakeServer, MakeUser, Race
from tests.support.doors import Door
from tests.support.people import PASSWORD
from tests.support.refusal import Refusal, refused
from tests.support.rest_user import RestUser
from tests.support.server import Server
from tests.support.shapes import OWN_SETTINGS, SESSION, TIME, USER
from tests.support.socket_user import SocketUser

Connect = Callable[..., SocketUser]


def unique(name: str = "ana") -> str:
    return f"{name}.{uuid.uuid4().hex[:10]}"


def test_registering_makes_one_someone(door: Door, server: Server) -> None:
    name = unique("Ana")
    email = f"{name}@example.org".lower()
    done = door.stranger().register(username=name, password=PASSWORD, email=email, name="Ana Ávila")
    assert done.keys() == {"user", "access_token", "refresh_token", "expires_in"}
    assert done["expires_in"] == 1800
    user = done["user"]
    assert user.keys() == USER | OWN_SETTINGS
    assert (user["username"], user["name"], user["email"]) == (name, "Ana Ávila", email)
    assert (user["about"], user["avatar"], user["bot"]) == ("", None, False)
    assert (user["last_seen"], user["receipts"]) == ("everyone", "everyone")
    assert str(uuid.UUID(user["id"])) == user["id"]
    assert re.fullmatch(TIME, user["created_at"])
    assert RestUser(server.api, done["access_token"]).get("/me") == {"user": user}


def test_a_registration_on_a_socket_makes_that_socket_someone(connect: Connect) -> None:
    socket = connect()
    user = socket.ask("register", {"username": unique(), "password": PASSWORD})["user"]
    assert user["name"] == user["username"]
    assert socket.ask("sync")["rooms"] == []


def test_the_username_logs_in_without_regard_to_case(door: Door, make_user: MakeUser) -> None:
    ana = make_user(registered=True, name="Ana")
    done = door.stranger().login(username=ana.username.swapcase(), password=PASSWORD)
    assert done.keys() == {"user", "access_token", "refresh_token", "expires_in"}
    assert (done["user"]["id"], done["user"]["username"]) == (ana.id, ana.username)


def test_a_username_is_the_same_with_its_accents_composed_or_not(door: Door, make_user: MakeUser) -> None:
    composed = unique("jos\u00e9")
    decomposed = unicodedata.normalize("NFD", composed)
    assert door.stranger().register(username=decomposed, password=PASSWORD)["user"]["username"] == composed
    for written in (composed, decomposed, decomposed.upper()):
        assert door.stranger().login(username=written, password=PASSWORD)["user"]["username"] == composed
        assert door(make_user()).create_room(kind="group", name="Sala", members=[written])["unknown"] == []


def test_the_email_logs_in(door: Door, make_user: MakeUser) -> None:
    email = f"{unique()}@example.org"
    ana = make_user(registered=True, email=email)
    assert door.stranger().login(username=email.upper(), password=PASSWORD)["user"]["id"] == ana.id


@pytest.mark.parametrize(
    ("taken", "wanted"),
    [
        ("paula", "paula"),
        ("paula", "PAULA"),
        ("paula", "pauIa"),
        ("paula", "pau1a"),
        ("Iris", "lris"),
        ("paula", "раula"),
    ],
    ids=["same", "case", "capital i for l", "one for l", "l for capital i", "cyrillic"],
)
def test_a_username_that_looks_like_a_taken_one_is_refused(door: Door, taken: str, wanted: str) -> None:
    tail = uuid.uuid4().hex[:10]
    door.stranger().register(username=f"{taken}.{tail}", password=PASSWORD)
    with refused("conflict", field="username"):
        door.stranger().register(username=f"{wanted}.{tail}", password=PASSWORD)


def test_two_registrations_of_one_name_at_once_make_one_account(server: Server, race: Race) -> None:
    name = unique()
    answers = race(
        lambda _: RestUser(server.api).send("POST", "/auth/register", json={"username": name, "password": PASSWORD}), 4
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]


@pytest.mark.parametrize(
    "username",
    [
        "",
        "ab",
        "a" * 33,
        "1ana",
        ".ana",
        "_ana",
        "-ana",
        "ana silva",
        "ana@casa",
        "ana!",
        "ana/b",
        "ana\n",
        "@ana",
        "ana\u200b",
    ],
)
def test_a_username_out_of_bounds_is_refused(door: Door, username: str) -> None:
    with refused("invalid", field="username"):
        door.stranger().register(username=username, password=PASSWORD)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("password", ""),
        ("password", "1234567"),
        ("password", "x" * 129),
        ("password", None),
        ("password", 12345678),
        ("name", ""),
        ("name", "   "),
        ("name", "n" * 65),
        ("email", "ana"),
        ("email", "ana@"),
        ("username", None),
        ("surprise", "!"),
    ],
)
def test_a_registration_with_a_bad_field_is_refused(door: Door, field: str, value: Any) -> None:
    fields = {"username": unique(), "password": PASSWORD} | {field: value}
    with refused("invalid", field=field):
        door.stranger().ask("register", fields)
    with refused("bad_credentials"):
        door.stranger().login(username=fields["username"] or "ana", password=PASSWORD)


@pytest.mark.parametrize(("start", "more"), [("z", 2), ("y" * 22, 10), ("José_da-Silva.9", 6)])
@pytest.mark.parametrize("password", ["12345678", "ã" * 128], ids=["8", "128"])
def test_a_username_and_password_at_the_bounds_are_taken(server: Server, start: str, more: int, password: str) -> None:
    username = start + uuid.uuid4().hex[:more]
    name = username + str(len(password))[0] if len(username) == 3 else username[:-1] + str(len(password))[0]
    nobody = RestUser(server.api)
    made = nobody.post("/auth/register", username=name, password=password)["user"]
    assert made["username"] == name
    assert nobody.post("/auth/login", username=name, password=password)["user"]["id"] == made["id"]


def test_a_wrong_name_and_a_wrong_password_get_the_same_answer(door: Door, make_user: MakeUser) -> None:
    ana = make_user(registered=True)
    with refused("bad_credentials") as wrong_password:
        door.stranger().login(username=ana.username, password="não é esta")
    with refused("bad_credentials") as wrong_name:
        door.stranger().login(username=unique("ninguem"), password="não é esta")
    assert wrong_name.value.raw == wrong_password.value.raw


def test_a_wrong_name_takes_as_long_as_a_wrong_password(server: Server, make_user: MakeUser) -> None:
    ana = make_user(registered=True)
    nobody = RestUser(server.api)

    def quickest(username: str) -> float:
        times = []
        for _ in range(5):
            begun = time.perf_counter()
            nobody.send("POST", "/auth/login", json={"username": username, "password": "não é esta"})
            times.append(time.perf_counter() - begun)
        return min(times)

    assert quickest(unique("ninguem")) > quickest(ana.username) / 2


def test_a_socket_that_is_someone_cannot_become_somebody_else(make_user: MakeUser) -> None:
    ana, bia = make_user(registered=True), make_user(registered=True, name="bia")
    with refused("conflict"):
        ana.socket.ask("login", {"username": bia.username, "password": PASSWORD})
    with refused("conflict"):
        ana.socket.ask("register", {"username": unique(), "password": PASSWORD})
    with refused("conflict"):
        ana.socket.ask("authenticate", {"token": bia.token})
    assert ana.socket.ask("authenticate", {"token": ana.token})["user"]["id"] == ana.id


def test_authenticate_makes_a_socket_someone(connect: Connect, make_user: MakeUser) -> None:
    ana = make_user()
    room = ana.create_room()
    socket = connect()
    user = socket.ask("authenticate", {"token": ana.token})["user"]
    assert (user["id"], user.keys()) == (ana.id, USER | OWN_SETTINGS)
    message = ana.send(room)
    assert socket.wait_for("message", seq=message["seq"]) == message


@pytest.mark.parametrize("request_name", ["sync", "send_message", "logout", "create_room"])
def test_nobody_is_answered_unauthenticated_and_stays_connected(connect: Connect, request_name: str) -> None:
    socket = connect()
    with refused("unauthenticated"):
        socket.ask(request_name, {})
    assert socket.alive


@pytest.mark.slow
@pytest.mark.only_on("sqlite")
def test_nobody_is_disconnected_after_ten_seconds(connect: Connect) -> None:
    begun = time.monotonic()
    socket = connect()
    socket.wait_closed(15)
    assert 9 < time.monotonic() - begun < 14


def test_logging_out_is_acknowledged_and_ends_the_session(make_user: MakeUser) -> None:
    ana = make_user(registered=True)
    other = ana.connect()
    assert ana.socket.call("logout") == {"ok": True}
    for socket in (ana.socket, other):
        assert socket.wait_for("session_revoked") == {}
        socket.wait_closed()
    answered = [heard.event for heard in ana.socket.heard]
    assert answered.index("logout") < answered.index("session_revoked")
    with refused("session_revoked"):
        ana.rest.get("/me")


def test_logging_out_over_http_cuts_the_sockets_of_that_session_alone(server: Server, make_user: MakeUser) -> None:
    ana = make_user(registered=True)
    elsewhere = RestUser(server.api).post("/auth/login", username=ana.username, password=PASSWORD)
    other = SocketUser(server.url, elsewhere["access_token"]).connect()
    ana.socket.barrier()
    assert ana.rest.post("/auth/logout") == {}
    ana.socket.wait_for("session_revoked")
    ana.socket.wait_closed()
    assert other.alive
    other.close()


def test_a_socket_that_has_logged_in_anew_ends_with_its_new_session_alone(make_user: MakeUser) -> None:
    ana = make_user(registered=True)
    anew = ana.socket.ask("login", {"username": ana.username, "password": PASSWORD})["access_token"]
    ana.rest.post("/auth/logout")
    assert ana.socket.barrier().pushed("session_revoked") == []
    RestUser(ana.rest.api, anew).post("/auth/logout")
    ana.socket.wait_for("session_revoked")
    ana.socket.wait_closed()


def test_a_revoked_session_is_refused_at_every_door(door: Door, make_user: MakeUser) -> None:
    ana = make_user(registered=True)
    ana.rest.post("/auth/logout")
    with refused("session_revoked"):
        door.bearer(ana.token or "")


def test_a_refresh_token_works_once_and_brings_new_tokens(server: Server, make_user: MakeUser) -> None:
    ana = make_user(registered=True)
    nobody = RestUser(server.api)
    done = nobody.post("/auth/refresh", refresh_token=ana.refresh_token)
    assert done["user"]["id"] == ana.id
    assert done["refresh_token"] != ana.refresh_token
    assert RestUser(server.api, done["access_token"]).get("/me")["user"]["id"] == ana.id
    assert ana.rest.get("/me")["user"]["id"] == ana.id
    again = nobody.post("/auth/refresh", refresh_token=done["refresh_token"])
    assert again["refresh_token"] not in (ana.refresh_token, done["refresh_token"])


def test_a_refresh_token_used_twice_revokes_its_whole_session(server: Server, make_user: MakeUser) -> None:
    ana = make_user(registered=True)
    ana.socket.barrier()
    nobody = RestUser(server.api)
    done = nobody.post("/auth/refresh", refresh_token=ana.refresh_token)
    with refused("session_revoked"):
        nobody.post("/auth/refresh", refresh_token=ana.refresh_token)
    ana.socket.wait_for("session_revoked")
    ana.socket.wait_closed()
    for token in (ana.token, done["access_token"]):
        with refused("session_revoked"):
            RestUser(server.api, token).get("/me")
    with refused("session_revoked"):
        nobody.post("/auth/refresh", refresh_token=done["refresh_token"])


def test_of_two_refreshes_at_once_only_one_is_granted(server: Server, make_user: MakeUser, race: Race) -> None:
    ana = make_user(registered=True)
    body = {"refresh_token": ana.refresh_token}
    answers = race(lambda _: RestUser(server.api).send("POST", "/auth/refresh", json=body), 2)
    assert sorted(answer.status_code for answer in answers) == [200, 401]


def test_the_sessions_are_listed_with_the_current_one_marked(server: Server, make_user: MakeUser) -> None:
    ana = make_user(registered=True)
    nobody = RestUser(server.api)
    nobody.session.headers["User-Agent"] = "another browser"
    other = nobody.post("/auth/login", username=ana.username, password=PASSWORD)
    sessions = ana.rest.get("/me/sessions")["sessions"]
    assert len(sessions) == 2
    assert all(session.keys() == SESSION for session in sessions)
    assert all(re.fullmatch(TIME, session["created_at"]) for session in sessions)
    assert {session["address"] for session in sessions} == {"127.0.0.1"}
    assert [session["agent"] for session in sessions if not session["current"]] == ["another browser"]
    seen_from_there = RestUser(server.api, other["access_token"]).get("/me/sessions")["sessions"]
    current = {session["id"]: session["current"] for session in sessions}
    assert {session["id"]: not session["current"] for session in seen_from_there} == current


def test_a_session_that_is_revoked_is_cut_at_once(server: Server, make_user: MakeUser) -> None:
    ana = make_user(registered=True)
    lost = RestUser(server.api).post("/auth/login", username=ana.username, password=PASSWORD)
    lost_socket = SocketUser(server.url, lost["access_token"]).connect()
    ana.socket.barrier()
    sessions = ana.rest.get("/me/sessions")["sessions"]
    lost_id = next(session["id"] for session in sessions if not session["current"])
    assert ana.rest.send("DELETE", f"/me/sessions/{lost_id}").status_code == 204
    assert lost_socket.wait_for("session_revoked") == {}
    lost_socket.wait_closed()
    assert ana.socket.alive
    assert [session["current"] for session in ana.rest.get("/me/sessions")["sessions"]] == [True]
    with refused("not_found"):
        ana.rest.ask("DELETE", f"/me/sessions/{lost_id}")


def test_nobody_can_revoke_the_session_of_another(make_user: MakeUser) -> None:
    ana, bia = make_user(registered=True), make_user(registered=True, name="bia")
    session = ana.rest.get("/me/sessions")["sessions"][0]["id"]
    with refused("not_found"):
        bia.rest.ask("DELETE", f"/me/sessions/{session}")
    with refused("invalid"):
        bia.rest.ask("DELETE", "/me/sessions/1")
    assert ana.rest.get("/me")["user"]["id"] == ana.id


def test_the_settings_of_a_user_are_shown_to_nobody_else(make_user: MakeUser) -> None:
    ana, bia = make_user(registered=True, email=f"{unique()}@example.org"), make_user()
    ana.create_room(bia)
    seen = bia.rest.get(f"/users/{ana.id}")["user"]
    assert (seen["id"], seen.keys()) == (ana.id, USER)
    with refused("not_found"):
        bia.rest.get(f"/users/{uuid.uuid4()}")


@pytest.mark.only_on("sqlite")
def test_an_expired_token_leaves_a_minute_to_renew_it(expiring: SocketUser) -> None:
    expiring.wait_for("token_expired")
    with refused("token_expired"):
        expiring.ask("sync")
    assert expiring.alive


def test_an_expired_token_is_announced_and_pushes_go_on_until_it_is_renewed(
    make_server: MakeServer, make_user: MakeUser
) -> None:
    server = make_server(SOPAPO_ACCESS_TOKEN_SECONDS="2")
    ana = make_user(on=server)
    room = ana.create_room()
    socket = ana.connect()
    assert socket.wait_for("token_expired") == {}
    with refused("token_expired"):
        socket.ask("sync")
    with refused("token_expired"):
        socket.ask("send_message", {"room": room, "client_id": str(uuid.uuid4()), "text": "oi"})
    with refused("token_expired"):
        ana.rest.get("/me")
    with refused("token_expired"):
        SocketUser(server.url, ana.token).connect()
    fresh = RestUser(server.api).post("/auth/refresh", refresh_token=ana.refresh_token)
    message = RestUser(server.api, fresh["access_token"]).post(
        f"/rooms/{room}/messages", client_id=str(uuid.uuid4()), text="ainda se ouve"
    )["message"]
    assert socket.wait_for("message", seq=message["seq"]) == message
    assert socket.ask("authenticate", {"token": fresh["access_token"]})["user"]["id"] == ana.id
    assert [entry["room"]["id"] for entry in socket.ask("sync")["rooms"]] == [room]
    mark = len(socket.heard)
    assert socket.wait_for("token_expired", since=mark) == {}


def test_an_unknown_second_factor_field_is_taken_but_not_needed(door: Door, make_user: MakeUser) -> None:
    ana = make_user(registered=True)
    assert door.stranger().login(username=ana.username, password=PASSWORD, code="123456")["user"]["id"] == ana.id


def test_registering_tells_nothing_to_others(connect: Connect, make_user: MakeUser) -> None:
    ana = make_user()
    ana.socket.barrier()
    connect().ask("register", {"username": unique(), "password": PASSWORD})
    assert ana.socket.barrier().pushed("user", "member", "room", "message") == []


def test_a_refresh_token_is_no_access_token_and_the_other_way_round(
    door: Door, server: Server, make_user: MakeUser
) -> None:
    ana = make_user(registered=True)
    with refused("unauthenticated"):
        door.bearer(ana.refresh_token)
    with pytest.raises(Refusal) as caught:
        RestUser(server.api).post("/auth/refresh", refresh_token=ana.token)
    assert caught.value.code == "unauthenticated"
