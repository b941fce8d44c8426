"""Files: what is taken, what is made of it, and who gets it back in which form."""

import shutil
import socket
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests

from tests.conftest import MakeServer, MakeUser
from tests.support.files import BOUNDARY, bearer, fetch, form, kept, kept_of, png, post, upload
from tests.support.person import Person
from tests.support.refusal import refused
from tests.support.server import Server
from tests.support.waiting import eventually


def test_a_file_comes_back_as_it_was_sent(make_user: MakeUser) -> None:
    ana = make_user()
    content = bytes(range(256)) * 3000
    file = upload(ana, content, "dados.bin")
    expires_at = datetime.fromisoformat(file.pop("expires_at"))
    assert timedelta(hours=23) < expires_at - datetime.now(UTC) <= timedelta(hours=24)
    url = f"/api/v1/files/{file['id']}"
    nothing = dict.fromkeys(("width", "height", "duration", "blurhash", "thumbnail"))
    assert file == {"id": file["id"], "name": "dados.bin", "mime": "application/octet-stream", "url": url} | nothing | {
        "size": len(content)
    }
    answer = fetch(ana, file["url"])
    assert answer.content == content
    headers = {
        "Content-Type": "application/octet-stream",
        "Content-Length": str(len(content)),
        "Content-Disposition": 'attachment; filename="dados.bin"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-cache",
        "Accept-Ranges": "bytes",
        "ETag": f'"{file["id"]}"',
    }
    assert {name: answer.headers[name] for name in headers} == headers
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_nobody_else_can_tell_that_a_file_is_there(make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    file = upload(ana, png())
    other = f"/api/v1/files/{uuid.uuid4()}"
    for address in (file["url"], file["thumbnail"], other, f"{other}/thumbnail"):
        answer = fetch(bia, address)
        assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (404, "not_found", "file")
        assert requests.get(ana.server.url + address, timeout=10).json()["code"] == "unauthenticated"
    assert fetch(ana, f"/api/v1/files/{'x' * 36}").json()["code"] == "invalid"
    assert fetch(ana, file["url"]).ok


def test_a_form_brings_one_file_and_nothing_else(make_user: MakeUser) -> None:
    ana = make_user()
    field = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="nome"\r\n\r\noi\r\n'.encode()
    wrong: list[tuple[bytes, int, str, str | None]] = [
        (field + form(b"oi"), 422, "invalid", "nome"),
        (form(b"oi", field="outro"), 422, "invalid", "file"),
        (form(b"oi")[: -len(BOUNDARY) - 8] + b"\r\n" + form(b"oi"), 422, "invalid", "file"),
        (f"--{BOUNDARY}--\r\n".encode(), 422, "invalid", "file"),
        (form(b"oi") + b"x" * 300_000, 413, "too_large", "file"),
        (form(b"oi")[:-10], 400, "invalid", None),
        (b"oi", 400, "invalid", None),
        (b"", 400, "invalid", None),
    ]
    for body, *outcome in wrong:
        answer = post(ana, body)
        problem = answer.json()
        assert [answer.status_code, problem["code"], problem.get("field")] == outcome, body[-80:]
    json = requests.post(f"{ana.server.api}/files", json={"file": "oi"}, headers=bearer(ana), timeout=10)
    assert (json.status_code, json.json()["field"]) == (422, "file")
    with refused("invalid", field="file"):
        upload(ana, b"", "vazio.txt")
    assert requests.post(f"{ana.server.api}/files", form(b"oi"), timeout=10).status_code == 401


def test_a_file_that_is_too_large_is_refused_whatever_its_sender_says(
    make_server: MakeServer, make_user: MakeUser
) -> None:
    server = make_server(SOPAPO_MAX_FILE_BYTES="100000")
    ana = make_user(on=server)
    assert upload(ana, b"x" * 100_000)["size"] == 100_000
    for body in (
        form(b"x" * 100_001),
        form(b"x" * 5_000_000),
        iter([form(b"x" * 100_001)]),
        iter([form(b"x" * 5_000_000)]),
    ):
        answer = post(ana, body)
        assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (413, "too_large", "file")
    assert post(ana, iter([form(b"x" * 100_000)])).status_code == 201
    assert len(kept(server)) == 2


def test_one_may_have_so_many_bytes(make_server: MakeServer, make_user: MakeUser) -> None:
    server = make_server(SOPAPO_USER_FILE_BYTES="10000")
    ana, bia = make_user(on=server), make_user(on=server)
    for _ in range(2):
        upload(ana, b"x" * 4000)
    with refused("too_large", field="file"):
        upload(ana, b"x" * 4000)
    upload(bia, b"x" * 4000)
    assert len(kept(server)) == 3


def test_nothing_is_taken_where_the_disk_is_nearly_full(make_server: MakeServer, make_user: MakeUser) -> None:
    server = make_server(SOPAPO_FREE_DISK_BYTES=str(2**50))
    with refused("unavailable", field="file") as refusal:
        upload(make_user(on=server), b"oi")
    assert refusal.value.retry_after
    assert kept(server) == []


def test_what_is_still_arriving_needs_room_too(make_server: MakeServer, make_user: MakeUser, tmp_path: Path) -> None:
    free = shutil.disk_usage(tmp_path).free
    room = min(free, 10 * 2**30)
    bounds = dict.fromkeys(("SOPAPO_MAX_FILE_BYTES", "SOPAPO_USER_FILE_BYTES"), str(room))
    server = make_server(SOPAPO_FREE_DISK_BYTES=str(free - room), **bounds)
    ana, bia = make_user(on=server), make_user(on=server)
    claimed = form(b"x" * 500_000)[:-10]
    with sending(ana, claimed, room * 6 // 10):
        eventually(lambda: kept(server))
        with sending(bia, claimed, room * 6 // 10) as second:
            second.settimeout(30)
            assert second.recv(12) == b"HTTP/1.1 503"
    eventually(lambda: not kept(server))
    assert upload(bia, b"oi")["size"] == 2


@contextmanager
def sending(person: Person, part: bytes, length: int) -> Iterator[socket.socket]:
    """Send the beginning of a form that has so many bytes."""
    head = (
        f"POST /api/v1/files HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {person.token}\r\n"
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: {length}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", person.server.port)) as raw:
        raw.sendall(head.encode() + part)
        yield raw


@pytest.mark.parametrize("length", [True, False], ids=["length", "chunks"])
def test_an_upload_that_breaks_off_leaves_nothing(
    make_server: MakeServer, make_user: MakeUser, *, length: bool
) -> None:
    server = make_server()
    ana = make_user(on=server)
    body = form(b"x" * 3_000_000)
    size = f"Content-Length: {len(body)}" if length else "Transfer-Encoding: chunked"
    head = (
        f"POST /api/v1/files HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {ana.token}\r\n"
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n{size}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", server.port)) as raw:
        raw.sendall(head.encode() + (b"" if length else b"200000\r\n") + body[:2_000_000])
        eventually(lambda: sum(path.stat().st_size for path in kept(server)) > 1_000_000)
    eventually(lambda: not kept(server))
    eventually(lambda: not list((server.data / "files" / "arriving").iterdir()))
    assert upload(ana, b"oi")["size"] == 2


def test_files_are_for_the_server_alone(server: Server, make_user: MakeUser) -> None:
    found = kept_of(server, upload(make_user(), png()))
    assert len(found) == 2
    for path in found:
        assert path.stat().st_mode & 0o077 == 0
        assert path.parent.stat().st_mode & 0o077 == 0
