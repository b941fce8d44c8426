"""A server with a toy door: `python -m tests.transport.toy OPTIONS PORT`."""

# ruff: noqa: E402 - eventlet patches before anything else is imported

import warnings

warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")

import eventlet

eventlet.monkey_patch()

import gc
import json
import logging
import resource
import sys
import time
from functools import partial
from typing import Any

from flask import Flask, jsonify, request
from greenlet import greenlet

from sopapo.transport import Acknowledge, Admit, Connection, Refused, Transport, TransportOptions, runtime, serve
from sopapo.transport.engine import CHECKED


class ToyDoor:
    """Does what a request names."""

    def __init__(self) -> None:
        self.transport: Transport
        self.gone: list[str] = []

    def connect(self, connection: Connection, auth: Any, admit: Admit) -> None:
        match auth:
            case {"token": "bad"}:
                raise Refused("token_expired", {"code": "token_expired", "message": "old"})
            case {"token": "crash"}:
                raise ZeroDivisionError
            case {"token": "early"}:
                connection.send("early", {})
            case {"token": "late"}:
                admit_late = partial(admit, Refused("late", {"code": "late", "message": "too late"}))
                runtime.spawn_after(0.2, admit_late)
                return
            case {"token": "slow"}:
                runtime.spawn_after(1, self.let_in, connection, admit)
                return
        self.let_in(connection, admit)

    def let_in(self, connection: Connection, admit: Admit) -> None:
        self.transport.enter(connection, "all")
        admit(None)

    def request(self, connection: Connection, event: str, args: list[Any], acknowledge: Acknowledge) -> None:
        body = args[0] if args else {}
        match event:
            case "echo":
                spreading = bool(self.transport._engine.flusher.spreads.pending)
                answer = {"sid": connection.sid, "address": connection.address, "spreading": spreading, "body": body}
                acknowledge({"ok": True} | answer)
                acknowledge({"ok": False, "twice": True})
            case "work":
                time.sleep(body["seconds"])
                connection.send("worked", {"n": body["n"]})
                acknowledge({"ok": True, "n": body["n"]})
            case "crash":
                raise ZeroDivisionError
            case "leave":
                self.transport.leave(connection, body["channel"])
                acknowledge({"ok": True})
            case "join":
                self.transport.enter(connection, body["channel"])
                acknowledge({"ok": True})
            case "tell":
                self.tell(connection, body)
                acknowledge({"ok": True, "members": len(self.transport.members(body["channel"]))})
            case "big":
                acknowledge({"ok": True, "text": "x" * body["size"]})
            case "odd":
                connection.send("odd", {"what": object()})
                acknowledge({"what": object()})
            case "bye":
                acknowledge({"ok": True})
                connection.send("last", {})
                connection.close("session_revoked")
                connection.send("never", {})
            case _:
                acknowledge({"ok": False, "event": event, "args": repr(args)})

    def answer_at_once(self, connection: Connection, event: str, args: list[Any], acknowledge: Acknowledge) -> bool:
        if not connection.is_in or event not in ("echo", "tell", "join", "leave", "bye"):
            return False
        self.request(connection, event, args, acknowledge)
        return True

    def tell(self, connection: Connection, body: dict[str, Any]) -> None:
        skip = connection.sid if body.get("skip") else None
        alone = body.get("alone", False)
        if "said" in body:
            self.transport.broadcast(body["channel"], "said", body, skip, alone=alone)
            return
        for n in range(body.get("times", 1)):
            text = "x" * body.get("size", 0)
            self.transport.broadcast(body["channel"], "told", {"n": n, "text": text}, skip, alone=alone)

    def disconnect(self, connection: Connection) -> None:
        self.gone.append(connection.sid)


def main() -> None:
    logging.basicConfig(stream=sys.stderr, level=logging.INFO)
    app = Flask(__name__)
    door = ToyDoor()
    given = json.loads(sys.argv[1])
    CHECKED.update(given.pop("checked", {}))
    few = given.pop("descriptors", None)
    if few:
        resource.setrlimit(resource.RLIMIT_NOFILE, (few, few))
    options = TransportOptions(**given)
    transport = door.transport = Transport(app, door, options)

    @app.get("/stats")
    def stats() -> Any:
        figures = vars(transport.stats) | {"open": len(transport.connections), "gone": len(door.gone)}
        return jsonify(figures | {"address": request.remote_addr})

    @app.get("/kept")
    def kept() -> Any:
        gc.collect()
        greenlets = sum(isinstance(one, greenlet) and not one.dead for one in gc.get_objects())
        members = sum(map(len, transport._channels._members.values()))
        links = len(transport._engine.sockets)
        direct = sum(connection.direct is not None for connection in transport.connections.values())
        return jsonify(links=links, members=members, carried=transport.carried, greenlets=greenlets, direct=direct)

    @app.post("/body")
    def body() -> Any:
        return jsonify(size=len(request.get_data()))

    serve(app, "127.0.0.1", int(sys.argv[2]), options)


if __name__ == "__main__":
    main()
