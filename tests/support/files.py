"""Files as people send them, made here, and how they are uploaded and fetched."""

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import requests
from PIL import Image

from tests.support.person import Person
from tests.support.rest_user import result_of
from tests.support.server import Server

Json = dict[str, Any]

PNG_HEAD = b"\x89PNG\r\n\x1a\n"
HTML = b"<!doctype html><script>alert(1)</script>"
BOUNDARY = "----limite"
GPS, MAKER, ORIENTATION = 0x8825, 0x010F, 0x0112


def jpeg(
    width: int = 600, height: int = 400, orientation: int = 1, color: str = "red", *, progressive: bool = False
) -> bytes:
    """A photograph that says where it was taken, with what, and which way it is to be turned."""
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif[MAKER] = "Aparelho secreto"
    exif[GPS] = {1: "S", 2: (23.0, 33.0, 1.0), 3: "W", 4: (46.0, 38.0, 2.0)}
    out = io.BytesIO()
    picture = Image.new("RGB", (width, height), color)
    picture.save(out, "JPEG", exif=exif, comment=b"em casa", progressive=progressive)
    return out.getvalue()


def segment(marker: int, body: bytes) -> bytes:
    """A piece of a JPEG."""
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def png(width: int = 40, height: int = 30, color: tuple[int, ...] = (0, 200, 0, 120)) -> bytes:
    """A picture that shows through."""
    out = io.BytesIO()
    Image.new("RGBA", (width, height), color).save(out, "PNG")
    return out.getvalue()


def gif(frames: int = 4) -> bytes:
    """A picture that moves."""
    out = io.BytesIO()
    first, *others = [Image.new("P", (64, 48), number) for number in range(frames)]
    first.save(out, "GIF", save_all=True, append_images=others, duration=50)
    return out.getvalue()


def bomb(side: int = 30_000, bits: int = 1, color: int = 0) -> bytes:
    """A PNG of a few kilobytes that would take gigabytes; of colours, 0 is grey, and 6 shows through."""
    rows = zlib.compressobj(9)
    row = bytes(1 + side * bits * (4 if color else 1) // 8)
    data = b"".join(rows.compress(row) for _ in range(side)) + rows.flush()
    head = struct.pack(">IIBBBBB", side, side, bits, color, 0, 0, 0)
    return PNG_HEAD + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def webp(side: int) -> bytes:
    """A picture of one colour in a form whose decoder takes much memory."""
    out = io.BytesIO()
    Image.new("RGB", (side, side), "blue").save(out, "WEBP", lossless=True, quality=0, method=0)
    return out.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    """A piece of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def send(person: Person, content: bytes, name: str = "a.bin", mime: str = "") -> requests.Response:
    """Upload a file, and return the answer."""
    part = (name, content, mime) if mime else (name, content)
    return requests.post(f"{person.server.api}/files", files={"file": part}, headers=bearer(person), timeout=30)


def upload(person: Person, content: bytes, name: str = "a.bin", mime: str = "") -> Json:
    """Upload a file and return its state, or raise the Refusal."""
    response = send(person, content, name, mime)
    file: Json = result_of(response)["file"]
    assert response.status_code == 201
    return file


def fetch(person: Person, address: str, **headers: str) -> requests.Response:
    """Fetch what a file's `url` or `thumbnail` leads to."""
    return requests.get(person.server.url + address, headers=bearer(person) | headers, timeout=30)


def bearer(person: Person) -> dict[str, str]:
    """The header that says who asks."""
    return {"Authorization": f"Bearer {person.token}"}


def form(content: bytes, name: str = "a.bin", field: str = "file") -> bytes:
    """A form with one file, as it is written."""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n\r\n'
    return head.encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()


def post(person: Person, body: Any, **headers: str) -> requests.Response:
    """Post a form that is written by hand; what is no bytes goes in chunks."""
    kind = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    return requests.post(f"{person.server.api}/files", body, headers=bearer(person) | kind | headers, timeout=30)


def kept(server: Server) -> list[Path]:
    """Every file that the server keeps, and every one that is arriving."""
    return [path for path in (server.data / "files").rglob("*") if path.is_file()]


def kept_of(server: Server, file: dict[str, Any]) -> list[Path]:
    """What the server keeps of one file."""
    return [path for path in kept(server) if path.name.startswith(file["id"])]
