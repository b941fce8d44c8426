"""Bytes that say themselves in which pieces they come."""

from itertools import pairwise

MOST_CUTS = 8
PLACE_BYTES = 2


def in_pieces(data: bytes) -> list[bytes]:
    """Return the pieces: the first byte says how often it is cut, two bytes each say where, the rest is cut."""
    count = data[0] % MOST_CUTS if data else 0
    start = 1 + count * PLACE_BYTES
    rest = data[start:]
    places = [int.from_bytes(data[at : at + PLACE_BYTES]) for at in range(1, start, PLACE_BYTES)]
    edges = sorted({0, len(rest), *(place % (len(rest) + 1) for place in places)})
    return [rest[begin:end] for begin, end in pairwise(edges)]


def seed(data: bytes, *places: int) -> bytes:
    """Return what `in_pieces` cuts at these places."""
    return bytes((len(places),)) + b"".join(place.to_bytes(PLACE_BYTES) for place in places) + data
