"""Takes the picture of the demo page for the README: python -m scripts.screenshot [FILE]."""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, expect, sync_playwright

from tests.support.demo_page import DemoPage, launch, open_page
from tests.support.server import Server

SIZE = {"width": 1280, "height": 800}
TALK = (
    ("ana", "Bom dia! Conseguiu falar com a escola sobre o auditório?"),
    ("caio", "Bom dia, Ana! Falei agora há pouco: sábado é nosso, das 14h às 18h. 🎉"),
    ("ana", "Maravilha! Então já posso avisar o pessoal da roda de leitura."),
    ("caio", "Pode sim. Só pediram pra gente deixar as cadeiras no lugar depois."),
    ("ana", "Combinado. Levo café e bolo de fubá."),
    ("caio", "E eu levo os livros e a caixa de som. 📚"),
)
"""What is said in the picture, by whom."""
ELSEWHERE = {
    "Vizinhos da Rua das Flores": ["A feira de domingo vai ser na praça."],
    "Receitas de família": ["Achei o caderno da vó!", "Já mando a do pão de queijo 😋"],
}
"""What one of them has not read yet."""


def talk(browser: Browser, url: str) -> DemoPage:
    """Let two people talk, and return what one of them sees."""
    people = {
        "ana": open_page(browser, url, viewport=SIZE).register("Ana Beatriz", "ana.beatriz"),
        "caio": open_page(browser, url).register("Caio Ferreira", "caio"),
    }
    ana, caio = people["ana"], people["caio"]
    for room in (*ELSEWHERE, "Roda de leitura"):
        ana.create(room, caio)
    for room, texts in ELSEWHERE.items():
        caio.open(room)
        caio.say(*texts)
    caio.open("Roda de leitura")
    for number, (name, text) in enumerate(TALK, 1):
        people[name].say(text)
        for page in (ana, caio):
            expect(page.texts).to_have_count(number)
    caio.choose("sábado é nosso", "Fixar")
    ana.choose("sábado é nosso", "Reagir com ❤️")
    expect(ana.page.locator("#pinned")).to_be_visible()
    ana.page.mouse.move(0, 0)
    ana.frames("request", "react").last.click()
    return ana


def main() -> None:
    """Start a server of its own, let people talk, and write the picture."""
    target = Path(*sys.argv[1:] or ["docs/demo.png"])
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = Server(Path(folder), None).start()
        browser = launch(playwright)
        ana = talk(browser, server.url)
        ana.page.wait_for_timeout(500)  # until what just came has stopped moving
        ana.page.screenshot(path=target)
        browser.close()
        server.stop()


if __name__ == "__main__":
    main()
