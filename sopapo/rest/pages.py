"""The pages: the demo, the one to try the API, and the document that it is made from."""

import base64
import hashlib
import re
from functools import cache
from pathlib import Path

import orjson
from flask import Blueprint, Response, abort, redirect, send_file, url_for
from werkzeug.wrappers import Response as BaseResponse

from sopapo.rest.door import API, routes
from sopapo.rest.openapi import document

HERE = Path(__file__).parent
DEMO = HERE.parent / "demo"
PAGE = HERE / "page"
DEMO_SCRIPTS = frozenset(DEMO.glob("*.js"))
INLINE_STYLE = re.compile(rb"<style>(.*?)</style>", re.DOTALL)

pages = Blueprint("pages", __name__)


@pages.get("/")
def home() -> BaseResponse:
    """Lead to the demo."""
    return redirect("/demo")


@pages.get("/demo")
def demo() -> Response:
    """Serve the demo page."""
    return page(DEMO / "demo.html")


@pages.get("/demo/<name>.js")
def demo_script(name: str) -> Response:
    """Serve one of the scripts of the demo page."""
    path = DEMO / f"{name}.js"
    return script(path) if path in DEMO_SCRIPTS else abort(404)


@pages.get("/invite/<code>")
def invite(code: str) -> BaseResponse:
    """Lead whoever was sent an invite to the demo, which uses it."""
    return redirect(url_for("pages.demo", invite=code))


@pages.get("/api/docs")
def docs() -> Response:
    """Serve the page to try the API."""
    return page(PAGE / "docs.html")


@pages.get("/api/docs.js")
def docs_script() -> Response:
    """Serve the script of the page to try the API."""
    return script(PAGE / "docs.js")


@pages.get(f"{API}/openapi.json")
def openapi() -> Response:
    """Serve the description of the API."""
    return Response(written_document(), content_type="application/json")


@cache
def written_document() -> bytes:
    """Return the description of the API, which is the same for the life of the process."""
    return orjson.dumps(document(routes))


def page(path: Path) -> Response:
    """Serve a page that may load only what is served from here, and its own inline style."""
    response = send_file(path, mimetype="text/html", conditional=True)
    styles = " ".join(sorted(style_hashes(path)))
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; script-src 'self'; style-src 'self' {styles}; img-src 'self' data: blob:; "
        "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
    response.headers["Cache-Control"] = "no-cache"
    return response


def script(path: Path) -> Response:
    """Serve a script; browsers ask each time whether it has changed."""
    response = send_file(path, mimetype="text/javascript", conditional=True)
    response.headers["Cache-Control"] = "no-cache"
    return response


def style_hashes(path: Path) -> set[str]:
    """Return how the policy of a page names its inline styles."""
    styles = INLINE_STYLE.findall(path.read_bytes())
    return {f"'sha256-{base64.b64encode(hashlib.sha256(style).digest()).decode()}'" for style in styles}
