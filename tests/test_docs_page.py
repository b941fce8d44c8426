"""The page to try the API, in a real browser: it works under its policy, and asks nobody but this server."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.conftest import MakeUser
from tests.support.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.only_on("sqlite")]


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    """The page, which must neither complain nor ask anybody else."""
    complaints: list[str] = []
    asked: list[str] = []
    page = browser.new_page()
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{server.url}/api/docs")
    yield page
    page.close()
    assert complaints == []
    assert [url for url in asked if not url.startswith((server.url, "data:", "blob:"))] == []


def test_a_request_can_be_tried_with_its_example_and_a_token(page: Page, make_user: MakeUser) -> None:
    ana = make_user()
    page.get_by_role("button", name="Authorize").click()
    page.locator(".auth-container input").fill(ana.token or "")
    page.locator(".auth-btn-wrapper button[type=submit]").click()
    page.locator(".auth-btn-wrapper .btn-done").click()
    operation = page.locator("#operations-rooms-create_room")
    operation.locator(".opblock-summary-control").click()
    operation.get_by_role("button", name="Execute").click()
    expect(operation.locator(".live-responses-table tbody td.response-col_status").first).to_contain_text("201")
    assert [room["name"] for room in ana.rest.get("/rooms")["rooms"] if room["created_by"] == ana.id] == ["Churrasco"]
