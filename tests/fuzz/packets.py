"""Socket.IO packets: read as python-socketio reads them, or refused in one of two known ways."""

import json
import math
import re
from itertools import takewhile
from typing import Any

from socketio.packet import Packet

from sopapo.transport import packets
from sopapo.transport.packets import Breach, Malformed

# Numbers beyond this are read by orjson as the floats that clients' own languages make of them.
LONGEST_INTEGER = 2**64
LEAST_INTEGER = -(2**63)
EVENT = 2
MOST_DIGITS = 15
ATTACHMENTS = re.compile(r".\d+-")


def number(digits: str) -> int | float:
    """Read a whole number as orjson does."""
    value = int(digits)
    return value if LEAST_INTEGER <= value < LONGEST_INTEGER else float(digits)


class Json:
    """JSON as the standard library reads it, but for the size of numbers."""

    @staticmethod
    def loads(text: str) -> Any:
        return json.loads(text, parse_int=number)


class Reading(Packet):
    """A packet as python-socketio reads it."""

    json = Json


def is_same(ours: Any, theirs: Any) -> bool:
    """Tell whether two values are equal, kinds of numbers included, where NaN is NaN."""
    if type(ours) is int:
        # What orjson refuses as a whole is read by the standard library, which knows no bound.
        ours = number(str(ours))
    if type(ours) is not type(theirs):
        return False
    if isinstance(ours, dict):
        return ours.keys() == theirs.keys() and all(is_same(ours[key], theirs[key]) for key in ours)
    if isinstance(ours, list):
        return len(ours) == len(theirs) and all(map(is_same, ours, theirs))
    if isinstance(ours, float) and math.isnan(ours):
        return math.isnan(theirs)
    return bool(ours == theirs)


def check(data: bytes) -> None:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return
    try:
        ours = packets.parse(text)
    except Breach:
        assert text[0] in "56"
        return
    except Malformed as refusal:
        check_refusal(text, refusal)
        return
    if ATTACHMENTS.match(text):
        # It reads a number of attachments in whatever has none.
        assert ours.kind in "01"
        return
    theirs = Reading(encoded_packet=text)
    assert ours.kind == str(theirs.packet_type)
    assert ours.namespace == (theirs.namespace or "/")
    assert ours.ack == (theirs.id if ours.kind in "23" else None)
    assert is_same(ours.data, theirs.data)


def check_refusal(text: str, refusal: Malformed) -> None:
    """Hold that what is refused is no request, and that its answer goes to who asked."""
    digits = digits_of(text)
    if refusal.ack is not None:
        assert refusal.ack == int(digits)
    if len(digits) > MOST_DIGITS or ATTACHMENTS.match(text):
        return
    try:
        theirs = Reading(encoded_packet=text)
    except (ValueError, RecursionError):
        return
    assert theirs.packet_type != EVENT or not is_event(theirs.data)


def digits_of(text: str) -> str:
    """Return the number under which a client waits for the answer."""
    rest = text[1:].partition(",")[2] if text[1:2] == "/" else text[1:]
    return "".join(takewhile(lambda sign: sign in "0123456789", rest))


def is_event(data: Any) -> bool:
    """Tell whether these are a name and what comes with it."""
    return isinstance(data, list) and bool(data) and isinstance(data[0], str)


SEEDS = [
    text.encode()
    for text in (
        "0",
        '0{"token":"x"}',
        "0/admin,",
        "0/a?b=c,{}",
        "1",
        '421["send_message",{"room":7,"text":"olá","n":[1,2.5,-3e2,null,true,false]}]',
        '2["x"]',
        '2/a,12["x","\\ud800\\u0000"]',
        "30[]",
        '31[{"ok":true}]',
        '4{"message":"no"}',
        '51-["x",{"_placeholder":true,"num":0}]',
        "2[NaN,Infinity,18446744073709551616,1e999,-0,-0.0]",
        '2123456789012345678["x"]',
        '2["a",' + "[" * 40 + "]" * 40 + "]",
    )
]
