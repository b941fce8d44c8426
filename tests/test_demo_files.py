"""Files on the demo page: attaching, showing and saving them, and pictures of people and rooms."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, FilePayload, expect

from tests.support.demo_page import DemoPage, open_page
from tests.support.files import jpeg, png
from tests.support.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.only_on("sqlite")]


@pytest.fixture
def pair(browser: Browser, server: Server) -> Iterator[tuple[DemoPage, DemoPage]]:
    """Two people who are in one group, and whose pages complain of nothing."""
    ana, bia = (open_page(browser, server.url).register(name) for name in ("Ana Souza", "Bia Lima"))
    ana.create("Praia", bia)
    bia.open("Praia")
    yield ana, bia
    complaints = ana.complaints + bia.complaints
    for page in (ana, bia):
        page.close()
    assert complaints == []


def pick(page: DemoPage, where: str, *files: tuple[str, str, bytes]) -> None:
    """Choose files in the file dialog of the browser."""
    chosen = [FilePayload(name=name, mimeType=mime, buffer=content) for name, mime, content in files]
    page.page.locator(where).set_input_files(chosen)


def is_loaded(image: Any) -> None:
    """Hold that an image is really shown."""
    expect(image).to_have_attribute("src", re.compile("^blob:"))
    expect(image).to_be_visible()
    image.evaluate("(image) => image.decode()")
    assert image.evaluate("(image) => image.naturalWidth") > 0


def test_a_picture_and_a_paper_are_sent_shown_and_saved(pair: tuple[DemoPage, DemoPage], tmp_path: Path) -> None:
    ana, bia = pair
    pick(ana, "#attach-input", ("mar.jpg", "image/jpeg", jpeg(800, 600)), ("roteiro.txt", "text/plain", b"praia"))
    expect(ana.page.locator(".attached")).to_have_count(2)
    ana.say("Olha só!")
    bubble = bia.page.locator("#log .bubble", has_text="Olha só!")
    is_loaded(bubble.locator(".picture img"))
    expect(bubble.get_by_role("button", name="Salvar roteiro.txt")).to_be_visible()
    with bia.page.expect_download() as saved:
        bubble.get_by_role("button", name="Salvar roteiro.txt").click()
    saved.value.save_as(tmp_path / "roteiro.txt")
    assert saved.value.suggested_filename == "roteiro.txt"
    assert (tmp_path / "roteiro.txt").read_bytes() == b"praia"
    bubble.get_by_role("button", name="Abrir a foto").click()
    is_loaded(bia.page.locator("#viewer img"))
    expect(bia.dialog).to_contain_text("mar.jpg")
    bia.dialog.get_by_role("button", name="Fechar").click()
    expect(ana.page.locator(".attached")).to_have_count(0)
    assert "token" not in "".join(str(frame) for frame in bia.page.locator(".frame.k-rest").all_inner_texts()).lower()


def test_a_picture_needs_no_words_and_what_is_taken_off_is_not_sent(pair: tuple[DemoPage, DemoPage]) -> None:
    ana, bia = pair
    pick(ana, "#attach-input", ("a.png", "image/png", png()), ("b.txt", "text/plain", b"b"))
    ana.page.get_by_role("button", name="Não enviar b.txt").click()
    ana.page.get_by_label("Escreva uma mensagem").press("Enter")
    is_loaded(bia.page.locator("#log .bubble .picture img"))
    expect(bia.page.locator("#log .bubble .file")).to_have_count(0)
    expect(bia.page.locator("#rooms button")).to_contain_text("Foto")


def test_words_beside_a_file_are_edited_away_and_others_are_not(pair: tuple[DemoPage, DemoPage]) -> None:
    ana, bia = pair
    pick(ana, "#attach-input", ("a.txt", "text/plain", b"a"))
    ana.say("Legenda", "oi")
    ana.choose("Legenda", "Editar")
    written = ana.page.get_by_label("Escreva uma mensagem")
    written.fill("")
    written.press("Enter")
    expect(bia.texts).to_have_text(["oi"])
    expect(bia.page.locator("#log .bubble .file")).to_be_visible()
    expect(ana.page.locator("#context")).to_be_hidden()
    ana.choose("oi", "Editar")
    written.fill(" ")
    written.press("Enter")
    expect(ana.page.locator("#context")).to_be_visible()
    assert ana.page.locator(".frame", has_text="edit_message").count() == 2
    expect(bia.texts).to_have_text(["oi"])


def test_what_chats_hold_is_found_without_words(pair: tuple[DemoPage, DemoPage]) -> None:
    ana, bia = pair
    ana.say("Veja https://example.org", "oi")
    for file in (("mar.png", "image/png", png()), ("roteiro.txt", "text/plain", b"praia")):
        pick(ana, "#attach-input", file)
        ana.page.get_by_label("Escreva uma mensagem").press("Enter")
        expect(ana.page.locator(".attached")).to_have_count(0)
    expect(bia.page.locator("#log .bubble .file")).to_be_visible()
    kinds, found = bia.page.get_by_label("O que as mensagens trazem"), bia.page.locator("#found button")
    kinds.select_option(label="Fotos")
    expect(found).to_have_count(1)
    expect(found).to_contain_text("Foto")
    kinds.select_option(label="Links")
    expect(found).to_contain_text("Veja https://example.org")
    kinds.select_option(label="Arquivos")
    expect(found).to_have_count(2)
    found.first.click()
    expect(bia.page.locator(".bubble.found .file")).to_contain_text("roteiro.txt")
    kinds.select_option(label="Tudo")
    expect(bia.page.locator("#found")).to_be_hidden()


def test_a_file_that_is_refused_is_told_and_not_sent(pair: tuple[DemoPage, DemoPage]) -> None:
    ana, _ = pair
    ana.complaints = []
    pick(ana, "#attach-input", ("vazio.txt", "text/plain", b""))
    expect(ana.page.locator("#toast")).to_contain_text("vazio.txt")
    expect(ana.page.locator(".attached")).to_have_count(0)
    ana.complaints = [each for each in ana.complaints if "status of 422" not in each]


def test_what_is_dropped_or_pasted_is_attached(pair: tuple[DemoPage, DemoPage]) -> None:
    ana, _ = pair
    for place, event in (
        ("#log", "DragEvent('drop', {dataTransfer:"),
        ("#composer textarea", "ClipboardEvent('paste', {clipboardData:"),
    ):
        ana.page.locator(place).evaluate(
            "(node) => { const data = new DataTransfer(); data.items.add(new File(['oi'], 'oi.txt'));"
            f"node.dispatchEvent(new {event} data, bubbles: true, cancelable: true}})); }}"
        )
    expect(ana.page.locator(".attached")).to_have_count(2)


def test_people_and_rooms_picture_themselves(pair: tuple[DemoPage, DemoPage]) -> None:
    ana, bia = pair
    ana.page.get_by_role("button", name="Seu perfil").click()
    pick(ana, "#my-picture-input", ("eu.png", "image/png", png(200, 200)))
    is_loaded(ana.page.locator("#my-face img"))
    ana.dialog.get_by_role("button", name="Cancelar").click()
    details = ana.open_details()
    pick(ana, "#room-picture-input", ("praia.jpg", "image/jpeg", jpeg()))
    is_loaded(bia.page.locator("#room-face img"))
    is_loaded(bia.page.locator("#rooms button img"))
    pick(ana, "#room-picture-input", ("praia.txt", "text/plain", b"nada"))
    expect(details).to_contain_text("Escolha uma imagem.")
