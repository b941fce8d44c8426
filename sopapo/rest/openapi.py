"""The OpenAPI 3.1 document, made from the routes and the schemas: what is served is what is described."""

import re
from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Any, Literal

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from sopapo.rest.door import API, Route
from sopapo.rest.examples import EXAMPLES
from sopapo.rest.parsing import JSON_TYPE, without_null
from sopapo.rest.problems import PROBLEM_TYPE, ProblemDocument, codes

Json = dict[str, Any]
Adapter = tuple[str, Literal["validation"], TypeAdapter[Any]]
IN_PATH = re.compile(r"{(\w+)}")
REFERENCE = "#/components/schemas/{model}"

ABOUT = """\
The HTTP door of SóPapo: the same acts as the requests on Socket.IO, with the same fields and results.

Log in, then send the access token as `Authorization: Bearer TOKEN`. Every error is a problem document (RFC 9457)
whose `code` says what to do about it; `field` names the field to blame, `retry_after` the seconds to wait.
"""
NOUNS = ["accounts", "people", "rooms", "members", "messages", "sync"]
REFUSALS = {
    "400": "The body is no JSON.",
    "401": "Nobody, or a token that does not hold.",
    "403": "Somebody, but not one who may do that.",
    "404": "Not there, or not to be seen by the caller.",
    "409": "The state of things does not allow it.",
    "413": "The body is too large.",
    "422": "The request makes no sense; `field` says where.",
    "429": "Too often; `retry_after` says how long to wait.",
    "500": "A bug of ours.",
    "503": "The database is away; nothing was stored, try again.",
}


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
    results = {each.result.__name__: each.result for each in routes if each.result} | {"Problem": ProblemDocument}
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


def operation(route: Route, schema: Json) -> Json:
    """Describe one route."""
    in_path = set(IN_PATH.findall(route.path))
    described: Json = {
        "operationId": route.name,
        "tags": [route.noun],
        "summary": first_line(route.function.__doc__),
        "responses": success(route) | refusals(route),
    }
    properties = schema.get("properties", {})
    parameters = [parameter(name, properties[name], "path") for name in properties if name in in_path]
    if route.method == "GET":
        parameters += [parameter(name, field, "query") for name, field in properties.items() if name not in in_path]
    elif body := body_schema(route, schema, in_path):
        described["requestBody"] = body
    if parameters:
        described["parameters"] = parameters
    if route.strangers:
        described["security"] = []
    return described


def parameter(name: str, field: Json, place: str) -> Json:
    """Describe a field that comes in the path or the query."""
    described = {"name": name, "in": place, "required": place == "path", "schema": without_null(field)}
    return described | {"style": "form", "explode": False} if field.get("type") == "array" else described


def body_schema(route: Route, schema: Json, in_path: set[str]) -> Json | None:
    """Describe the body: the fields that are not in the path; a change has no defaults."""
    fields = {name: field for name, field in schema.get("properties", {}).items() if name not in in_path}
    if not fields:
        return None
    if route.method == "PATCH":
        fields = {name: without_default(field) for name, field in fields.items()}
    required = [name for name in schema.get("required", ()) if name not in in_path]
    body: Json = {"type": "object", "properties": fields, "additionalProperties": False}
    if required:
        body["required"] = required
    content: Json = {"schema": body, "example": EXAMPLES[route.name]}
    return {"required": bool(required), "content": {JSON_TYPE: content}}


def without_default(field: Json) -> Json:
    """Return a field that is left as it is when it is not given."""
    return {name: value for name, value in field.items() if name != "default"}


def success(route: Route) -> Json:
    """Describe what a success answers."""
    status = HTTPStatus(route.status)
    if status == HTTPStatus.NO_CONTENT:
        return {str(status.value): {"description": "Done."}}
    result = route.result
    schema = {"$ref": REFERENCE.format(model=result.__name__)} if result else {"type": "object", "maxProperties": 0}
    answer = {
        "description": first_line(result.__doc__) if result else "Done.",
        "content": {JSON_TYPE: {"schema": schema}},
    }
    described = {str(status.value): answer}
    if result and "duplicate" in result.__annotations__:
        described[str(HTTPStatus.OK.value)] = answer | {"description": "It had been sent before."}
    return described


def refusals(route: Route) -> Json:
    """Name the refusals that a route knows."""
    left_out = {"400", "413"} if route.method == "GET" else set()
    return {status: {"$ref": f"#/components/responses/{status}"} for status in REFUSALS if status not in left_out}


def refusal(about: str) -> Json:
    """Describe a response that is a problem document."""
    schema = {"$ref": REFERENCE.format(model="ProblemDocument")}
    retry = {"description": "Seconds to wait before another try.", "schema": {"type": "integer"}}
    return {"description": about, "headers": {"Retry-After": retry}, "content": {PROBLEM_TYPE: {"schema": schema}}}


def first_line(text: str | None) -> str:
    """Return the sentence at the head of a docstring."""
    return (text or "").strip().partition("\n")[0]
