"""The OpenAPI 3.1 document, made from the routes and the schemas: what is served is what is described."""

from collections.abc import Iterable, Sequence
from typing import Any, Literal

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from sopapo.chat.files import Opened
from sopapo.rest.door import API, Route
from sopapo.rest.operations import REFERENCE, REFUSALS, Json, first_line, operation, refusal
from sopapo.rest.problems import ProblemDocument, codes

Adapter = tuple[str, Literal["validation"], TypeAdapter[Any]]

ABOUT = """\
The HTTP door of SóPapo: the same acts as the requests on Socket.IO, with the same fields and results.

Log in, then send the access token as `Authorization: Bearer TOKEN`. Every error is a problem document (RFC 9457)
whose `code` says what to do about it; `field` names the field to blame, `retry_after` the seconds to wait.
"""
NOUNS = [
    "accounts",
    "people",
    "presence",
    "reports",
    "moderation",
    "rooms",
    "members",
    "invites",
    "messages",
    "polls",
    "files",
    "marks",
    "scheduled",
    "search",
    "sync",
]


class Untitled(GenerateJsonSchema):
    """Names no field twice."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002
        """Leave out a title that only repeats the name."""
        return False


def document(routes: Sequence[Route]) -> Json:
    """Return the document that describes these routes."""
    schemas, definitions = schemas_of(routes)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "SóPapo",
            "version": "1",
            "description": ABOUT,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": API}],
        "security": [{"token": []}],
        "tags": tags(routes),
        "paths": paths(routes, schemas),
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
            "responses": {status: refusal(about) for status, about in REFUSALS.items()},
            "schemas": with_codes(definitions),
        },
    }


def schemas_of(routes: Iterable[Route]) -> tuple[dict[str, Json], Json]:
    """Return the schema of each route's request by the route's name, and those that results are made of."""
    requests = {each.name: each.schema for each in routes}
    shaped = (each.result for each in routes if each.result not in {None, Opened})
    results = {result.__name__: result for result in shaped} | {"Problem": ProblemDocument}
    adapters: list[Adapter] = [(name, "validation", TypeAdapter(kind)) for name, kind in (requests | results).items()]
    found, rest = TypeAdapter.json_schemas(adapters, ref_template=REFERENCE, schema_generator=Untitled)
    definitions = rest["$defs"]
    names = {name: found[name, "validation"]["$ref"].rpartition("/")[2] for name in requests}
    taken = {name: definitions[model] for name, model in names.items()}
    return taken, {name: schema for name, schema in definitions.items() if name not in names.values()}


def with_codes(definitions: Json) -> Json:
    """Say which codes an error can have."""
    definitions["ProblemDocument"]["properties"]["code"]["enum"] = sorted(set(codes()))
    return definitions


def tags(routes: Iterable[Route]) -> list[Json]:
    """Return the nouns, each with what its file says of itself."""
    about = {each.noun: first_line(each.function.__globals__["__doc__"]) for each in routes}
    return [{"name": noun, "description": about[noun]} for noun in sorted(about, key=NOUNS.index)]


def paths(routes: Iterable[Route], schemas: dict[str, Json]) -> Json:
    """Return the operations by path and method."""
    found: dict[str, Json] = {}
    for each in routes:
        found.setdefault(each.path, {})[each.method.lower()] = operation(each, schemas[each.name])
    return found
