"""Where tests get their people from: a seeded crowd, since registering costs a password hash each."""

import json
import uuid
from collections import deque
from typing import Any

from tests.support.person import Person
from tests.support.rest_user import RestUser
from tests.support.server import Server

CROWD = 2000
PASSWORD = "uma senha comprida"


class People:
    """The people of one server; each is given out once."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._crowd: deque[dict[str, Any]] = deque()

    def seed(self, count: int = CROWD) -> None:
        """Fill the crowd with accounts that hold a token."""
        out = self.server.folder / "people.jsonl"
        words = ("--users", str(count), "--out", str(out))
        done = self.server.command("seed", *words)
        assert done.returncode == 0, done.stderr
        self._crowd.extend(json.loads(line) for line in out.read_text().splitlines())

    def take(self) -> Person:
        """Return somebody whom no test has met, with a token and no password."""
        if not self._crowd:
            self.seed()
        line = self._crowd.popleft()
        return Person(self.server, {"id": line["user"], "username": line["username"]}, token=line["token"])

    def register(self, name: str = "ana", **fields: str) -> Person:
        """Register somebody with a password, and return them logged in."""
        body = {"username": f"{name}.{uuid.uuid4().hex[:10]}", "password": PASSWORD} | fields
        nobody = RestUser(self.server.api)
        done = nobody.post("/auth/register", **body)
        nobody.close()
        secrets = {"refresh_token": done["refresh_token"], "password": body["password"]}
        return Person(self.server, done["user"], token=done["access_token"], **secrets)
