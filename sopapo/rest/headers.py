"""What every response says to browsers: what a page may load, who may read the API, and what may be kept."""

from flask import Flask, Response, request

from sopapo.config import Settings
from sopapo.rest.door import routes

COMMON = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}
NOTHING_AT_ALL = "default-src 'none'; frame-ancestors 'none'"
REQUEST_HEADERS = "Authorization, Content-Type, Range, If-Range, If-None-Match"
RESPONSE_HEADERS = "Retry-After, WWW-Authenticate, Content-Disposition, Content-Range, ETag"
PREFLIGHT_SECONDS = "600"


def guard(app: Flask) -> None:
    """Put the headers onto every response of the application."""
    settings: Settings = app.extensions["sopapo.settings"]

    @app.after_request
    def add_headers(response: Response) -> Response:
        for name, value in COMMON.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Content-Security-Policy", NOTHING_AT_ALL)
        if request.path.startswith("/api/"):
            response.headers.setdefault("Cache-Control", "no-store")
            share(response, settings.allowed_origins)
        if request.method == "OPTIONS":
            response.headers.remove("Content-Type")
        return response


def share(response: Response, origins: tuple[str, ...]) -> None:
    """Let the pages of these origins read the API; tokens travel in a header, so cookies are never asked for."""
    if not origins:
        return
    response.vary.add("Origin")
    origin = request.headers.get("Origin")
    if origin is None or not ("*" in origins or origin in origins):
        return
    response.headers["Access-Control-Allow-Origin"] = origin
    response.headers["Access-Control-Expose-Headers"] = RESPONSE_HEADERS
    if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
        response.headers["Access-Control-Allow-Methods"] = ", ".join(sorted({each.method for each in routes}))
        response.headers["Access-Control-Allow-Headers"] = REQUEST_HEADERS
        response.headers["Access-Control-Max-Age"] = PREFLIGHT_SECONDS
