"""The same acts through either door, so that one test covers both."""

from collections.abc import Callable
from typing import Any, NamedTuple

from tests.support.person import Person
from tests.support.rest_user import result_of
from tests.support.server import Server
from tests.support.socket_user import SocketUser

Json = dict[str, Any]


class Route(NamedTuple):
    """Where an act is over HTTP, and the status of its success."""

    method: str
    path: str
    status: int = 200


ROUTES = {
    "register": Route("POST", "/auth/register", 201),
    "login": Route("POST", "/auth/login"),
    "logout": Route("POST", "/auth/logout"),
    "create_room": Route("POST", "/rooms", 201),
    "update_room": Route("PATCH", "/rooms/{room}"),
    "read_room": Route("GET", "/rooms/{room}"),
    "delete_room": Route("DELETE", "/rooms/{room}", 204),
    "join_room": Route("POST", "/rooms/{room}/join"),
    "leave_room": Route("POST", "/rooms/{room}/leave"),
    "list_members": Route("GET", "/rooms/{room}/members"),
    "add_members": Route("POST", "/rooms/{room}/members"),
    "set_role": Route("PATCH", "/rooms/{room}/members/{user}"),
    "remove_member": Route("DELETE", "/rooms/{room}/members/{user}", 204),
    "approve_member": Route("POST", "/rooms/{room}/members/{user}/approve"),
    "ban_member": Route("PUT", "/rooms/{room}/bans/{user}"),
    "unban_member": Route("DELETE", "/rooms/{room}/bans/{user}", 204),
    "mute_member": Route("PUT", "/rooms/{room}/members/{user}/mute"),
    "create_invite": Route("POST", "/rooms/{room}/invites", 201),
    "revoke_invite": Route("DELETE", "/rooms/{room}/invites/{code}", 204),
    "list_invites": Route("GET", "/rooms/{room}/invites"),
    "list_pins": Route("GET", "/rooms/{room}/pins"),
    "read_history": Route("GET", "/rooms/{room}/messages"),
    "clear_history": Route("DELETE", "/rooms/{room}/messages", 204),
    "update_profile": Route("PATCH", "/me"),
    "delete_account": Route("DELETE", "/me", 204),
    "block_user": Route("PUT", "/me/blocks/{user}"),
    "unblock_user": Route("DELETE", "/me/blocks/{user}", 204),
    "report": Route("POST", "/reports", 201),
    "typing": Route("PUT", "/rooms/{room}/typing"),
    "watch_presence": Route("GET", "/presence"),
    "schedule_message": Route("POST", "/rooms/{room}/scheduled", 201),
    "list_scheduled": Route("GET", "/me/scheduled"),
    "change_scheduled": Route("PATCH", "/rooms/{room}/scheduled/{client_id}"),
    "cancel_scheduled": Route("DELETE", "/rooms/{room}/scheduled/{client_id}", 204),
    "search": Route("GET", "/search"),
    "sync": Route("POST", "/sync"),
    "send_message": Route("POST", "/rooms/{room}/messages", 201),
    "create_poll": Route("POST", "/rooms/{room}/polls", 201),
    "vote": Route("PUT", "/rooms/{room}/polls/{seq}/vote"),
    "close_poll": Route("POST", "/rooms/{room}/polls/{seq}/close"),
    "poll_voters": Route("GET", "/rooms/{room}/polls/{seq}/voters"),
    "list_votes": Route("GET", "/me/votes"),
    "mark_delivered": Route("PUT", "/rooms/{room}/delivered"),
    "mark_read": Route("PUT", "/rooms/{room}/read"),
    "message_info": Route("GET", "/rooms/{room}/messages/{seq}/info"),
    "set_preferences": Route("PATCH", "/rooms/{room}/preferences"),
    "edit_message": Route("PATCH", "/rooms/{room}/messages/{seq}"),
    "delete_message": Route("DELETE", "/rooms/{room}/messages/{seq}", 204),
    "hide_message": Route("PUT", "/rooms/{room}/messages/{seq}/hidden"),
    "react": Route("PUT", "/rooms/{room}/messages/{seq}/reaction"),
    "pin_message": Route("PUT", "/rooms/{room}/messages/{seq}/pin"),
    "star_message": Route("PUT", "/rooms/{room}/messages/{seq}/star"),
}


class Acts:
    """What one person does through one door: `acts.send_message(room=…, text=…)`."""

    def __init__(self, perform: Callable[[str, Json], Json]) -> None:
        self._perform = perform

    def ask(self, request: str, fields: Json) -> Json:
        """Return the result of a request by its name, or raise its Refusal."""
        return self._perform(request, fields)

    def __getattr__(self, request: str) -> Callable[..., Json]:
        return lambda **fields: self._perform(request, {name: plain(value) for name, value in fields.items()})


def plain(value: Any) -> Any:
    """Return a value as it crosses the wire: a person is an id."""
    if isinstance(value, Person):
        return value.id
    return [plain(each) for each in value] if isinstance(value, list) else value


class SocketDoor:
    """Requests with acknowledgements, on each person's first connection."""

    name = "socket"

    def __init__(self, server: Server, connect: Callable[..., SocketUser]) -> None:
        self._server = server
        self._connect = connect

    def __call__(self, person: Person) -> Acts:
        return Acts(person.socket.ask)

    def stranger(self) -> Acts:
        """Return the acts of a connection that is nobody yet."""
        socket = self._connect()
        return Acts(socket.ask)

    def bearer(self, token: str) -> None:
        """Be someone by a token, or raise the Refusal."""
        self._connect(token=token)


class RestDoor:
    """The same requests as HTTP: ids of the path go there, the rest is the body or the query."""

    name = "rest"

    def __init__(self, server: Server, connect: Callable[..., SocketUser]) -> None:
        self._server = server
        self._connect = connect

    def __call__(self, person: Person) -> Acts:
        return Acts(lambda request, fields: self.perform(person, request, fields))

    def stranger(self) -> Acts:
        """Return the acts of a client without a token."""
        nobody = Person(self._server, {"id": "", "username": ""}, token=None)
        return Acts(lambda request, fields: self.perform(nobody, request, fields))

    def bearer(self, token: str) -> None:
        """Be someone by a token, or raise the Refusal."""
        Person(self._server, {"id": "", "username": ""}, token=token).rest.get("/me")

    @staticmethod
    def perform(person: Person, request: str, fields: Json) -> Json:
        """Send a request the HTTP way and return its result, or raise its Refusal."""
        route = ROUTES[request]
        named = [name for name in ("room", "user", "seq", "code", "client_id") if f"{{{name}}}" in route.path]
        path = route.path.format(**{name: fields[name] for name in named})
        rest = {name: value for name, value in fields.items() if name not in named}
        options: Json = {"params": rest} if route.method == "GET" else {"json": rest}
        if route.method == "DELETE" and not rest:
            options = {}
        response = person.rest.send(route.method, path, **options)
        result = result_of(response)
        repeated = bool(result.get("duplicate"))
        assert response.status_code == (200 if repeated else route.status)
        return result


Door = SocketDoor | RestDoor
