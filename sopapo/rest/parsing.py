"""A request out of what HTTP brings: the path, the query of a GET, the JSON body of the others."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, NoReturn, TypeVar

import orjson
from flask import request

from sopapo.errors import Invalid, NotJson, TooLarge, Unauthenticated
from sopapo.schemas.fields import Request
from sopapo.transport.text import dumps

JSON_TYPE = "application/json"
MAX_BODY = 65_536
# The longest text, 10,000 code points, takes 120 kB where a client writes all but ASCII as escapes.
MAX_BODY_ESCAPED = 262_144
INTEGER = re.compile(r"-?[0-9]{1,19}")

Schema = TypeVar("Schema", bound=Request)


def bearer() -> str:
    """Return the access token that came with the request. Raises Unauthenticated."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated("send an access token, as in `Authorization: Bearer TOKEN`")
    return token.strip()


def parse(schema: type[Schema], path: dict[str, str]) -> Schema:
    """Return the request that came. Raises Invalid, NotJson, ValidationError or what werkzeug raises."""
    fields = query_fields(schema) if request.method in {"GET", "HEAD"} else body_fields()
    for name in path.keys() & fields.keys():
        raise Invalid("the path says it", name)
    return schema.model_validate({**fields, **path_fields(schema, path)})


def path_fields(schema: type[Request], path: dict[str, str]) -> dict[str, Any]:
    """Return what the path says, each value of the type that the schema asks for."""
    kinds = kinds_of(schema) if path else {}
    return {name: value_of(name, [value], kinds.get(name)) for name, value in path.items()}


def body_fields() -> dict[str, Any]:
    """Return the object in the body; no body, or null, is taken as `{}`."""
    refuse_query()
    raw = read_body()
    if not raw:
        return {}
    if request.mimetype != JSON_TYPE:
        raise NotJson("send JSON, and say so: `Content-Type: application/json`")
    fields = read_json(raw)
    if len(raw) > MAX_BODY and len(dumps(fields).encode()) > MAX_BODY:
        raise TooLarge("the body is too large")
    if fields is None:
        return {}
    if not isinstance(fields, dict):
        raise Invalid("a request is an object")
    return fields


def refuse_query() -> None:
    """Raise Invalid where a request that has a body has fields in its address too."""
    for name in request.args:
        raise Invalid("fields of this request go into its body", name)


def is_chunked() -> bool:
    """Tell whether the end of the body is told by its chunks rather than by its length. Raises NotJson."""
    match request.headers.get("Transfer-Encoding", "").lower():
        case "":
            return False
        case "chunked":
            return True
    raise NotJson("the body is encoded in a way that is not taken")


def read_body() -> bytes:
    """Return the body. Raises TooLarge and NotJson."""
    return read_chunks() if is_chunked() else request.get_data(cache=False)


def read_chunks() -> bytes:
    """Return a body that comes in chunks, which werkzeug would cut off silently at its bound."""
    with whole():
        raw: bytes = request.environ["wsgi.input"].read(MAX_BODY_ESCAPED + 1)
    if len(raw) > MAX_BODY_ESCAPED:
        raise TooLarge("the body is too large")
    return raw


@contextmanager
def whole() -> Iterator[None]:
    """Raise NotJson where a body that is read in the block breaks off."""
    try:
        yield
    except (OSError, ValueError):
        raise NotJson("the body did not come whole") from None


def read_json(raw: bytes) -> object:
    """Read a body; what only the standard library reads are lone surrogates, so that their field can be named."""
    try:
        value: object = orjson.loads(raw)
    except orjson.JSONDecodeError:
        try:
            value = json.loads(raw.decode(), parse_constant=refuse_constant)
        except (ValueError, RecursionError):
            raise NotJson("the body is no JSON") from None
    return value


def refuse_constant(name: str) -> NoReturn:
    """Refuse NaN and the infinities, which JSON does not have."""
    raise ValueError(name)


def query_fields(schema: type[Request]) -> dict[str, Any]:
    """Return the query by name, each value of the type that the schema asks for, where it can be read as such."""
    kinds = kinds_of(schema)
    return {name: value_of(name, values, kinds.get(name)) for name, values in request.args.lists()}


def value_of(name: str, values: list[str], kind: str | None) -> Any:
    """Read one parameter; a list has commas between its items, or comes as several. Raises Invalid."""
    if kind == "array":
        joined = ",".join(values)
        return joined.split(",") if joined else []
    if len(values) > 1:
        raise Invalid("it is given twice", name)
    return int(values[0]) if kind == "integer" and INTEGER.fullmatch(values[0]) else values[0]


@cache
def kinds_of(schema: type[Request]) -> dict[str, str]:
    """Return the JSON type of each field of a schema that may stand in a query."""
    properties = schema.model_json_schema()["properties"]
    return {name: str(without_null(field).get("type")) for name, field in properties.items()}


def without_null(field: dict[str, Any]) -> dict[str, Any]:
    """Return a field's schema for when it is there: in a query, absence is what null is elsewhere."""
    for variant in field.get("anyOf", ()):
        if variant.get("type") != "null":
            return dict(variant)
    return {name: value for name, value in field.items() if name != "default" or value is not None}
