"""What many ask at the same moment is one question."""

import threading
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

from models import db
from sopapo.gathering import Together
from tests.support.waiting import eventually

PATIENCE = 10


@pytest.fixture
def app() -> Flask:
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
    db.init_app(app)
    return app


class Slow:
    """Answers when it is told to, and counts the questions."""

    def __init__(self, app: Flask, *, failing: bool) -> None:
        self.failing = failing
        self.questions: list[set[str]] = []
        self.begun, self.go_on = threading.Event(), threading.Event()
        self.together: Together[str, str] = Together(app, self.answer, 1)

    def answer(self, keys: Collection[str]) -> Mapping[str, str]:
        self.questions.append(set(keys))
        self.begun.set()
        assert self.go_on.wait(PATIENCE)
        if self.failing:
            raise ConnectionError("away")
        return {key: key.upper() for key in keys if key != "nobody"}

    def ask_all(self, *keys: str) -> list[str | Exception | None]:
        """Ask for the first, and for the others while its answer is on its way."""

        def ask(key: str) -> str | Exception | None:
            try:
                return self.together.ask(key)
            except ConnectionError as error:
                return error

        with ThreadPoolExecutor(len(keys)) as pool:
            asked = [pool.submit(ask, keys[0])]
            assert self.begun.wait(PATIENCE)
            asked += [pool.submit(ask, key) for key in keys[1:]]
            eventually(lambda: len(self.together.asked.waiting) == len(keys) - 1)
            self.go_on.set()
            return [each.result(PATIENCE) for each in asked]


def test_each_hears_his_answer_and_what_is_not_there_is_none(app: Flask) -> None:
    slow = Slow(app, failing=False)
    assert slow.ask_all("ana", "bia", "nobody") == ["ANA", "BIA", None]
    assert slow.questions[0] == {"ana"}
    assert sorted(key for question in slow.questions for key in question) == ["ana", "bia", "nobody"]


def test_a_failure_is_told_to_all_who_wait_and_not_met_again_by_each(app: Flask) -> None:
    slow = Slow(app, failing=True)
    assert [type(outcome) for outcome in slow.ask_all("ana", "bia", "caio")] == [ConnectionError] * 3
    assert slow.questions == [{"ana"}]
