"""Pictures: how large they are, what they look like in a few letters, and what is shown before they are opened."""

import io
import warnings
from dataclasses import dataclass
from pathlib import Path

import blurhash
from PIL import Image, ImageOps

FORMATS = ("JPEG", "PNG", "GIF", "WEBP")
MIMES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
# Four bytes a pixel: a picture takes at most 200 MB while it is looked at, a JPEG far less.
MAX_PIXELS = 50_000_000
SIDE = 320
HASHED_SIDE = 32
HASH_PARTS = (4, 3)
ORIENTATION = 0x0112
LYING = (5, 6, 7, 8)
QUALITY = 80


@dataclass(frozen=True, slots=True)
class Picture:
    """What is kept of a picture beside itself: its size as it is seen, and a WebP that says nothing else."""

    width: int
    height: int
    blurhash: str
    thumbnail: bytes


def look_at(path: Path) -> Picture | None:
    """Look at the first picture in a file; None where it is none, or broken, or too large to be looked at."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(path, formats=FORMATS) as image:
                return seen(image)
    except Exception:  # noqa: BLE001 - over bytes that somebody has made up a decoder raises anything
        return None


def seen(image: Image.Image) -> Picture | None:
    """Return what is kept of an opened picture."""
    width, height = image.size
    if width * height > MAX_PIXELS:
        return None
    if image.getexif().get(ORIENTATION) in LYING:
        width, height = height, width
    image.draft("RGB", (SIDE * 2, SIDE * 2))
    small = upright(image)
    small.thumbnail((SIDE, SIDE))
    written = io.BytesIO()
    small.save(written, "WEBP", quality=QUALITY)
    return Picture(width, height, hash_of(small), written.getvalue())


def upright(image: Image.Image) -> Image.Image:
    """Return a picture as it is to be seen, without anything that is told beside it."""
    image.load()
    turned = ImageOps.exif_transpose(image)
    has_holes = turned.mode in {"RGBA", "LA", "PA"} or "transparency" in turned.info
    plain = turned.convert("RGBA" if has_holes else "RGB")
    plain.info = {}
    return plain


def hash_of(image: Image.Image) -> str:
    """Return the colours of a picture as a BlurHash; what shows through is white."""
    tiny = image.copy()
    tiny.thumbnail((HASHED_SIDE, HASHED_SIDE))
    if tiny.mode == "RGBA":
        ground = Image.new("RGBA", tiny.size, "white")
        tiny = Image.alpha_composite(ground, tiny).convert("RGB")
    pixels = tiny.tobytes()
    row = tiny.width * 3
    rows = [[pixels[at : at + 3] for at in range(y * row, (y + 1) * row, 3)] for y in range(tiny.height)]
    return str(blurhash.encode(rows, *HASH_PARTS))
