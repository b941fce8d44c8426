"""How files are handed out: as what, under which name, and in which part."""

import pytest
import requests

from tests.conftest import MakeServer, MakeUser
from tests.support.files import HTML, bearer, fetch, form, png, post, upload
from tests.support.server import Server


@pytest.mark.parametrize(
    ("content", "claimed", "mime", "way"),
    [
        (HTML, "image/png", "text/plain", "attachment"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', "image/svg+xml", "text/plain", "attachment"),
        (b"%PDF-1.7\n%\xe2\xe3", "application/pdf", "application/pdf", "attachment"),
        (b"MZ" + b"\0" * 60, "image/gif", "application/x-msdownload", "attachment"),
        (b"\x1aE\xdf\xa3\x01\0\0\0\0\0\0\x1fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webm", "audio/webm", "audio/webm", "inline"),
        (b"\x1aE\xdf\xa3\x01\0\0\0\0\0\0\x1fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webm", "text/html", "video/webm", "inline"),
        (b"ID3\x04\0\0\0\0\0\0", "", "audio/mpeg", "inline"),
        ("Ol\u00e1, mundo".encode(), "text/html", "text/plain", "attachment"),
    ],
    ids=["html", "svg", "pdf", "exe", "voice", "video", "mp3", "text"],
)  # fmt: skip
def test_content_decides_what_a_file_is(make_user: MakeUser, content: bytes, claimed: str, mime: str, way: str) -> None:
    ana = make_user()
    file = upload(ana, content, "foto.png", claimed)
    answer = fetch(ana, file["url"])
    assert (file["mime"], answer.headers["Content-Type"]) == (mime, mime)
    assert answer.headers["Content-Disposition"].startswith(f"{way};")


@pytest.mark.parametrize(
    ("sent", "name", "disposition"),
    [
        ("../../etc/passwd", "passwd", 'filename="passwd"'),
        ("C:\\\\Users\\\\ana\\\\foto.png", "foto.png", 'filename="foto.png"'),
        ("fo\u202egnp.exe", "fognp.exe", 'filename="fognp.exe"'),
        ("a\tb\x01.txt", "ab.txt", 'filename="ab.txt"'),
        ("..", "file", 'filename="file"'),
        (".bashrc", "bashrc", 'filename="bashrc"'),
        ("a;b'c.txt", "a;b'c.txt", 'filename="a;b\'c.txt"'),
        ("reunião 日本.pdf", "reunião 日本.pdf", "filename=\"reuniao .pdf\"; filename*=UTF-8''reuni%C3%A3o%20%E6%97%A5%E6%9C%AC.pdf"),
        ("x" * 300 + ".pdf", "x" * 251 + ".pdf", 'filename="' + "x" * 251 + '.pdf"'),
    ],
    ids=["folders", "windows", "bidi", "controls", "dots", "hidden", "signs", "letters", "long"],
)  # fmt: skip
def test_names_are_safe_to_keep_and_to_show(make_user: MakeUser, sent: str, name: str, disposition: str) -> None:
    ana = make_user()
    answer = post(ana, form(b"oi", sent))
    assert answer.json()["file"]["name"] == name
    got = fetch(ana, answer.json()["file"]["url"]).headers["Content-Disposition"]
    assert got == f"attachment; {disposition}"


@pytest.mark.parametrize(
    ("asked", "status", "part", "told"),
    [
        ("bytes=0-3", 206, slice(0, 4), "bytes 0-3/1000"),
        ("bytes=990-", 206, slice(990, None), "bytes 990-999/1000"),
        ("bytes=-5", 206, slice(995, None), "bytes 995-999/1000"),
        ("bytes=500-5000", 206, slice(500, None), "bytes 500-999/1000"),
        ("bytes=1000-", 416, slice(0, 0), "bytes */1000"),
        ("bytes=0-1,5-6", 200, slice(None), None),
        ("lines=1-2", 200, slice(None), None),
        ("bytes=x-", 200, slice(None), None),
    ],
)
def test_a_range_is_answered_alone(make_user: MakeUser, asked: str, status: int, part: slice, told: str | None) -> None:
    ana, content = make_user(), bytes(n % 251 for n in range(1000))
    answer = fetch(ana, upload(ana, content)["url"], Range=asked)
    assert (answer.status_code, answer.headers.get("Content-Range")) == (status, told)
    assert status == 416 or answer.content == content[part]
    assert status != 416 or answer.json()["code"] == "invalid"


def test_what_a_client_has_is_not_sent_again(make_user: MakeUser) -> None:
    ana = make_user()
    url = upload(ana, b"x" * 1000)["url"]
    tag = fetch(ana, url).headers["ETag"]
    again = fetch(ana, url, **{"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
    assert fetch(ana, url, Range="bytes=0-1", **{"If-Range": tag}).status_code == 206
    assert fetch(ana, url, Range="bytes=0-1", **{"If-Range": '"another"'}).status_code == 200
    head = requests.head(ana.server.url + url, headers=bearer(ana), timeout=10)
    assert (head.status_code, head.headers["Content-Length"], head.content) == (200, "1000", b"")


def test_one_server_has_what_another_has_taken(make_server: MakeServer, make_user: MakeUser) -> None:
    first = make_server()
    second = Server(first.folder, first.database_url)
    second.start()
    try:
        ana = make_user(on=first)
        file = upload(ana, png())
        ana.server = second
        assert fetch(ana, file["url"]).content == png()
        assert fetch(ana, file["thumbnail"]).ok
    finally:
        second.stop()
