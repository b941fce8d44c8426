"""Pictures: how large they are, what they look like in a few letters, and what is shown before they are opened."""

import io
import math
import warnings
from dataclasses import dataclass
from pathlib import Path

import blurhash
from PIL import Image, ImageOps

FORMATS = ("JPEG", "PNG", "GIF", "WEBP")
MIMES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
# What a picture takes while it is looked at: four bytes a pixel, in WebP twenty with the canvases of its decoder.
# A JPEG in several scans takes eight, since all of them are gathered first; in one scan it takes far less than four.
MOST_MEMORY = 200_000_000
BYTES_A_PIXEL = 4
BYTES_A_PIXEL_OF_WEBP = 20
BYTES_A_PIXEL_OF_SCANS = 8
# Each scan may go over all of a picture once more; ten are usual.
MOST_SCANS = 100
# No form but PNG has longer sides, and each decoder holds a few rows beside the picture.
LONGEST_SIDE = 65_535
# Decoders hold files, or parts of them, in memory up to three times.
MOST_BYTES = 50_000_000
SIDE = 320
# How many pixels are copied at once to make a picture smaller.
STRIP = 1_000_000
HASHED_SIDE = 32
HASH_PARTS = (4, 3)
ORIENTATION = 0x0112
LYING = (5, 6, 7, 8)
QUALITY = 80
# The allocator gives blocks of more than 32 MB back at once; smaller ones stay with the thread that has used them.
Image.core.set_block_size(64 * 2**20)  # type: ignore[attr-defined]  # documented all the same


@dataclass(frozen=True, slots=True)
class Picture:
    """What is kept of a picture beside itself: its size as it is seen, and a WebP that says nothing else."""

    width: int
    height: int
    blurhash: str
    thumbnail: bytes


def look_at(path: Path, scans: int = 1) -> Picture | None:
    """Look at the first picture in a file; None where it is none, or broken, or too large to be looked at."""
    if path.stat().st_size > MOST_BYTES or scans > MOST_SCANS:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(path, formats=FORMATS) as image:
                return seen(image, scans)
    except Exception:  # noqa: BLE001 - over bytes that somebody has made up a decoder raises anything
        return None


def seen(image: Image.Image, scans: int) -> Picture | None:
    """Return what is kept of an opened picture."""
    width, height = image.size
    if width * height * bytes_a_pixel(image, scans) > MOST_MEMORY or max(image.size) > LONGEST_SIDE:
        return None
    orientation = image.getexif().get(ORIENTATION, 1)
    if orientation in LYING:
        width, height = height, width
    image.draft("RGB", (SIDE * 2, SIDE * 2))
    small = shrunk(image)
    small.thumbnail((SIDE, SIDE))
    small.getexif()[ORIENTATION] = orientation
    small = ImageOps.exif_transpose(small)
    written = io.BytesIO()
    small.save(written, "WEBP", quality=QUALITY)
    return Picture(width, height, hash_of(small), written.getvalue())


def bytes_a_pixel(image: Image.Image, scans: int) -> int:
    """Return how many bytes of memory each pixel of an opened picture takes."""
    if image.format == "WEBP":
        return BYTES_A_PIXEL_OF_WEBP
    return BYTES_A_PIXEL_OF_SCANS if scans > 1 else BYTES_A_PIXEL


def shrunk(image: Image.Image) -> Image.Image:
    """Return a picture with sides of less than four times those of a thumbnail; it is never copied as a whole."""
    image.load()
    mode = "RGBA" if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info else "RGB"
    width, height = image.size
    factor = max(1, max(width, height) // (SIDE * 2))
    small = Image.new(mode, (math.ceil(width / factor), math.ceil(height / factor)))
    rows = factor * max(1, STRIP // (factor * width))
    for top in range(0, height, rows):
        strip = image.crop((0, top, width, min(top + rows, height))).convert(mode)
        small.paste(strip.reduce(factor), (0, top // factor))
    return small


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
