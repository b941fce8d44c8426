"""What comes within a short time is worked on together."""

from collections import deque
from collections.abc import Callable, Collection, Hashable, Mapping
from itertools import islice
from queue import SimpleQueue
from typing import Generic, TypeVar

import structlog
from flask import Flask

from models import db
from sopapo.transport.runtime import spawn_after

log = structlog.get_logger(__name__)

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)


class Gathering(Generic[T]):
    """Hands what has been added to `work`, some seconds after the first came and `most` at a time."""

    def __init__(self, app: Flask, work: Callable[[list[T]], None], seconds: float, most: int) -> None:
        """Work in the context of this application; what `work` raises is logged."""
        self.app = app
        self.work = work
        self.seconds = seconds
        self.most = most
        self.waiting: deque[T] = deque()
        self.is_due = False

    def add(self, item: T) -> None:
        """Let this be worked on soon; never yields."""
        self.waiting.append(item)
        if not self.is_due:
            self.is_due = True
            spawn_after(self.seconds, self.run)

    def take_all(self) -> list[T]:
        """Take back all that waits."""
        items = list(self.waiting)
        self.waiting.clear()
        return items

    def run(self) -> None:
        """Work on everything that waits."""
        with self.app.app_context():
            while self.waiting:
                items = list(islice(self.waiting, self.most))
                for _ in items:
                    self.waiting.popleft()
                try:
                    self.work(items)
                except Exception:
                    log.exception("gathered_work_failed", work=self.work.__name__)
                finally:
                    db.session.remove()
        self.is_due = False


class Together(Generic[K, T]):
    """Answers what many ask in the same turn of the loop, and while an answer is on its way, with one question.

    Where the answer fails, it fails all who wait for one: nobody waits for one failure after the other.
    """

    def __init__(self, app: Flask, answer: Callable[[Collection[K]], Mapping[K, T]], most: int) -> None:
        """Let `answer` find up to so many at once; what it does not find is None."""
        self.answer = answer
        self.asked: Gathering[tuple[K, Callable[[T | Exception | None], None]]] = Gathering(app, self.settle, 0, most)

    def ask(self, key: K) -> T | None:
        """Wait for the answer. Raises what asking for it raised."""
        settled: SimpleQueue[T | Exception | None] = SimpleQueue()
        self.asked.add((key, settled.put))
        outcome = settled.get()
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def settle(self, asked: list[tuple[K, Callable[[T | Exception | None], None]]]) -> None:
        """Answer all of these."""
        try:
            found = self.answer({key for key, _ in asked})
        except Exception as error:  # noqa: BLE001 - whoever asks handles it
            for _, settle in (*asked, *self.asked.take_all()):
                settle(error)
            return
        for key, settle in asked:
            settle(found.get(key))
