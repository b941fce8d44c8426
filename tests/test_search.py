"""Finding messages by their words: what is found, in which form, and by whom."""

import re
from typing import Any

import pytest

from tests.conftest import MakeUser
from tests.support.doors import Door
from tests.support.naming import brief
from tests.support.person import Person
from tests.support.refusal import refused
from tests.support.shapes import MESSAGE, USER

Json = dict[str, Any]


def found(door: Door, person: Person, q: str, **filters: Any) -> list[str]:
    """The texts that somebody finds, the newest first."""
    page = door(person).ask("search", {"q": q} | filters)
    assert all(result.keys() == {"message", "snippet"} for result in page["results"])
    assert all(result["message"].keys() == MESSAGE for result in page["results"])
    assert all(user.keys() == USER for user in page["users"])
    return [result["message"]["text"] for result in page["results"]]


def room_of(person: Person, *texts: str, **fields: Any) -> str:
    """A room in which that has been said, in this order."""
    room = person.create_room(**fields)
    for text in texts:
        person.send(room, text)
    return room


WORDS = [
    ("reunião", "As REUNIÕES de hoje"),
    ("reunioes", "Reunião já"),
    ("manutencao", "a manutenção"),
    ("manutenções", "MANUTENÇÃO"),
    ("papel", "dois papéis"),
    ("faceis", "fácil"),
    ("animal", "animais"),
    ("mensagem", "mensagens novas"),
    ("mulheres", "a mulher"),
    ("mês", "meses"),
    ("vez", "às vezes"),
    ("bom", "pães bons"),
    ("enviar", "já enviei"),
    ("enviou", "vou enviar"),
    ("comprando", "comprei pão"),
    ("comer", "comeram tudo"),
    ("professora", "os professores"),
    ("ultimo", "as últimas"),
    ("rápido", "rapidamente"),
    ("português", "portuguesas"),
    ("mãe", "as mães"),
    ("coração", "corações"),
    ("jornal", "jornais"),
    ("guarda-chuva", "um guarda-chuva"),
    ("1ª", "a 1ª aula"),
    ("covid19", "COVID19"),
    ("Привет", "привет"),
    ("cafe\u0301", "café"),
    ("café", "cafe\u0301 frio"),
    ("2026", "em 2026."),
    ("ação", "AÇÃO!"),
]


@pytest.mark.parametrize(("q", "text"), WORDS, ids=brief)
def test_a_word_is_found_in_all_its_forms(door: Door, make_user: MakeUser, q: str, text: str) -> None:
    ana = make_user()
    room_of(ana, "outra coisa", text)
    assert found(door, ana, q) == [text]
    assert found(door, ana, f"{q} inexistente") == []


@pytest.mark.parametrize(
    ("q", "text"),
    [
        ("mão", "mamão"),
        ("sábado", "ele sabe"),
        ("mãe", "minha mão"),
        ("pai", "paixão"),
        ("animal", "anime"),
        ("reunião", "reunir"),
        ("reun", "reunião"),
        ("par", "partir"),
        ("e", "é"),
        ("caro", "carro"),
    ],
    ids=brief,
)
def test_another_word_is_not_found(door: Door, make_user: MakeUser, q: str, text: str) -> None:
    ana = make_user()
    room_of(ana, text)
    assert found(door, ana, q) == ([text] if q == "e" else [])


def test_all_words_must_be_there_in_any_order(door: Door, make_user: MakeUser) -> None:
    ana = make_user()
    room_of(ana, "pão de queijo", "queijo e pão", "pão", "queijo")
    assert found(door, ana, "pão queijo") == ["queijo e pão", "pão de queijo"]


def test_a_phrase_is_found_as_it_stands(door: Door, make_user: MakeUser) -> None:
    ana = make_user()
    room_of(ana, "pão de queijo", "queijo de pão", "pães de queijo", "Pao, de queijo!", "pão de trigo e queijo")
    assert found(door, ana, '"pão de queijo"') == ["Pao, de queijo!", "pão de queijo"]
    assert found(door, ana, '"pão') == ["pão de trigo e queijo", "Pao, de queijo!", "queijo de pão", "pão de queijo"]
    assert found(door, ana, '"de queijo" pães') == ["Pao, de queijo!", "pães de queijo", "pão de queijo"]


def test_a_beginning_is_found(door: Door, make_user: MakeUser) -> None:
    ana = make_user()
    room_of(ana, "parafuso", "uma paragem", "par", "apara")
    assert found(door, ana, "para*") == ["uma paragem", "parafuso"]
    assert found(door, ana, "PAR*") == ["par", "uma paragem", "parafuso"]
    assert found(door, ana, "guarda-ch*") == []


