"""The demo page as one person uses it."""

import json
import os
import re
import shutil
import uuid
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Playwright, WebSocketRoute, expect

PASSWORD = "uma senha comprida"
PATIENCE = 15_000
CHROMIUM_OPTIONS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

expect.set_options(timeout=PATIENCE)


def launch(playwright: Playwright) -> Browser:
    """Start the browser that CHROMIUM names, or the one on PATH, or Playwright's own."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium-headless-shell") or shutil.which("chromium")
    return playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_OPTIONS)


def open_page(browser: Browser, url: str, **options: Any) -> "DemoPage":
    """Open the demo page in a browser profile of its own."""
    return DemoPage(browser.new_context(**({"locale": "pt-BR"} | options)), url)


class DemoPage:
    """One tab, and everything that went wrong in it."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.context = context
        self.url = url
        self.page = context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.complaints: list[str] = []
        self.hosts: set[str] = set()
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))
        self.page.on("websocket", lambda socket: self.hosts.add(urlsplit(socket.url).netloc))
        self.page.goto(f"{url}/demo")
        self.username = ""

    def _hear(self, message: ConsoleMessage) -> None:
        # A server that is away and a session that has ended are what some tests are about; of them, and of the
        # answer 401, the browser complains by itself.
        expected = "ERR_CONNECTION_REFUSED" in message.text or "status of 401" in message.text
        if message.type in {"error", "warning"} and not expected:
            self.complaints.append(message.text)

    def register(self, name: str, username: str | None = None) -> "DemoPage":
        """Create an account under a new username and see the chats."""
        self.username = username or f"{name.split(maxsplit=1)[0].lower()}.{uuid.uuid4().hex[:8]}"
        form = self.page.locator("#login")
        form.get_by_role("button", name="Criar conta").first.click()
        form.get_by_label("Usuário").fill(self.username)
        form.get_by_label("Seu nome").fill(name)
        form.get_by_label("Senha").fill(PASSWORD)
        form.get_by_label("Senha").press("Enter")
        expect(self.page.get_by_role("button", name="Nova conversa")).to_be_visible()
        return self

    def log_in(self, username: str, password: str = PASSWORD) -> None:
        """Fill in the log-in form and send it."""
        form = self.page.locator("#login")
        form.get_by_label("Usuário").fill(username)
        form.get_by_label("Senha").fill(password)
        form.get_by_label("Senha").press("Enter")

    def hold_answers(self, request: str) -> list[Callable[[], None]]:
        """Come back by a connection on which the answers to a request are late, and return what lets each go."""
        late: list[Callable[[], None]] = []

        def pass_on(client: WebSocketRoute) -> None:
            server = client.connect_to_server()
            asked: set[str] = set()

            def ask(packet: str | bytes) -> None:
                if f'["{request}"' in str(packet):
                    asked.add(str(packet).partition("[")[0].removeprefix("42"))
                server.send(packet)

            def answer(packet: str | bytes) -> None:
                kind_and_ack = str(packet).partition("[")[0]
                if kind_and_ack.startswith("43") and kind_and_ack.removeprefix("43") in asked:
                    late.append(partial(client.send, packet))
                else:
                    client.send(packet)

            client.on_message(ask)
            server.on_message(answer)

        self.page.route_web_socket(re.compile("/socket.io/"), pass_on)
        self.page.reload()
        return late

    @property
    def dialog(self) -> Locator:
        """The dialog that is open."""
        return self.page.get_by_role("dialog")

    def create(self, name: str, *members: "DemoPage", public: bool = False) -> None:
        """Create a group with these members."""
        self.page.get_by_role("button", name="Nova conversa").click()
        self.dialog.get_by_label("Nome da conversa").fill(name)
        self.dialog.get_by_label("Com quem").fill(", ".join(member.username for member in members))
        if public:
            self.dialog.get_by_label("Qualquer pessoa").check()
        self.dialog.get_by_role("button", name="Criar").click()
        expect(self.page.locator("#room-name")).to_have_text(name)

    def open(self, name: str) -> None:
        """Open a chat of the list."""
        self.page.locator("#rooms button", has_text=name).click()

    def say(self, *texts: str) -> None:
        """Write messages into the chat that is open."""
        box = self.page.get_by_label("Escreva uma mensagem")
        for text in texts:
            box.fill(text)
            box.press("Enter")

    def ask_all(self, question: str, *options: str, **switches: bool) -> None:
        """Make a poll in the chat that is open, with these boxes ticked."""
        self.page.get_by_role("button", name="Enquete").click()
        self.dialog.get_by_label("Pergunta").fill(question)
        for number, option in enumerate(options, 1):
            self.dialog.get_by_label(f"Opção {number}", exact=True).fill(option)
        for name in switches:
            self.dialog.get_by_label(name).check()
        self.dialog.get_by_role("button", name="Perguntar").click()

    def option(self, text: str) -> Locator:
        """The option of a poll with that text."""
        return self.page.locator("#log .option", has_text=text)

    def choose(self, text: str, offer: str) -> None:
        """Choose something from the menu of the message with that text."""
        bubble = self.page.locator("#log .bubble", has=self.page.locator(".text", has_text=text)).last
        bubble.hover()
        bubble.get_by_role("button", name="O que fazer com esta mensagem").click()
        self.page.locator("#menu").get_by_role("button", name=offer, exact=True).click()

    def open_details(self) -> Locator:
        """Open the dialog about the chat that is open."""
        self.page.locator("#details-open").click()
        return self.page.locator("#details")

    @property
    def texts(self) -> Locator:
        """The texts of the chat that is open, in order."""
        return self.page.locator("#log .bubble .text")

    def frames(self, kind: str, name: str) -> Locator:
        """The rows of the protocol panel of that kind and name."""
        return self.page.locator(f".frame.k-{kind}", has=self.page.get_by_text(name, exact=True))

    def cut(self) -> None:
        """Go offline by the page's own button, or back."""
        self.page.locator("#cut-line").click()

    def stored(self) -> dict[str, Any]:
        """Return what the browser keeps, by key."""
        kept: dict[str, str] = self.page.evaluate("({...localStorage})")
        return {key: json.loads(value) for key, value in kept.items() if key != "sopapo.language"}

    def close(self) -> None:
        """Close the tab."""
        self.context.close()
