"""People on the demo page, in a real browser: they talk, stay away, come back, and see the protocol at work."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import requests
from playwright.sync_api import Browser, FilePayload, Route, expect

from tests.conftest import MakeServer
from tests.support.demo_page import PASSWORD, DemoPage, open_page
from tests.support.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.only_on("sqlite")]
Visit = Callable[..., DemoPage]


@pytest.fixture
def visit(browser: Browser, server: Server) -> Iterator[Visit]:
    """Open pages that may complain of nothing, and ask nobody but their server."""
    pages: list[DemoPage] = []

    def visit(on: Server = server, beside: DemoPage | None = None, **options: object) -> DemoPage:
        pages.append(DemoPage(beside.context, on.url) if beside else open_page(browser, on.url, **options))
        return pages[-1]

    yield visit
    complaints = [complaint for page in pages for complaint in page.complaints]
    hosts = {host for page in pages for host in page.hosts if host}
    for page in pages:
        page.close()
    assert complaints == []
    assert all(host.startswith("127.0.0.1:") for host in hosts)


def test_what_one_writes_the_other_reads_at_once(visit: Visit) -> None:
    ana, bia = visit().register("Ana Souza"), visit().register("Bia Lima")
    ana.create("Estudos", bia)
    ana.say("Oi, Bia!")
    bia.open("Estudos")
    expect(bia.texts).to_have_text(["Oi, Bia!"])
    bia.say("Oi! Tudo bem?", "Bora estudar?")
    expect(ana.texts).to_have_text(["Oi, Bia!", "Oi! Tudo bem?", "Bora estudar?"])
    expect(bia.page.locator("#log .bubble.mine .stored")).to_have_count(2)
    expect(ana.page.locator("#log .note")).to_have_text("Você criou a conversa")
    expect(bia.page.locator("#log .bubble b")).to_have_text("Ana Souza")


def test_what_is_not_read_yet_is_counted(visit: Visit) -> None:
    ana, bia = visit().register("Ana"), visit().register("Bia")
    ana.create("Estudos", bia)
    ana.say("um", "dois")
    expect(bia.page.locator("#rooms .badge")).to_have_text("2")
    expect(bia.page).to_have_title(re.compile(r"^\(2\) "))
    bia.open("Estudos")
    expect(bia.page.locator("#rooms .badge")).to_have_count(0)
    bia.page.reload()
    expect(bia.page.locator("#rooms button")).to_be_visible()
    expect(bia.page.locator("#rooms .badge")).to_have_count(0)


def test_the_panel_shows_request_answer_and_state(visit: Visit) -> None:
    ana, bia = visit().register("Ana"), visit().register("Bia")
    ana.create("Estudos", bia)
    ana.say("Oi!")
    sent, answered = ana.frames("request", "send_message"), ana.frames("ack", "send_message")
    pushed = bia.frames("state", "message").filter(has_text="Oi!")
    for frame in (sent, answered, pushed):
        expect(frame).to_have_count(1)
    sent.click()
    expect(sent.locator("p")).to_contain_text("repetir nunca duplica")
    expect(sent.locator("pre")).to_contain_text('"client_id": "')
    assert ana.page.evaluate("document.scrollingElement.scrollTop") == 0
    answered.click()
    expect(answered.locator("pre")).to_contain_text('"duplicate": false')
    answered.get_by_role("button", name="Copiar").click()
    ana.page.get_by_label("Escreva uma mensagem").press("Control+v")
    expect(ana.page.get_by_label("Escreva uma mensagem")).to_have_value(re.compile('"duplicate": false'))
    ana.page.get_by_role("button", name="pedidos").click()
    expect(sent).to_be_hidden()
    expect(answered).to_be_visible()
    ana.page.get_by_role("button", name="Limpar").click()
    expect(ana.page.locator(".frame")).to_have_count(0)


def test_the_panel_tells_no_secrets(visit: Visit) -> None:
    ana = visit().register("Ana")
    for frame in (ana.frames("request", "register"), ana.frames("ack", "register")):
        frame.click()
    shown = ana.page.locator("#panel").inner_text()
    (session,) = [value for key, value in ana.stored().items() if key.startswith("sopapo.session.")]
    assert PASSWORD not in shown
    assert session["access_token"] not in shown
    assert session["refresh_token"] not in shown


def test_messages_written_offline_go_out_once_and_in_order_after_the_server_was_killed(
    visit: Visit, make_server: MakeServer
) -> None:
    server = make_server()
    ana, bia = visit(server).register("Ana"), visit(server).register("Bia")
    ana.create("Estudos", bia)
    ana.say("antes")
    bia.open("Estudos")
    expect(bia.texts).to_have_text(["antes"])
    server.kill()
    expect(ana.page.locator("#offline")).to_be_visible()
    ana.say("um", "dois")
    expect(ana.page.get_by_text("esperando")).to_have_count(2)
    server.start()
    for page in (ana, bia):
        expect(page.texts).to_have_text(["antes", "um", "dois"])
    expect(ana.page.get_by_text("esperando")).to_have_count(0)
    assert not [key for key in ana.stored() if key.startswith("sopapo.outbox.")]


def test_what_waits_to_be_sent_survives_a_reload(visit: Visit) -> None:
    ana = visit().register("Ana")
    ana.create("Anotações")
    ana.cut()
    ana.say("não me esqueça")
    expect(ana.page.get_by_text("esperando")).to_have_count(1)
    ana.page.reload()
    ana.open("Anotações")
    expect(ana.texts).to_have_text(["não me esqueça"])
    expect(ana.page.locator("#log .stored")).to_have_count(1)


def test_who_was_away_gets_what_was_missed(visit: Visit) -> None:
    ana, bia = visit().register("Ana"), visit().register("Bia")
    ana.create("Estudos", bia)
    bia.open("Estudos")
    bia.cut()
    ana.say(*(f"mensagem {number}" for number in range(5)))
    expect(ana.page.locator("#log .stored")).to_have_count(5)
    expect(bia.texts).to_have_count(0)
    bia.cut()
    expect(bia.texts).to_have_text([f"mensagem {number}" for number in range(5)])
    assert bia.page.locator("#room-rev").inner_text() == ana.page.locator("#room-rev").inner_text()


def test_a_token_that_is_over_is_renewed_unnoticed(visit: Visit, make_server: MakeServer) -> None:
    ana = visit(make_server(SOPAPO_ACCESS_TOKEN_SECONDS="2")).register("Ana")
    ana.create("Anotações")
    expect(ana.frames("state", "token_expired")).not_to_have_count(0)
    expect(ana.frames("ack", "authenticate")).not_to_have_count(0)
    ana.say("ainda aqui")
    expect(ana.page.locator("#log .stored")).to_have_count(1)
    expect(ana.frames("link", "disconnect")).to_have_count(0)


def test_a_session_that_is_ended_elsewhere_leads_back_to_the_log_in(visit: Visit, server: Server) -> None:
    ana = visit().register("Ana")
    (session,) = [value for key, value in ana.stored().items() if key.startswith("sopapo.session.")]
    headers = {"Authorization": f"Bearer {session['access_token']}"}
    requests.post(f"{server.api}/auth/logout", headers=headers, timeout=10).raise_for_status()
    expect(ana.page.get_by_role("alert").first).to_have_text("Esta sessão foi encerrada. Entre de novo.")
    assert not [key for key in ana.stored() if key.startswith("sopapo.session.")]
    ana.log_in(ana.username, "senha errada")
    expect(ana.page.get_by_role("alert").first).to_have_text("Usuário ou senha não conferem.")
    ana.log_in(ana.username)
    expect(ana.page.locator("#my-name")).to_have_text("Ana")


def test_two_tabs_of_one_person_share_a_session_and_an_outbox(visit: Visit) -> None:
    first = visit().register("Ana")
    second = visit(beside=first)
    second.page.get_by_role("button", name="Continuar como Ana").click()
    first.create("Anotações")
    second.open("Anotações")
    first.cut()
    first.say("de uma aba")
    second.say("da outra")
    expect(second.page.locator("#log .stored")).to_have_count(2)
    first.cut()
    for page in (first, second):
        expect(page.texts).to_have_text(["de uma aba", "da outra"])
    first.page.get_by_role("button", name="Sair da conta").click()
    for page in (first, second):
        expect(page.page.get_by_role("heading", name="SóPapo")).to_be_visible()


def test_older_messages_come_as_one_scrolls_up(visit: Visit, server: Server) -> None:
    ana = visit().register("Ana")
    ana.create("Longa")
    (session,) = [value for key, value in ana.stored().items() if key.startswith("sopapo.session.")]
    headers = {"Authorization": f"Bearer {session['access_token']}"}
    room = ana.page.locator("#rooms button").get_attribute("data-key")
    with requests.Session() as http:
        for number in range(220):
            body = {"client_id": f"00000000-0000-4000-8000-{number:012}", "text": f"mensagem {number}"}
            http.post(f"{server.api}/rooms/{room}/messages", json=body, headers=headers).raise_for_status()
    ana.page.reload()
    ana.open("Longa")
    expect(ana.texts).to_have_count(200)
    expect(ana.texts.last).to_be_in_viewport()
    ana.texts.first.scroll_into_view_if_needed()
    expect(ana.texts).to_have_count(220)
    expect(ana.texts.first).to_have_text("mensagem 0")


def test_a_public_chat_is_found_joined_renamed_and_left(visit: Visit) -> None:
    ana, bia = visit().register("Ana"), visit().register("Bia")
    name = f"Praça de {ana.username}"
    ana.create(name, public=True)
    bia.page.get_by_role("button", name="Explorar").click()
    bia.dialog.get_by_label("Procurar pelo nome").fill(name)
    found = bia.dialog.get_by_role("listitem").filter(has_text=name)
    found.get_by_role("button", name="Participar").click()
    expect(bia.page.locator("#room-name")).to_have_text(name)
    expect(ana.page.locator("#log .note").last).to_have_text("Bia entrou")
    ana.page.locator("#details-open").click()
    ana.dialog.get_by_label("Nome da conversa").fill("Praça nova")
    ana.dialog.get_by_role("button", name="Renomear").click()
    expect(bia.page.locator("#room-name")).to_have_text("Praça nova")
    bia.page.locator("#details-open").click()
    expect(bia.dialog.get_by_role("button", name="Renomear")).to_be_hidden()
    bia.dialog.get_by_role("button", name="Sair da conversa").click()
    expect(bia.page.locator("#rooms button")).to_have_count(0)
    expect(ana.page.locator("#log .note").last).to_have_text("Bia saiu")


def test_people_are_added_by_username(visit: Visit) -> None:
    ana, bia = visit().register("Ana"), visit().register("Bia")
    ana.create("Estudos")
    ana.page.locator("#details-open").click()
    ana.dialog.get_by_label("Adicionar pessoas").fill(f"@{bia.username}, ninguem.assim")
    ana.dialog.get_by_role("button", name="Adicionar").click()
    expect(ana.page.locator("#toast")).to_have_text("Não encontrei: ninguem.assim")
    expect(ana.page.locator("#member-list li")).to_have_count(2)
    expect(bia.page.locator("#rooms button", has_text="Estudos")).to_be_visible()


def test_two_people_talk_alone(visit: Visit) -> None:
    ana, bia = visit().register("Ana"), visit().register("Bia")
    ana.page.get_by_role("button", name="Nova conversa").click()
    ana.dialog.get_by_role("button", name="Direta").click()
    ana.dialog.get_by_label("Com quem").fill(bia.username)
    ana.dialog.get_by_role("button", name="Criar").click()
    expect(ana.page.locator("#room-name")).to_have_text("Bia")
    ana.say("Só nós duas")
    bia.open("Ana")
    expect(bia.texts).to_have_text(["Só nós duas"])


def test_in_a_channel_only_admins_write(visit: Visit) -> None:
    ana, bia = visit().register("Ana"), visit().register("Bia")
    ana.page.get_by_role("button", name="Nova conversa").click()
    ana.dialog.get_by_role("button", name="Canal").click()
    ana.dialog.get_by_label("Nome da conversa").fill("Avisos")
    ana.dialog.get_by_label("Com quem").fill(bia.username)
    ana.dialog.get_by_role("button", name="Criar").click()
    bia.open("Avisos")
    expect(bia.page.get_by_placeholder("Só administradores escrevem aqui")).to_be_disabled()
    ana.say("Prova na quinta")
    expect(bia.texts).to_have_text(["Prova na quinta"])


def test_what_people_write_is_text_and_nothing_else(visit: Visit) -> None:
    evil = "<img src=x onerror=document.title='!'> <script>alert(1)</script> & **b**"
    ana, bia = visit().register(evil[:38], username="ana.de.tal"), visit().register("Bia")
    ana.create(evil, bia)
    ana.say(evil)
    bia.open("<img")
    expect(bia.texts).to_have_text([evil])
    assert bia.page.locator("#app img, #app script").count() == 0


def test_the_page_speaks_portuguese_and_english(visit: Visit) -> None:
    ana = visit().register("Ana")
    ana.create("Estudos")
    expect(ana.page.locator("#log .note")).to_have_text("Você criou a conversa")
    ana.page.get_by_role("button", name="English").click()
    expect(ana.page.locator("#log .note")).to_have_text("You created the chat")
    expect(ana.page.get_by_role("button", name="New chat")).to_be_visible()
    expect(ana.page.get_by_label("Write a message")).to_be_visible()
    expect(ana.page.locator("html")).to_have_attribute("lang", "en")
    ana.page.reload()
    expect(ana.page.get_by_role("button", name="New chat")).to_be_visible()
    expect(visit(locale="en-GB").page.get_by_role("button", name="Log in").first).to_be_visible()


def test_on_a_telephone_the_panel_is_a_tab(visit: Visit) -> None:
    ana = visit(viewport={"width": 390, "height": 844}).register("Ana")
    expect(ana.page.locator("#panel")).to_be_hidden()
    ana.create("Estudos")
    expect(ana.page.locator("#side")).to_be_hidden()
    ana.say("Oi")
    ana.page.get_by_role("button", name="Voltar").first.click()
    expect(ana.page.locator("#side")).to_be_visible()
    ana.page.get_by_role("button", name="Protocolo ao vivo").click()
    expect(ana.frames("ack", "send_message")).to_be_visible()
    assert ana.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.fixture
def pair(visit: Visit) -> tuple[DemoPage, DemoPage]:
    """Two people in a chat that both see."""
    ana, bia = visit().register("Ana"), visit().register("Bia")
    ana.create("Estudos", bia)
    bia.open("Estudos")
    return ana, bia


def test_a_message_is_edited_and_then_deleted_for_all(pair: tuple[DemoPage, DemoPage]) -> None:
    ana, bia = pair
    ana.say("Prova na quinta")
    expect(bia.texts).to_have_text(["Prova na quinta"])
    ana.choose("Prova", "Editar")
    ana.say("Prova na sexta")
    for page in pair:
        expect(page.texts).to_have_text(["Prova na sexta"])
        expect(page.page.get_by_text("editada")).to_be_visible()
    ana.choose("Prova", "Apagar para todos")
    ana.dialog.get_by_role("button", name="Sim, apagar").click()
    for page in pair:
        expect(page.texts).to_have_text(["Mensagem apagada"])
    expect(ana.frames("request", "edit_message")).to_have_count(1)
    expect(ana.frames("request", "delete_message")).to_have_count(1)


def test_what_one_deletes_for_oneself_the_other_keeps(pair: tuple[DemoPage, DemoPage]) -> None:
    ana, bia = pair
    ana.say("um", "dois")
    expect(bia.texts).to_have_text(["um", "dois"])
    bia.choose("um", "Apagar para mim")
    expect(bia.texts).to_have_text(["dois"])
    bia.page.reload()
    bia.open("Estudos")
    expect(bia.texts).to_have_text(["dois"])
    expect(ana.texts).to_have_text(["um", "dois"])


def test_a_reaction_is_seen_by_both_and_taken_back(pair: tuple[DemoPage, DemoPage]) -> None:
    ana, bia = pair
    ana.say("Passei!")
    bia.choose("Passei", "Reagir com ❤️")
    for page in pair:
        expect(page.page.locator(".reaction")).to_have_text("❤️")
    ana.page.locator(".reaction").click()
    expect(bia.page.locator(".reaction")).to_have_text("❤️2")
    bia.page.locator(".reaction").click()
    for page in pair:
        expect(page.page.locator(".reaction")).to_have_text("❤️")
    ana.choose("Passei", "Reagir com ❤️")
    expect(bia.page.locator(".reaction")).to_have_count(0)


def test_a_reply_quotes_what_it_answers(pair: tuple[DemoPage, DemoPage]) -> None:
    ana, bia = pair
    ana.say("Quem traz o bolo?", "E o café?")
    bia.choose("bolo", "Responder")
    expect(bia.page.locator("#context")).to_contain_text("Quem traz o bolo?")
    bia.say("Eu!")
    for page in pair:
        expect(page.page.locator(".bubble .quote")).to_contain_text("Quem traz o bolo?")
    expect(bia.page.locator("#context")).to_be_hidden()
    ana.page.locator(".bubble .quote").click()
    expect(ana.page.locator(".bubble.found .text")).to_have_text("Quem traz o bolo?")


def test_ticks_say_how_far_a_message_has_come(visit: Visit) -> None:
    ana, bia = visit().register("Ana"), visit().register("Bia")
    ana.create("Estudos", bia)
    expect(bia.page.locator("#rooms button")).to_be_visible()
    bia.cut()
    ana.say("Oi!")
    expect(ana.page.locator(".bubble .stored")).to_have_text("guardada")
    bia.cut()
    expect(ana.page.locator(".bubble .stored")).to_have_text("entregue")
    bia.open("Estudos")
    expect(ana.page.locator(".bubble .stored.read")).to_have_text("lida")
    ana.choose("Oi!", "Quem leu")
    expect(ana.dialog.get_by_role("listitem")).to_contain_text(re.compile(r"Bia\s*leu às"))


def test_one_new_message_is_spoken_of_as_one(visit: Visit) -> None:
    ana, bia = visit().register("Ana"), visit().register("Bia")
    ana.create("Estudos", bia)
    ana.say("um")
    expect(bia.page.locator("#rooms .badge")).to_have_text("1")
    bia.open("Estudos")
    expect(bia.page.locator(".news")).to_have_text("1 não lida")


def test_what_is_read_on_one_device_is_read_on_all(visit: Visit) -> None:
    ana, bia = visit().register("Ana"), visit().register("Bia")
    other = visit()
    other.log_in(bia.username)
    ana.create("Estudos", bia)
    ana.say("um", f"dois, @{bia.username}")
    for page in (bia, other):
        expect(page.page.locator("#rooms .badge")).to_have_text("2")
        expect(page.page.locator("#rooms .at")).to_be_visible()
    bia.open("Estudos")
    expect(bia.page.locator(".news")).to_have_text("2 não lidas")
    expect(bia.page.locator(".mention")).to_have_text(f"@{bia.username}")
    for page in (bia, other):
        expect(page.page.locator("#rooms .badge")).to_have_count(0)


def test_one_sees_that_the_other_is_writing(pair: tuple[DemoPage, DemoPage]) -> None:
    ana, bia = pair
    bia.page.get_by_label("Escreva uma mensagem").press_sequentially("Hm")
    expect(ana.page.locator("#room-note")).to_have_text("Bia está digitando…")
    bia.page.get_by_label("Escreva uma mensagem").fill("")
    expect(ana.page.locator("#room-note")).to_have_text("Grupo · 2 pessoas")


def test_in_a_direct_chat_one_sees_whether_the_other_is_there(visit: Visit) -> None:
    ana, bia = visit().register("Ana"), visit().register("Bia")
    open_direct(ana, bia, "Bia")
    expect(ana.page.locator("#room-note")).to_have_text("online")
    bia.page.close()
    expect(ana.page.locator("#room-note")).to_have_text(re.compile("^visto por último hoje às"))


def open_direct(page: DemoPage, other: DemoPage, name: str) -> None:
    """Open a direct chat with somebody."""
    page.page.get_by_role("button", name="Nova conversa").click()
    page.dialog.get_by_role("button", name="Direta").click()
    page.dialog.get_by_label("Com quem").fill(other.username)
    page.dialog.get_by_role("button", name="Criar").click()
    expect(page.page.locator("#room-name")).to_have_text(name)


def test_who_is_blocked_writes_no_more_until_the_block_is_taken_back(visit: Visit) -> None:
    ana, bia = visit().register("Ana"), visit().register("Bia")
    open_direct(ana, bia, "Bia")
    ana.open_details().get_by_role("button", name="Bloquear").click()
    expect(ana.dialog.get_by_role("button", name="Desbloquear")).to_be_visible()
    bia.open("Ana")
    bia.say("oi?")
    expect(bia.page.locator(".failed")).to_contain_text("Você não pode fazer isso aqui.")
    ana.dialog.get_by_role("button", name="Fechar").click()
    ana.page.get_by_role("button", name="Seu perfil").click()
    expect(ana.dialog.get_by_role("listitem")).to_contain_text("Bia")
    ana.dialog.get_by_role("button", name="Desbloquear").click()
    expect(ana.dialog.get_by_role("listitem")).to_have_count(0)
    bia.page.get_by_role("button", name="Tentar de novo").click()
    expect(ana.texts).to_have_text(["oi?"])


def test_a_message_and_a_person_are_reported(visit: Visit) -> None:
    ana, bia = visit().register("Ana"), visit().register("Bia")
    open_direct(ana, bia, "Bia")
    ana.say("Compre já!")
    bia.open("Ana")
    bia.choose("Compre", "Denunciar")
    bia.dialog.get_by_label("O que há de errado?").fill("propaganda")
    bia.dialog.get_by_role("button", name="Denunciar").click()
    expect(bia.page.locator("#toast")).to_have_text("Denúncia enviada.")
    expect(bia.dialog).to_have_count(0)
    bia.open_details().get_by_role("button", name="Denunciar").click()
    complaint = bia.page.locator("#complaint")
    complaint.get_by_label("O que há de errado?").fill("insiste")
    complaint.get_by_role("button", name="Denunciar").click()
    expect(complaint).to_be_hidden()
    expect(bia.frames("ack", "report")).to_have_count(2)


def test_ones_own_message_is_not_offered_to_be_reported(visit: Visit) -> None:
    ana = visit().register("Ana")
    ana.create("Anotações")
    ana.say("minha")
    ana.page.locator("#log .bubble").hover()
    ana.page.get_by_role("button", name="O que fazer com esta mensagem").click()
    expect(ana.page.locator("#offers").get_by_role("button", name="Apagar para mim")).to_be_visible()
    expect(ana.page.locator("#offers").get_by_role("button", name="Denunciar")).to_have_count(0)


def test_a_changed_profile_is_seen_by_others_on_other_devices_and_after_a_reload(visit: Visit) -> None:
    ana, bia = visit().register("Ana"), visit().register("Bia")
    other = visit()
    other.log_in(ana.username)
    open_direct(ana, bia, "Bia")
    expect(bia.page.locator("#rooms")).to_contain_text("Ana")
    ana.page.get_by_role("button", name="Seu perfil").click()
    expect(ana.dialog.get_by_label("Seu nome")).to_have_value("Ana")
    ana.dialog.get_by_label("Seu nome").fill("Ana Souza")
    ana.dialog.get_by_label("Recado").fill("No churrasco")
    ana.dialog.get_by_label("Mostrar quando estou online").uncheck()
    ana.dialog.get_by_role("button", name="Salvar").click()
    for page in (ana, other):
        expect(page.page.locator("#my-name")).to_have_text("Ana Souza")
    expect(bia.frames("state", "user")).to_have_count(1)
    ana.page.reload()
    expect(ana.page.locator("#my-name")).to_have_text("Ana Souza")
    ana.page.get_by_role("button", name="Seu perfil").click()
    expect(ana.dialog.get_by_label("Recado")).to_have_value("No churrasco")
    expect(ana.dialog.get_by_label("Mostrar quando estou online")).not_to_be_checked()
    expect(ana.dialog.get_by_label("Mostrar o que já li")).to_be_checked()


def test_a_message_for_later_is_listed_everywhere_and_cancelled(visit: Visit) -> None:
    ana = visit().register("Ana")
    ana.create("Anotações")
    other = visit()
    other.log_in(ana.username)
    other.open("Anotações")
    other.page.get_by_role("button", name="Enviar mais tarde").click()
    ana.page.locator("#composer textarea").fill("Feliz ano novo!")
    ana.page.get_by_role("button", name="Enviar mais tarde").click()
    expect(ana.dialog.get_by_label("O que dizer")).to_have_value("Feliz ano novo!")
    ana.dialog.get_by_label("Quando").fill(f"{datetime.now(UTC) + timedelta(days=30):%Y-%m-%dT00:00}")
    ana.dialog.get_by_role("button", name="Agendar").click()
    for page in (ana, other):
        expect(page.dialog.get_by_role("listitem")).to_contain_text("Feliz ano novo!")
    expect(ana.page.locator("#composer textarea")).to_have_value("")
    other.dialog.get_by_role("button", name="Cancelar").click()
    for page in (ana, other):
        expect(page.dialog.get_by_role("listitem")).to_have_count(0)
    expect(ana.texts).to_have_count(0)


def test_what_is_attached_may_wait_without_a_word(visit: Visit) -> None:
    ana = visit().register("Ana")
    ana.create("Anotações")
    file = FilePayload(name="roteiro.txt", mimeType="text/plain", buffer=b"praia")
    ana.page.locator("#attach-input").set_input_files(file)
    ana.page.get_by_role("button", name="Enviar mais tarde").click()
    ana.dialog.get_by_role("button", name="Agendar").click()
    expect(ana.dialog.get_by_role("listitem")).to_contain_text("roteiro.txt")
    expect(ana.page.locator(".attached")).to_have_count(0)
    ana.dialog.get_by_role("button", name="Agendar").click()
    expect(ana.dialog.get_by_role("listitem")).to_have_count(1)
    assert ana.frames("request", "schedule_message").count() == 1


def test_one_goes_on_writing_while_a_file_is_on_its_way(visit: Visit) -> None:
    ana = visit().register("Ana")
    ana.create("Anotações")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    ana.page.route("**/api/v1/files", hold)
    file = FilePayload(name="roteiro.txt", mimeType="text/plain", buffer=b"praia")
    ana.page.locator("#attach-input").set_input_files(file)
    ana.say("Legenda")
    written = ana.page.get_by_label("Escreva uma mensagem")
    expect(written).to_have_value("")
    ana.say("oi")
    written.fill("ainda escr")
    expect(ana.page.locator(".attached")).to_contain_text("roteiro.txt")
    expect(ana.texts).to_have_count(0)
    held[0].continue_()
    expect(ana.texts).to_have_text(["Legenda", "oi"])
    expect(ana.page.locator("#log .bubble .file")).to_have_count(1)
    expect(ana.page.locator(".attached")).to_have_count(0)
    expect(written).to_have_value("ainda escr")


def test_a_message_for_a_time_that_is_past_is_refused_in_its_dialog(visit: Visit) -> None:
    ana = visit().register("Ana")
    ana.create("Anotações")
    ana.page.get_by_role("button", name="Enviar mais tarde").click()
    ana.dialog.get_by_label("O que dizer").fill("tarde demais")
    when = ana.dialog.get_by_label("Quando")
    when.evaluate("field => field.removeAttribute('min')")
    when.fill("2020-01-01T00:00")
    ana.dialog.get_by_role("button", name="Agendar").click()
    expect(ana.dialog.locator(".error")).to_have_text("Confira este campo: send_at")
    expect(ana.dialog.get_by_role("listitem")).to_have_count(0)


def test_a_message_is_forwarded_pinned_and_starred(pair: tuple[DemoPage, DemoPage]) -> None:
    ana, bia = pair
    ana.say("A sala é a 12")
    bia.choose("sala", "Fixar")
    expect(ana.page.locator("#pinned")).to_contain_text("A sala é a 12")
    ana.choose("sala", "Pôr estrela")
    ana.create("Anotações")
    ana.open("Estudos")
    ana.choose("sala", "Encaminhar")
    ana.dialog.get_by_role("listitem").filter(has_text="Anotações").get_by_role("button").click()
    expect(ana.page.locator("#room-name")).to_have_text("Anotações")
    expect(ana.page.locator(".bubble .forwarded")).to_be_visible()
    expect(ana.texts).to_have_text(["A sala é a 12"])
    ana.page.get_by_role("button", name="Mensagens com estrela").click()
    ana.dialog.get_by_role("button", name="Abrir").click()
    expect(ana.page.locator("#room-name")).to_have_text("Estudos")


def test_messages_are_found_by_their_words(pair: tuple[DemoPage, DemoPage]) -> None:
    ana, _ = pair
    ana.say("A reunião é às 10", "Não esqueça")
    ana.create("Outra")
    ana.page.get_by_label("Procurar conversas e mensagens").fill("reuniao")
    expect(ana.page.locator("#found mark")).to_have_text("reunião")
    ana.page.locator("#found button").click()
    expect(ana.page.locator("#room-name")).to_have_text("Estudos")
    expect(ana.page.locator(".bubble.found .text")).to_have_text("A reunião é às 10")


def test_a_draft_is_on_all_devices_and_a_chat_is_silenced_pinned_and_archived(pair: tuple[DemoPage, DemoPage]) -> None:
    ana, _ = pair
    ana.create("Anotações")
    ana.page.get_by_label("Escreva uma mensagem").fill("ainda não")
    ana.open("Estudos")
    expect(ana.page.locator("#rooms button", has_text="Rascunho: ainda não")).to_be_visible()
    ana.page.reload()
    ana.open("Anotações")
    expect(ana.page.get_by_label("Escreva uma mensagem")).to_have_value("ainda não")
    ana.open("Estudos")
    details = ana.open_details()
    details.get_by_label("Fixar no topo").check()
    details.get_by_label("Silenciar").select_option("8 horas")
    details.get_by_role("button", name="Fechar").click()
    expect(ana.page.locator("#rooms button").first).to_contain_text("Estudos")
    expect(ana.page.locator("#rooms .tiny")).to_have_count(2)
    details = ana.open_details()
    details.get_by_label("Arquivar").check()
    details.get_by_role("button", name="Fechar").click()
    expect(ana.page.locator("#rooms button")).to_have_count(1)
    ana.page.get_by_role("button", name="Arquivadas (1)").click()
    expect(ana.page.locator("#rooms button")).to_contain_text("Estudos")


def test_an_admin_sets_the_rules_and_manages_people(pair: tuple[DemoPage, DemoPage]) -> None:
    ana, bia = pair
    details = ana.open_details()
    details.get_by_label("Só administradores escrevem").check()
    expect(bia.page.get_by_placeholder("Só administradores escrevem aqui")).to_be_disabled()
    details.get_by_label("O que fazer com Bia").select_option("Tornar admin")
    expect(bia.page.get_by_placeholder("Escreva uma mensagem")).to_be_enabled()
    expect(ana.frames("request", "set_role")).to_have_count(1)
    details.get_by_label("O que fazer com Bia").select_option("Banir")
    expect(bia.page.locator("#rooms button")).to_have_count(0)
    expect(details.locator("#member-list")).to_contain_text("banido")


def test_a_late_answer_to_a_mark_takes_back_nothing_that_came_before_it(pair: tuple[DemoPage, DemoPage]) -> None:
    ana, bia = pair
    late = bia.hold_answers("mark_read")
    bia.open("Estudos")
    ana.say("Oi")
    expect(bia.frames("request", "mark_read")).to_have_count(1)
    details = ana.open_details()
    details.get_by_label("Só administradores escrevem").check()
    details.get_by_label("O que fazer com Bia").select_option("Tornar admin")
    expect(bia.page.locator("#log .note")).to_have_count(2)
    assert late
    for let_go in late:
        let_go()
    expect(bia.frames("request", "mark_read")).to_have_count(2)
    expect(bia.page.get_by_placeholder("Escreva uma mensagem")).to_be_enabled()


def test_an_invite_lets_a_newcomer_in_when_an_admin_accepts(visit: Visit) -> None:
    ana, bia = visit().register("Ana"), visit().register("Bia")
    ana.create("Estudos")
    details = ana.open_details()
    details.get_by_label("Administradores aprovam quem entra").check()
    details.get_by_role("button", name="Criar link").click()
    bia.page.goto(details.locator("#invite-list code").inner_text())
    expect(bia.page.locator("#toast")).to_contain_text("Pedido enviado")
    details.get_by_label("O que fazer com Bia").select_option("Aceitar")
    expect(bia.page.locator("#rooms button", has_text="Estudos")).to_be_visible()


def test_the_page_may_run_no_foreign_code(server: Server) -> None:
    policy = requests.get(f"{server.url}/demo", timeout=10).headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy


def test_a_poll_is_made_voted_in_seen_by_all_and_closed(visit: Visit) -> None:
    ana, bia = visit().register("Ana"), visit().register("Bia")
    ana.create("Churrasco", bia)
    bia.open("Churrasco")
    ana.ask_all("Que dia?", "Sábado", "Domingo", "Tanto faz")
    expect(bia.page.locator("#log .option")).to_have_count(3)
    expect(bia.page.locator("#rooms")).to_contain_text("📊 Que dia?")
    bia.option("Sábado").click()
    expect(ana.option("Sábado")).to_have_text(re.compile(r"Sábado\s*1"))
    expect(ana.option("Sábado")).to_have_attribute("title", "Bia")
    bia.option("Domingo").press("Enter")
    expect(bia.option("Domingo")).to_be_focused()
    expect(bia.option("Domingo")).to_have_attribute("aria-pressed", "true")
    expect(bia.option("Sábado")).to_have_attribute("aria-pressed", "false")
    ana.option("Domingo").click()
    expect(bia.page.locator(".poll")).to_contain_text("2 pessoas votaram · escolha uma")
    ana.choose("Que dia?", "Quem votou")
    expect(ana.dialog.locator("li")).to_have_count(2)
    expect(ana.dialog).to_contain_text("Domingo")
    ana.page.keyboard.press("Escape")
    bia.option("Domingo").click()
    expect(ana.option("Domingo")).to_have_text(re.compile(r"Domingo\s*1"))
    ana.choose("Que dia?", "Encerrar a enquete")
    expect(bia.option("Sábado")).to_be_disabled()
    expect(bia.page.locator(".poll")).to_contain_text("1 pessoa votou · encerrada")
    expect(ana.frames("request", "create_poll")).to_have_count(1)


def test_one_sees_ones_anonymous_vote_on_all_devices_and_after_coming_back(visit: Visit) -> None:
    ana, bia = visit().register("Ana"), visit().register("Bia")
    ana.create("Churrasco", bia)
    ana.ask_all("Quem paga?", "Ana", "Bia", Várias=True, Anônima=True)
    phone = visit()
    phone.log_in(bia.username)
    for page in (bia, phone):
        page.open("Churrasco")
    for name in ("Ana", "Bia"):
        bia.option(name).click()
        expect(phone.option(name)).to_have_attribute("aria-pressed", "true")
    expect(ana.page.locator(".poll")).to_contain_text("1 pessoa votou · anônima")
    expect(ana.option("Bia")).to_have_attribute("aria-pressed", "false")
    expect(ana.option("Bia")).to_have_attribute("title", "")
    bia.page.reload()
    bia.open("Churrasco")
    expect(bia.page.locator(".option[aria-pressed=true]")).to_have_count(2)
    bia.page.get_by_role("button", name="English").click()
    expect(bia.page.locator(".poll")).to_contain_text("1 person voted · anonymous · choose one or more")
