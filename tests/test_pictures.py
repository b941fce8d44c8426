"""Pictures: what is seen of them, what is made of them, and what they no longer tell."""

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from tests.conftest import MakeServer, MakeUser, Race
from tests.support.files import bomb, fetch, gif, jpeg, png, segment, send, upload, webp
from tests.support.refusal import refused
from tests.support.server import Server

EXIF, COMMENT = 0xE1, 0xFE


def test_a_picture_is_measured_as_it_is_seen_and_gets_a_thumbnail(make_user: MakeUser) -> None:
    ana = make_user()
    file = upload(ana, jpeg(600, 400, orientation=6), "foto.jpg")
    assert (file["mime"], file["width"], file["height"]) == ("image/jpeg", 400, 600)
    assert re.fullmatch(r"[^\s\"]{28}", file["blurhash"])
    answer = fetch(ana, file["thumbnail"])
    assert (answer.headers["Content-Type"], answer.headers["Content-Disposition"].partition(";")[0]) == (
        "image/webp",
        "inline",
    )
    with Image.open(io.BytesIO(answer.content)) as small:
        assert small.size == (213, 320)
        assert not small.getexif()
        assert "exif" not in small.info


def test_a_photograph_no_longer_says_where_it_was_taken(make_user: MakeUser) -> None:
    ana, sent = make_user(), jpeg(orientation=8)
    got = fetch(ana, upload(ana, sent, "foto.jpg")["url"]).content
    for told in (b"Aparelho secreto", b"em casa"):
        assert told in sent
        assert told not in got
    with Image.open(io.BytesIO(sent)) as before, Image.open(io.BytesIO(got)) as after:
        assert dict(after.getexif()) == {0x0112: 8}
        assert before.tobytes() == after.tobytes()


def beside(*told: bytes) -> bytes:
    """A photograph with more told beside it, behind what says that it is one."""
    whole = jpeg()
    return whole[:20] + b"".join(told) + whole[20:]


def between_scans(told: bytes) -> bytes:
    """A photograph of several scans, with something told before the last of them."""
    before, tables, last = jpeg(progressive=True).rpartition(b"\xff\xc4")
    return before + told + tables + last


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
@pytest.mark.parametrize(
    "sent",
    [
        jpeg() + jpeg(),
        jpeg() + b"\0\0\0\x18ftypmp42 Aparelho secreto",
        between_scans(segment(COMMENT, b"em casa")),
        beside(b"lixo"),
        beside(segment(EXIF, b"Exif\0\0MM\0*\xff\xff\xff\xffAparelho secreto")),
        beside(segment(EXIF, b"Exif\0\0II*\0\x08\0\0\0\xff\xffAparelho secreto")),
        beside(segment(EXIF, b"Exif\0\0Aparelho secreto")),
        beside(segment(0xE6, b"GoPro\0Aparelho secreto")),
    ],
    ids=["second picture", "film", "scans", "stray bytes", "far", "short", "headless", "application"],
)
def test_a_photograph_tells_nothing_wherever_it_is_told(make_user: MakeUser, sent: bytes) -> None:
    ana = make_user()
    file = upload(ana, sent, "foto.jpg")
    got = fetch(ana, file["url"]).content
    assert b"Aparelho secreto" not in got
    assert b"em casa" not in got
    assert len(got) == file["size"]
    with Image.open(io.BytesIO(sent)) as before, Image.open(io.BytesIO(got)) as after:
        assert not after.getexif()
        assert before.tobytes() == after.tobytes()


def test_what_belongs_to_a_photograph_stays_and_so_does_what_came_of_it(make_user: MakeUser) -> None:
    ana = make_user()
    colors = segment(0xE2, b"ICC_PROFILE\0\1\1perfil")
    sent = fetch(ana, upload(ana, beside(colors))["url"]).content
    assert colors in sent
    assert fetch(ana, upload(ana, sent)["url"]).content == sent
    file = upload(ana, sent[:-40])
    assert (file["mime"], file["thumbnail"]) == ("image/jpeg", None)
    assert fetch(ana, file["url"]).content == sent[:-40]


