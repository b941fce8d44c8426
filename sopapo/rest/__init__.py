"""The HTTP door: one function a route, by noun, and what is served beside the API."""

from flask import Flask

from sopapo.rest import (
    accounts,
    files,
    invites,
    marks,
    members,
    messages,
    moderation,
    people,
    polls,
    presence,
    reports,
    rooms,
    scheduled,
    search,
    sync,
)
from sopapo.rest.door import mount
from sopapo.rest.figures import figures, init_figures
from sopapo.rest.headers import guard
from sopapo.rest.pages import pages
from sopapo.rest.parsing import MAX_BODY_ESCAPED
from sopapo.rest.problems import answer_error
from sopapo.rest.signs import init_signs, signs

__all__ = [
    "accounts",
    "files",
    "init_app",
    "invites",
    "marks",
    "members",
    "messages",
    "moderation",
    "people",
    "polls",
    "presence",
    "reports",
    "rooms",
    "scheduled",
    "search",
    "sync",
]


def init_app(app: Flask) -> None:
    """Give an application, whose transport is there already, its routes."""
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_ESCAPED
    app.url_map.merge_slashes = False
    app.register_error_handler(Exception, answer_error)
    mount(app)
    for blueprint in (pages, signs, figures):
        app.register_blueprint(blueprint)
    init_signs(app)
    init_figures(app)
    guard(app)
