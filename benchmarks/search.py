"""How long searching takes: `python -m benchmarks.search --messages 1000000 --rooms 100`, in an empty database.

The database is that of the settings. Messages are of ten words of a vocabulary in which few are common and most are
rare, as in a language; one in 20 brings a picture or a paper, one in 100 a link. They are spread over the rooms at
random. Somebody in 50 of the rooms looks for all kinds.
`--again USER` measures without filling the database first.
"""

import argparse
import random
import time
from collections.abc import Iterator
from itertools import accumulate, islice
from statistics import median, quantiles
from typing import Any

from sqlalchemy import bindparam, func, insert, select, text, update
from uuid_utils import uuid4, uuid7

from models import Attachment, File, Member, Message, Room, User, db
from sopapo.chat.search import search
from sopapo.chat.seeding import crowd_room, crowd_user, deal
from sopapo.clock import now, rfc3339
from sopapo.commands import schema
from sopapo.commands.app import make_app
from sopapo.schemas.search import Search
from sopapo.security import Identity
from sopapo.transaction import transaction

CHUNK = 10_000
PEOPLE = 200
HIS_ROOMS = 50
SECOND = 1000
ONE_FILE_IN, ONE_LINK_IN = 20, 100
SYLLABLES = ("ba", "ca", "do", "fe", "gui", "jo", "la", "mi", "no", "pe", "que", "ri", "so", "tu", "va", "xo")
ENDINGS = ("a", "o", "as", "os", "ar", "ou", "ando", "ção", "ções", "mente", "al", "ais", "agem", "")
COMMON = (
    "não",
    "uma",
    "bom",
    "hoje",
    "reunião",
    "amanhã",
    "gente",
    "prova",
    "manutenção",
    "café",
    "reuniões",
    "sábado",
)

Json = dict[str, Any]


def vocabulary(rnd: random.Random) -> list[str]:
    """Return words, the common ones first."""
    made = {"".join(rnd.choices(SYLLABLES, k=rnd.randint(2, 4))) + rnd.choice(ENDINGS) for _ in range(40_000)}
    words = sorted(made)
    rnd.shuffle(words)
    return [*COMMON, *words]


def talk(counts: dict[str, int], people: list[str], many: int, rnd: random.Random) -> Iterator[Json]:
    """Yield messages, one a second until now, and count them by room."""
    words, rooms = vocabulary(rnd), list(counts)
    weights = list(accumulate(1 / (n + 5) for n in range(len(words))))
    began = now() - many * SECOND
    for n in range(many):
        room = rnd.choice(rooms)
        counts[room] += 1
        link = " https://example.org/a" if n % ONE_LINK_IN == 0 else ""
        yield {
            "room_id": room,
            "seq": counts[room],
            "rev": counts[room] + PEOPLE,
            "client_id": str(uuid4()),
            "sender_id": rnd.choice(people),
            "kind": "text",
            "text": " ".join(rnd.choices(words, cum_weights=weights, k=10)) + link,
            "files": [new_file(n, began)] if n % ONE_FILE_IN == 1 else None,
            "created_at": began + n * SECOND,
        }


def new_file(n: int, moment: int) -> Json:
    """Return the row of a file: of three, one is a picture."""
    mime = "application/pdf" if n % 3 else "image/png"
    facts = {"id": str(uuid7()), "name": "a", "mime": mime, "size": 1, "thumbnail": False}
    return (
        facts | dict.fromkeys(("width", "height", "duration", "blurhash")) | {"status": "ready", "created_at": moment}
    )


def say(messages: list[Json]) -> None:
    """Store messages with what they bring."""
    held = [(message, file) for message in messages for file in message["files"] or ()]
    with transaction():
        db.session.execute(insert(Message), messages)
        db.session.execute(insert(File), [file for _, file in held])
        places = [{"room_id": said["room_id"], "seq": said["seq"], "file_id": file["id"]} for said, file in held]
        db.session.execute(insert(Attachment), places)


