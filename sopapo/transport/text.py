"""JSON as it crosses the wire: orjson, and the standard library for what orjson refuses."""

import json

import orjson


def dumps(value: object, **_options: object) -> str:
    """Write a value compactly; raises TypeError, ValueError or RecursionError for what is no JSON."""
    try:
        return orjson.dumps(value).decode()
    except orjson.JSONEncodeError:
        return json.dumps(value, separators=(",", ":"))


def loads(text: str, **_options: object) -> object:
    """Read a value, lone surrogates and NaN included; raises ValueError for what is no JSON or nested too deep."""
    try:
        value: object = orjson.loads(text)
    except orjson.JSONDecodeError:
        try:
            value = json.loads(text)
        except RecursionError as error:
            raise ValueError("nested too deep") from error
    return value
