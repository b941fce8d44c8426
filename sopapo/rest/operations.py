"""One route as OpenAPI describes it: where its fields come from, and what it answers."""

import re
from http import HTTPStatus
from typing import Any

from sopapo.chat.files import THUMBNAIL, Opened
from sopapo.rest.door import Route
from sopapo.rest.examples import EXAMPLES
from sopapo.rest.parsing import JSON_TYPE, without_null
from sopapo.rest.problems import PROBLEM_TYPE

Json = dict[str, Any]
IN_PATH = re.compile(r"{(\w+)}")
REFERENCE = "#/components/schemas/{model}"

REFUSALS = {
    "400": "The body is no JSON.",
    "401": "Nobody, or a token that does not hold.",
    "403": "Somebody, but not one who may do that.",
    "404": "Not there, or not to be seen by the caller.",
    "409": "The state of things does not allow it.",
    "410": "It was there, and is over.",
    "413": "The body, or the file, is too large.",
    "422": "The request makes no sense; `field` says where.",
    "429": "Too often; `retry_after` says how long to wait.",
    "500": "A bug of ours.",
    "503": "The database or the storage is away; nothing was stored, try again.",
}

OF_FILES = {"Range": "The part of the file that is wanted.", "If-None-Match": "What the client has already."}
FORM = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "properties": {"file": {"type": "string", "contentMediaType": "application/octet-stream"}},
                "additionalProperties": False,
                "required": ["file"],
            }
        }
    },
}


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
        parameters += [header(name, about) for name, about in OF_FILES.items() if route.result is Opened]
    elif route.form:
        described["requestBody"] = FORM
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


def header(name: str, about: str) -> Json:
    """Describe a header that may come with a request."""
    return {"name": name, "in": "header", "description": about, "schema": {"type": "string"}}


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
    if result is Opened:
        return file_answers(THUMBNAIL if route.path.endswith("/thumbnail") else "*/*")
    schema = {"$ref": REFERENCE.format(model=result.__name__)} if result else {"type": "object", "maxProperties": 0}
    answer = {
        "description": first_line(result.__doc__) if result else "Done.",
        "content": {JSON_TYPE: {"schema": schema}},
    }
    described = {str(status.value): answer}
    if result and "duplicate" in result.__annotations__:
        described[str(HTTPStatus.OK.value)] = answer | {"description": "It had been sent before."}
    return described


def file_answers(mime: str) -> Json:
    """Describe what a request for a file answers: all of it, a range, or that the client has it."""
    content: Json = {mime: {"schema": {}}}
    return {
        "200": {"description": "The file.", "content": content},
        "206": {"description": "The range that was asked for.", "content": content},
        "304": {"description": "It is what the client has already."},
        "416": refusal("The range begins behind the end of the file."),
    }


def refusal(about: str) -> Json:
    """Describe a response that is a problem document."""
    schema = {"$ref": REFERENCE.format(model="ProblemDocument")}
    retry = {"description": "Seconds to wait before another try.", "schema": {"type": "integer"}}
    return {"description": about, "headers": {"Retry-After": retry}, "content": {PROBLEM_TYPE: {"schema": schema}}}


def refusals(route: Route) -> Json:
    """Name the refusals that a route knows."""
    left_out = {"400", "413"} if route.method == "GET" else set()
    return {status: {"$ref": f"#/components/responses/{status}"} for status in REFUSALS if status not in left_out}


def first_line(text: str | None) -> str:
    """Return the sentence at the head of a docstring."""
    return (text or "").strip().partition("\n")[0]