SIGNS = "AND OR NOT NEAR ( ) : ^ - + * ' \" % _ \\ & | ! < > <-> {text} : room"


def test_what_means_something_to_a_database_is_only_text(door: Door, make_user: MakeUser) -> None:
    ana = make_user()
    room = room_of(ana, "gato AND cachorro", "gato", "near text room")
    assert found(door, ana, "gato AND cachorro") == ["gato AND cachorro"]
    assert found(door, ana, "NEAR(text room)") == ["near text room"]
    assert found(door, ana, room) == []
    assert found(door, ana, SIGNS) == []
    for q in ("'; DROP TABLE messages; --", "a' | 'b", "gato:* & b", "text:gato", "{room}:x"):
        found(door, ana, q)


@pytest.mark.parametrize(
    "q", ["", "  ", "?!", '""', "😀", "a*", "*", "x" * 201, "a b c d e f g h i j k", "a\0b", 1, None], ids=brief
)
def test_what_holds_no_word_or_too_much_is_invalid(door: Door, make_user: MakeUser, q: Any) -> None:
    ana = make_user()
    if door.name == "rest" and not isinstance(q, str):
        return
    with refused("invalid", field="q"):
        door(ana).ask("search", {"q": q})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("room", "1"),
        ("from", "ana"),
        ("before", "ontem"),
        ("after", "2026-01-01"),
        ("has", "money"),
        ("cursor", 0),
        ("limit", 0),
        ("limit", 51),
        ("sender", "x"),
        ("kind", "text"),
    ],
    ids=brief,
)
def test_a_filter_that_makes_no_sense_is_named(door: Door, make_user: MakeUser, field: str, value: Any) -> None:
    with refused("invalid", field=field):
        door(make_user()).ask("search", {"q": "oi", field: value})


def test_filters_narrow_what_is_found(door: Door, make_user: MakeUser) -> None:
    ana, bia = make_user(), make_user()
    room, other = ana.create_room(bia), ana.create_room(bia)
    first = ana.send(room, "prova 1")
    second = bia.send(room, "prova 2 HTTPS://example.org/a")
    third = bia.send(other, "prova 3")
    assert found(door, ana, "prova") == [each["text"] for each in (third, second, first)]
    assert found(door, ana, "prova", room=room) == [second["text"], first["text"]]
    assert found(door, ana, "prova", **{"from": bia.id}) == [third["text"], second["text"]]
    assert found(door, ana, "prova", **{"from": ana.id.upper()}) == [first["text"]]
    assert found(door, ana, "prova", has="link") == [second["text"]]
    assert found(door, ana, "prova", has="file") == found(door, ana, "prova", has="image") == []
    assert found(door, ana, "prova", before=first["created_at"]) == []
    assert first["text"] in found(door, ana, "prova", after=first["created_at"])
    assert found(door, ana, "prova", after="2999-01-01T00:00:00Z") == []


def test_pages_follow_one_another(door: Door, make_user: MakeUser) -> None:
    ana = make_user()
    rooms = [ana.create_room(), ana.create_room()]
    texts = [ana.send(rooms[n % 2], f"página {n}")["text"] for n in range(7)]
    pages: list[list[str]] = []
    cursor = None
    while not pages or cursor:
        page = door(ana).ask("search", {"q": "paginas", "limit": 3} | ({"cursor": cursor} if cursor else {}))
        pages.append([result["message"]["text"] for result in page["results"]])
        cursor = page["next"]
        if len(pages) == 1:
            ana.send(rooms[0], "página nova")
    assert pages == [texts[:3:-1], texts[3:0:-1], texts[:1]]


def test_the_snippet_marks_what_was_found_and_nothing_else_is_a_tag(door: Door, make_user: MakeUser) -> None:
    ana = make_user()
    room_of(ana, "<script>alert('Reuniões & mais')</script> <mark>pão</mark> de Queijo reunião")
    results = door(ana).ask("search", {"q": 'reuniao "de queijo"'})["results"]
    assert results[0]["snippet"] == (
        "&lt;script&gt;alert(&#x27;<mark>Reuniões</mark> &amp; mais&#x27;)&lt;/script&gt; "
        "&lt;mark&gt;pão&lt;/mark&gt; <mark>de Queijo</mark> <mark>reunião</mark>"
    )


def test_the_snippet_of_a_long_text_is_a_piece_around_what_was_found(door: Door, make_user: MakeUser) -> None:
    ana = make_user()
    room_of(ana, f"{'antes ' * 300}agulha{' depois' * 300}")
    snippet = door(ana).ask("search", {"q": "agulhas"})["results"][0]["snippet"]
    assert re.fullmatch(r"…(antes )+<mark>agulha</mark>( depois)+…", snippet)
    assert len(snippet) < 230
