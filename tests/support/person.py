"""Somebody with an account, and what tests commonly have them do."""

import uuid
from functools import cached_property
from typing import Any

from tests.support.rest_user import RestUser
from tests.support.server import Server
from tests.support.socket_user import SocketUser

Json = dict[str, Any]


class Person:
    """An account on one server; connections are made when they are first used."""

    def __init__(self, server: Server, user: Json, token: str | None, **secrets: str) -> None:
        self.server = server
        self.id: str = user["id"]
        self.username: str = user["username"]
        self.token = token
        self.refresh_token = secrets.get("refresh_token", "")
        self.password = secrets.get("password", "")
        self.sockets: list[SocketUser] = []

    def __repr__(self) -> str:
        return f"<{self.username}>"

    @cached_property
    def socket(self) -> SocketUser:
        """The first connection."""
        return self.connect()

    @cached_property
    def rest(self) -> RestUser:
        """The client of the HTTP door."""
        return RestUser(self.server.api, self.token)

    def connect(self, **options: Any) -> SocketUser:
        """Make one more connection with this person's token."""
        socket = SocketUser(self.server.url, self.token, **options)
        self.sockets.append(socket)
        return socket.connect()

    def create_room(self, *members: "Person", **fields: Any) -> str:
        """Create a group with these members and return its id."""
        body = {"kind": "group", "name": "Sala", "members": [member.id for member in members]} | fields
        room: str = self.rest.post("/rooms", **body)["room"]["id"]
        return room

    def send(self, room: str, text: str = "oi", **fields: Any) -> Json:
        """Send a message over HTTP and return its state."""
        body = {"client_id": str(uuid.uuid4()), "text": text} | fields
        message: Json = self.rest.post(f"/rooms/{room}/messages", **body)["message"]
        return message

    def ask_all(self, room: str, *options: str, **fields: Any) -> Json:
        """Make a poll over HTTP and return its state."""
        body = {"client_id": str(uuid.uuid4()), "text": "Que dia?", "options": options or ("sábado", "domingo")}
        message: Json = self.rest.post(f"/rooms/{room}/polls", **(body | fields))["message"]
        return message

    def room(self, room: str) -> Json:
        """Return the state of a room as this person sees it now."""
        state: Json = self.rest.get(f"/rooms/{room}")["room"]
        return state

    def history(self, room: str, **query: Any) -> list[Json]:
        """Return the messages of one page of history."""
        messages: list[Json] = self.rest.get(f"/rooms/{room}/messages", **query)["messages"]
        return messages

    def whole_history(self, room: str) -> list[Json]:
        """Return all messages of a room, oldest first."""
        messages: list[Json] = []
        more = True
        while more:
            after = messages[-1]["seq"] if messages else 0
            page = self.rest.get(f"/rooms/{room}/messages", after=after, limit=200)
            messages += page["messages"]
            more = page["more_after"]
        return messages

    def members(self, room: str) -> dict[str, Json]:
        """Return the member states of a room by user id."""
        page = self.rest.get(f"/rooms/{room}/members", limit=500)
        return {member["user"]: member for member in page["members"]}

    def sync(self, rooms: dict[str, int] | None = None, **fields: Any) -> Json:
        """Return the answer to a sync from these revs."""
        return self.socket.ask("sync", {"rooms": rooms or {}} | fields)

    def entry(self, room: str, rev: int | None = None) -> Json:
        """Return the entry of one room in a sync from `rev`, or from nothing."""
        entries = self.sync({} if rev is None else {room: rev})["rooms"]
        found: Json = next(entry for entry in entries if entry["room"]["id"] == room)
        return found

    def rev(self, room: str) -> int:
        """Return the number of the room's last change."""
        rev: int = self.entry(room)["rev"]
        return rev

    def close(self) -> None:
        """End every connection."""
        for socket in self.sockets:
            socket.close()
        if "rest" in self.__dict__:
            self.rest.close()
