"""The OpenAPI document is valid, and says of every route what it really takes and answers."""

import copy
import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import validate

from tests.conftest import MakeUser
from tests.support.files import png
from tests.support.person import Person
from tests.support.server import Server

pytestmark = pytest.mark.only_on("sqlite")

Json = dict[str, Any]
ID = r"[0-9a-f]{8}-[0-9a-f-]{27}"


@pytest.fixture
def document(server: Server) -> Json:
    """What the server says of itself."""
    found: Json = requests.get(f"{server.api}/openapi.json", timeout=5).json()
    return found


def operations(document: Json) -> list[tuple[str, str, Json]]:
    """Every method, path and operation."""
    return [
        (method, path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def without_additions(document: Json) -> Json:
    """The document in which no result may hold what it does not name."""
    closed = copy.deepcopy(document)
    for schema in closed["components"]["schemas"].values():
        if "properties" in schema:
            schema["additionalProperties"] = False
    return closed


class Described:
    """A client that holds every answer against the document."""

    def __init__(self, document: Json, api: str) -> None:
        self.document = without_additions(document)
        self.api = api
        self.visited: set[str] = set()

    def ask(self, method: str, path: str, token: str | None = None, **options: Any) -> Json:
        headers = ({"Authorization": f"Bearer {token}"} if token else {}) | options.pop("headers", {})
        response = requests.request(method, self.api + path, headers=headers, timeout=10, **options)
        operation = self.operation(method.lower(), path.partition("?")[0])
        self.visited.add(operation["operationId"])
        described = operation["responses"][str(response.status_code)]
        if "$ref" in described:
            described = self.document["components"]["responses"][described["$ref"].rpartition("/")[2]]
        if "content" not in described:
            assert response.content == b""
            return {}
        content = described["content"]
        schema = content["*/*" if "*/*" in content else response.headers["Content-Type"]]["schema"]
        if not schema:
            return {}
        answer: Json = response.json()
        OAS31Validator(schema | {"components": self.document["components"]}).validate(answer)
        return answer

    def operation(self, method: str, path: str) -> Json:
        templates = sorted(self.document["paths"], key=lambda template: template.count("{"))
        fits = [each for each in templates if re.fullmatch(re.sub(r"{\w+}", "[^/]+", each), path)]
        found: Json = self.document["paths"][fits[0]][method]
        return found


def test_the_document_is_valid(document: Json) -> None:
    validate(document)


def test_every_operation_has_a_name_a_noun_a_sentence_and_refusals(document: Json) -> None:
    nouns = {tag["name"] for tag in document["tags"]}
    names = [operation["operationId"] for *_, operation in operations(document)]
    assert len(names) == len(set(names))
    for _, _, operation in operations(document):
        assert set(operation["tags"]) <= nouns
        assert operation["summary"].endswith(".")
        assert {"401", "404", "422", "500", "503"} <= operation["responses"].keys()


def test_only_those_who_come_need_no_token(document: Json) -> None:
    strangers = {operation["operationId"] for *_, operation in operations(document) if operation.get("security") == []}
    assert strangers == {"register", "login", "refresh"}
    assert document["security"] == [{"token": []}]


def test_a_body_names_neither_what_the_path_says_nor_defaults_of_what_is_left_as_it_is(document: Json) -> None:
    for method, path, operation in operations(document):
        body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
        named = {each["name"] for each in operation.get("parameters", ())}
        assert set(re.findall(r"{(\w+)}", path)) <= named
        assert not named & body.get("properties", {}).keys()
        assert method != "patch" or not any("default" in field for field in body["properties"].values())


def test_every_example_is_taken_by_its_schema(document: Json) -> None:
    bodies = [
        operation["requestBody"]["content"] for *_, operation in operations(document) if "requestBody" in operation
    ]
    assert bodies
    for content in bodies:
        if "multipart/form-data" in content:
            continue
        OAS31Validator(content["application/json"]["schema"]).validate(content["application/json"]["example"])


def test_a_problem_names_every_code(document: Json) -> None:
    codes = document["components"]["schemas"]["ProblemDocument"]["properties"]["code"]["enum"]
    assert {"invalid", "not_found", "rate_limited", "token_expired", "unavailable", "internal"} <= set(codes)


def test_every_route_answers_what_the_document_says(
    document: Json, server: Server, make_user: MakeUser, administrator: Person
) -> None:
    described = Described(document, server.api)
    bia, name = make_user(), f"ana-{uuid.uuid4().hex[:10]}"
    account = {"username": name, "password": "uma senha comprida"}
    described.ask("POST", "/auth/register", json=account | {"name": "Ana"})
    lost = described.ask("POST", "/auth/login", json=account)
    ana = described.ask("POST", "/auth/refresh", json={"refresh_token": lost["refresh_token"]})["access_token"]
    other = described.ask("POST", "/auth/login", json=account)["access_token"]
    talk(described, ana, bia.username, bia.id)
    described.ask("GET", "/me", ana)
    for session in described.ask("GET", "/me/sessions", ana)["sessions"]:
        if not session["current"]:
            described.ask("DELETE", f"/me/sessions/{session['id']}", ana)
    assert described.ask("GET", "/me", other)["code"] == "session_revoked"
    described.ask("POST", "/auth/logout", ana)
    manage_oneself(described, described.ask("POST", "/auth/login", json=account)["access_token"], bia.id)
    moderate(described, administrator.token or "", bia.send(bia.create_room()))
    assert described.visited == {operation["operationId"] for *_, operation in operations(document)}


def talk(described: Described, ana: str, username: str, user: str) -> None:
    """Do everything that can be done with a room."""
    room = described.ask("POST", "/rooms", ana, json={"kind": "group", "name": "Sala", "public": True})["room"]["id"]
    ask: Callable[..., Json] = lambda method, path="", **body: described.ask(  # noqa: E731
        method, f"/rooms/{room}{path}", ana, **({"json": body} if body else {})
    )
    described.ask("GET", "/rooms", ana)
    described.ask("GET", "/rooms/public?q=sala", ana)
    ask("GET")
    ask("PATCH", description="assunto")
    ask("POST", "/members", users=[username, "ninguém"])
    admit(described, ana, room, user)
    ask("PATCH", f"/members/{user}", role="admin")
    ask("GET", "/members?limit=1")
    for _ in range(2):
        ask("POST", "/messages", client_id="5f0e7c4a-8a4e-4d5e-9a3c-1c2b7d9e0f33", text="oi", reply_to=1)
    ask("GET", "/messages?around=1")
    assert described.ask("GET", "/search?q=oi", ana)["results"]
    handle(described, ana, room)
    vote(described, ana, room)
    ask("PUT", "/delivered", seq=1)
    ask("PUT", "/read", seq=2)
    ask("GET", "/messages/2/info")
    ask("PATCH", "/preferences", pinned=True)
    ask("PUT", "/typing", on=True)
    described.ask("GET", f"/presence?users={user}", ana)
    later = str(uuid.uuid4())
    ask("POST", "/scheduled", client_id=later, text="depois", send_at=f"{datetime.now(UTC).year + 1}-01-01T00:00:00Z")
    assert described.ask("GET", "/me/scheduled", ana)["scheduled"]
    ask("PATCH", f"/scheduled/{later}", text="mais tarde")
    ask("DELETE", f"/scheduled/{later}")
    ask("DELETE", "/messages")
    described.ask("POST", "/sync", ana, json={"rooms": {str(uuid.uuid4()): 1}})
    described.ask("GET", f"/users?ids={user}", ana)
    described.ask("GET", f"/users/{user}", ana)
    ask("DELETE", f"/members/{user}")
    ask("POST", "/join")
    assert ask("POST", "/messages", text="")["field"] == "client_id"
    ask("DELETE")
    assert ask("POST", "/leave")["code"] == "not_found"


def admit(described: Described, ana: str, room: str, user: str) -> None:
    """Do everything by which people come into a room, and are kept out or quiet."""
    ask: Callable[..., Json] = lambda method, path, **body: described.ask(  # noqa: E731
        method, f"/rooms/{room}{path}", ana, **({"json": body} if body else {})
    )
    code = ask("POST", "/invites", max_uses=1)["invite"]["code"]
    described.ask("POST", "/rooms/join", ana, json={"invite": code})
    assert ask("GET", "/invites")["invites"][0]["uses"] == 0
    ask("DELETE", f"/invites/{code}")
    ask("PUT", f"/members/{user}/mute", until="2099-01-01T00:00:00.000Z")
    ask("POST", f"/members/{user}/approve")
    ask("PUT", f"/bans/{user}")
    ask("DELETE", f"/bans/{user}")
    ask("POST", "/members", users=[user])
    ask("PUT", f"/members/{user}/mute", until=None)


def vote(described: Described, ana: str, room: str) -> None:
    """Do everything that can be done with a poll."""
    ask: Callable[..., Json] = lambda method, path, **body: described.ask(  # noqa: E731
        method, f"/rooms/{room}/polls{path}", ana, **({"json": body} if body else {})
    )
    good = {
        "text": "Que dia?",
        "options": ["sábado", "domingo"],
        "closes_at": f"{datetime.now(UTC).year + 1}-01-01T00:00:00Z",
    }
    for anonymous in (True, False):
        seq = ask("POST", "", client_id=str(uuid.uuid4()), anonymous=anonymous, **good)["message"]["seq"]
        ask("PUT", f"/{seq}/vote", options=[1])
    assert ask("GET", f"/{seq}/voters")["voters"]
    ask("POST", f"/{seq}/close")
    assert ask("PUT", f"/{seq}/vote", options=[2])["code"] == "gone"
    assert described.ask("GET", "/me/votes", ana)["votes"]
    described.ask("DELETE", f"/rooms/{room}/messages/{seq}", ana)
    assert described.ask("GET", f"/rooms/{room}/messages", ana)["messages"][-1]["poll"] is None


def manage_oneself(described: Described, ana: str, user: str) -> None:
    """Do everything that can be done with one's own account, and at last delete it."""
    described.ask("PATCH", "/me", ana, json={"about": "No churrasco", "email": None})
    described.ask("PUT", f"/me/blocks/{user}", ana)
    described.ask("GET", "/me/blocks", ana)
    described.ask("POST", "/reports", ana, json={"user": user, "reason": "spam"})
    described.ask("GET", "/me/export", ana)
    upload_and_fetch(described, ana)
    described.ask("DELETE", f"/me/blocks/{user}", ana)
    described.ask("DELETE", "/me", ana, json={"password": "uma senha comprida"})


def moderate(described: Described, token: str, message: Json) -> None:
    """Do everything that administrators do."""
    report = described.ask("GET", "/admin/reports?state=open&limit=1", token)["reports"][0]
    described.ask("PATCH", f"/admin/reports/{report['id']}", token, json={"handled": True})
    described.ask("GET", f"/admin/rooms/{message['room']}/messages/{message['seq']}/edits", token)
    assert described.ask("GET", "/admin/audit?limit=1", token)["acts"][0]["act"] == "read_edits"


def upload_and_fetch(described: Described, ana: str) -> None:
    """Do everything that can be done with a file."""
    file = described.ask("POST", "/files", ana, files={"file": ("a.png", png())})["file"]
    path = f"/files/{file['id']}"
    for headers in ({}, {"Range": "bytes=0-1"}, {"If-None-Match": f'"{file["id"]}"'}, {"Range": "bytes=9999-"}):
        described.ask("GET", path, ana, headers=headers)
    described.ask("GET", f"{path}/thumbnail", ana)
    assert described.ask("GET", f"/files/{uuid.uuid4()}", ana)["code"] == "not_found"


def handle(described: Described, ana: str, room: str) -> None:
    """Do everything that can be done with the newest message of a room."""
    seq = described.ask("GET", f"/rooms/{room}/messages", ana)["messages"][-1]["seq"]
    message = f"/rooms/{room}/messages/{seq}"
    described.ask("PATCH", message, ana, json={"text": "Oi!"})
    described.ask("PUT", f"{message}/reaction", ana, json={"emoji": "👍"})
    for switch in ("pin", "star"):
        described.ask("PUT", f"{message}/{switch}", ana, json={"on": True})
    described.ask("GET", f"/rooms/{room}/pins", ana)
    described.ask("GET", "/me/stars", ana)
    described.ask("DELETE", message, ana)
    assert described.ask("PATCH", message, ana, json={"text": "Oi!"})["code"] == "gone"
    described.ask("PUT", f"{message}/hidden", ana)
    assert described.ask("GET", "/me/hidden", ana)["hidden"] == [{"room": room, "seq": seq}]