def fill(given: argparse.Namespace, rnd: random.Random) -> str:
    """Fill the database, and return somebody who is in 50 rooms."""
    people = [crowd_user(f"s{now()}-{n}", now()) for n in range(PEOPLE)]
    places = [crowd_room(f"Room {n}", 10, now()) for n in range(given.rooms)]
    his = deal(people[:1], places[:HIS_ROOMS], 1)
    with transaction():
        for model, values in ((User, people), (Room, places), (Member, deal(people[1:], places, 10)), (Member, his)):
            db.session.execute(insert(model), values)
    counts = dict.fromkeys([place["id"] for place in places], 0)
    messages = talk(counts, [user["id"] for user in people], given.messages, rnd)
    while chunk := list(islice(messages, CHUNK)):
        say(chunk)
    with transaction():
        statement = update(Room.__table__).where(Room.__table__.c.id == bindparam("room"))  # type: ignore[arg-type]
        rows = [{"room": room, "seq": seq} for room, seq in counts.items()]
        db.session.connection().execute(statement.values(last_seq=bindparam("seq")), rows)
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    return str(people[0]["id"])


def questions(rnd: random.Random, people: list[str]) -> dict[str, list[Json]]:
    """Return what is looked for, by kind."""
    words = vocabulary(rnd)
    often, seldom = words[len(COMMON) : 300], words[5000:]
    past = rfc3339(now() - 900_000 * SECOND)
    return {
        "common word": [{"q": word} for word in COMMON],
        "usual word": [{"q": word} for word in rnd.sample(often, 40)],
        "rare word": [{"q": word} for word in rnd.sample(seldom, 40)],
        "no such word": [{"q": f"xyz{n}w"} for n in range(10)],
        "common and common": [{"q": " ".join(rnd.sample(COMMON, 2))} for _ in range(20)],
        "common and rare": [{"q": f"{rnd.choice(COMMON)} {word}"} for word in rnd.sample(seldom, 20)],
        "phrase": [{"q": f'"{" ".join(rnd.sample(COMMON, 2))}"'} for _ in range(20)],
        "beginning": [{"q": f"{word[:4]}*"} for word in rnd.sample(often, 20)],
        "common, long ago": [{"q": word, "before": past} for word in COMMON],
        "common, with a link": [{"q": word, "has": "link"} for word in COMMON[:6]],
        "files": [{"has": "file"}] * 10,
        "pictures": [{"has": "image"}] * 10,
        "links": [{"has": "link"}] * 10,
        "of one person": [{"from": user} for user in rnd.sample(people, 20)],
        "pictures of one": [{"from": user, "has": "image"} for user in rnd.sample(people, 20)],
        "pictures, long ago": [{"has": "image", "before": past}] * 10,
        "no picture": [{"has": "image", "before": rfc3339(0)}] * 5,
    }


def measure(caller: Identity, asked: list[Json]) -> tuple[list[float], int]:
    """Return how many milliseconds each took, and how many messages were found."""
    took, found = [], 0
    for question in asked:
        body = Search.model_validate(question)
        began = time.perf_counter()
        found += len(search(caller, body)["results"])
        took.append((time.perf_counter() - began) * 1000)
        db.session.remove()
    return took, found


def report(name: str, took: list[float], found: int) -> None:
    """Print a line of the table."""
    print(f"{name:20} {len(took):4} {median(took):8.1f} {quantiles(took, n=20)[-1]:8.1f} {max(took):8.1f} {found:6}")


def main() -> None:
    """Fill the database and look for all kinds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--rooms", type=int, default=100)
    parser.add_argument("--again", help="whose search to measure, in a database that was filled before")
    given, rnd = parser.parse_args(), random.Random(7)  # noqa: S311 - the same talk every time
    with make_app().app_context():
        schema.bring_up_to_date()
        user = given.again or fill(given, rnd)
        print(f"user {user}, {db.session.scalar(select(func.count(Message.id)))} messages, {db.engine.dialect.name}")
        print(f"{'ms':20} {'n':>4} {'median':>8} {'p95':>8} {'most':>8} {'found':>6}")
        everything: list[float] = []
        people = list(db.session.scalars(select(User.id).order_by(User.id)))
        for name, asked in questions(random.Random(7), people).items():  # noqa: S311
            took, found = measure(Identity(user, "", 0), asked)
            everything += took
            report(name, took, found)
        report("all", everything, 0)


if __name__ == "__main__":
    main()