@pytest.mark.parametrize(
    "sent",
    [
        jpeg()[:60],
        beside(b"\xff\xe1\0\1"),
        b"\xff\xd8\xff\xfe\0\2" * 2,
        beside(*[segment(COMMENT, b"")] * 10_000),
    ],
    ids=["cut off", "too short", "no picture", "too much"],
)
def test_a_photograph_that_is_too_broken_to_be_rid_of_what_it_tells_is_invalid(
    make_user: MakeUser, sent: bytes
) -> None:
    ana = make_user()
    with refused("invalid", field="file"):
        upload(ana, sent, "foto.jpg")
    assert upload(ana, jpeg())["thumbnail"]


def test_a_moving_picture_stays_one(make_user: MakeUser) -> None:
    ana, sent = make_user(), gif()
    file = upload(ana, sent, "dança.gif")
    assert (file["mime"], file["width"], file["height"]) == ("image/gif", 64, 48)
    assert fetch(ana, file["url"]).content == sent
    with Image.open(io.BytesIO(fetch(ana, file["thumbnail"]).content)) as small:
        assert getattr(small, "n_frames", 1) == 1


def test_what_shows_through_still_does_in_the_thumbnail(make_user: MakeUser) -> None:
    ana = make_user()
    with Image.open(io.BytesIO(fetch(ana, upload(ana, png())["thumbnail"]).content)) as small:
        assert small.mode == "RGBA"
        assert small.size == (40, 30)


@pytest.mark.parametrize(
    ("content", "mime"),
    [(gif()[:90], "image/gif"), (bomb(), "image/png"), (png()[:40], "image/png")],
    ids=["truncated", "bomb", "head"],
)
def test_a_picture_that_cannot_be_looked_at_is_a_file(make_user: MakeUser, content: bytes, mime: str) -> None:
    ana = make_user()
    file = upload(ana, content, "foto.png")
    assert file["mime"] == mime
    assert [file[name] for name in ("width", "height", "blurhash", "thumbnail")] == [None] * 4
    assert fetch(ana, file["url"]).content == content
    assert fetch(ana, f"{file['url']}/thumbnail").status_code == 404


def test_uploads_of_many_at_once_all_arrive(make_user: MakeUser, race: Race) -> None:
    ana = make_user()
    pictures = [jpeg(800 + n, 600) for n in range(8)]
    answers = race(lambda n: send(ana, pictures[n], f"{n}.jpg").json()["file"], 8)
    assert sorted(file["width"] for file in answers) == [800 + n for n in range(8)]


def peak_memory(server: Server) -> int:
    """The most memory that the server's process has had so far, in bytes."""
    assert server.process is not None
    (line,) = [each for each in Path(f"/proc/{server.process.pid}/status").read_text().splitlines() if "VmHWM" in each]
    return int(line.split()[1]) * 1024


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize(
    ("draw", "size"),
    [
        (lambda: bomb(7071, bits=8, color=6), 7071),
        (lambda: webp(3162), 3162),
        (lambda: webp(3163), None),
        (lambda: jpeg(5001, 5000, progressive=True), None),
    ],
    ids=["png", "webp", "large webp", "scans"],
)
def test_to_look_at_pictures_takes_no_more_memory_than_the_largest_of_them(
    make_server: MakeServer, make_user: MakeUser, race: Race, draw: Callable[[], bytes], size: int | None
) -> None:
    server, content = make_server(), draw()
    ana = make_user(on=server)
    upload(ana, png())
    before = peak_memory(server)
    for answer in race(lambda _: send(ana, content), 2):
        file = answer.json()["file"]
        assert (file["width"], file["thumbnail"] is None) == (size, size is None)
    assert peak_memory(server) - before < 250_000_000
