"""What comes within a short time is worked on together."""

from collections import deque
from collections.abc import Callable
from itertools import islice
from typing import Generic, TypeVar

import structlog
from flask import Flask

from models import db
from sopapo.transport.runtime import spawn_after

log = structlog.get_logger(__name__)

T = TypeVar("T")


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
