"""A conversation at random, and a plain way of finding what was said in it."""

import random
import re
import unicodedata
from typing import Any

from tests.support.files import png, upload
from tests.support.person import Person

Json = dict[str, Any]

GROUPS = [
    ("reunião", "reuniões", "REUNIAO"),
    ("prova", "Provas"),
    ("animal", "animais"),
    ("cão", "cães"),
    ("café", "cafés"),
    ("feliz", "felizes"),
    ("hotel", "hotéis"),
    ("nuvem", "nuvens"),
    ("azul", "azuis"),
    ("zebra",),
    ("x9",),
    ("привет",),
]
SAYINGS = [word for group in GROUPS for word in group]
SIGNS = [" ", ", ", " - ", "! ", "\n", " 😀 ", "/", "_"]
LINKS = ["", "", "", "", "https://example.org", "HTTP://a.b", "http", "https e ://"]


class Talk:
    """What people say in the rooms that the first of them has made, the next in one less each, and so on."""

    def __init__(self, people: list[Person], rnd: random.Random) -> None:
        self.rnd = rnd
        self.people = people
        self.rooms = [people[0].create_room(*people[: n + 1]) for n in range(len(people))]
        self.files = {person.id: [upload(person, content) for content in (png(), b"oi")] for person in people}
        self.said: list[Json] = []

    def say(self) -> None:
        """Let somebody say something, and bring something along."""
        number = self.rnd.randrange(len(self.people))
        person, room = self.people[number], self.rnd.choice(self.rooms[number:])
        files = self.rnd.choice([[], [], [], *([file["id"]] for file in self.files[person.id])])
        self.said.append(person.send(room, self.text(), files=files))

    def text(self) -> str:
        """Something to say."""
        words = [self.rnd.choice(SAYINGS) for _ in range(self.rnd.randint(1, 6))]
        text = "".join(word + self.rnd.choice(SIGNS) for word in words) + f" {self.rnd.choice(LINKS)}"
        return text.strip()

    def disturb(self) -> None:
        """Delete a message, or say it in other words."""
        message = self.rnd.choice(self.said)
        person = next(each for each in self.people if each.id == message["sender"])
        if message["text"] is None:
            return
        at = {"room": message["room"], "seq": message["seq"]}
        if self.rnd.random() < 0.5:
            message["text"], message["files"] = None, []
            person.socket.ask("delete_message", at)
        else:
            message["text"] = self.text()
            person.socket.ask("edit_message", at | {"text": message["text"]})

    def words(self) -> str:
        """Words to look for."""
        word, other = self.rnd.choice(SAYINGS), self.rnd.choice(SAYINGS)
        return self.rnd.choice([word, word.upper(), f"{word} {other}", f'"{word} {other}"', f"{word[:2]}*", f"{word}*"])

    def question(self, rooms: list[str]) -> Json:
        """Something to look for: words, what goes without words, or both; and in which time and room."""
        question = {"q": self.words()} | self.narrowing() if self.rnd.random() < 0.5 else self.narrowing(least=1)
        question |= {"room": self.rnd.choice(rooms)} if self.rnd.random() < 0.2 else {}
        return question | ({self.rnd.choice(["before", "after"]): self.moment()} if self.rnd.random() < 0.2 else {})

    def narrowing(self, least: int = 0) -> Json:
        """Filters with which nothing else has to be given, so many at least."""
        given = {"has": self.rnd.choice(["file", "image", "link"]), "from": self.rnd.choice(self.people).id}
        return {name: given[name] for name in self.rnd.sample(sorted(given), self.rnd.randint(least, 2))}

    def moment(self) -> str:
        """When something was said."""
        moment: str = self.rnd.choice(self.said)["created_at"]
        return moment


def finds(question: Json, message: Json) -> bool:
    """Tell whether a message is what is looked for."""
    return (
        message["text"] is not None
        and ("q" not in question or says(message["text"], question["q"]))
        and ("has" not in question or has(message, question["has"]))
        and question.get("from") in (None, message["sender"])
        and question.get("room") in (None, message["room"])
        and question.get("after", "") <= message["created_at"] < question.get("before", "9")
    )


def has(message: Json, what: str) -> bool:
    """Tell whether a message holds a link, a file or an image."""
    if what == "link":
        return re.search(r"https?://", message["text"].lower()) is not None
    return any(what == "file" or file["mime"].startswith("image/") for file in message["files"])


def says(text: str, asked: str) -> bool:
    """Tell whether a text holds the words that are asked for."""
    words = words_of(text)
    if asked.startswith('"'):
        phrase = words_of(asked)
        return any(words[n : n + len(phrase)] == phrase for n in range(len(words)))
    return all(any(same(each, word) for word in words) for each in asked.split())


def words_of(text: str) -> list[str]:
    """The words of a text without case and accents."""
    return re.findall(r"[^\W_]+", re.sub("[\u0300-\u036f]", "", unicodedata.normalize("NFD", text)).lower())


def same(asked: str, word: str) -> bool:
    """Tell whether a word is what is asked for, or another form of it."""
    plain = words_of(asked)[0]
    if asked.endswith("*"):
        return word.startswith(plain)
    return any({plain, word} <= {words_of(each)[0] for each in group} for group in GROUPS)
