"""What no client can see of how messages are stored: the disk that is waited for, and the bounds of a transaction."""

import math
import sqlite3
from collections.abc import Callable
from contextlib import closing
from threading import Event
from types import SimpleNamespace
from typing import Any, cast

import pytest
from flask import Flask

from sopapo import database, journal
from sopapo.database import COMMITS_LOOKED_AT, QUICK_SECONDS, Commits, configure_sqlite
from sopapo.draft import Draft
from sopapo.journal import MAX_BYTES, MAX_DRAFTS, Journal, Waiting

FULL = 2


def test_a_commit_to_sqlite_waits_for_the_disk(tmp_path: Any) -> None:
    with closing(sqlite3.connect(tmp_path / "one.db")) as connection:
        configure_sqlite(cast(Any, connection), cast(Any, None))
        [(mode,)], [(synchronous,)] = (connection.execute(f"PRAGMA {name}") for name in ("journal_mode", "synchronous"))
    assert (mode, synchronous) == ("wal", FULL)


def test_commits_leave_the_loop_while_the_disk_is_slow_and_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    beside: list[float] = []

    def off_loop(work: Callable[..., object], connection: Any) -> None:
        beside.append(connection.seconds)
        work(connection)

    def commit(seconds: float) -> None:
        commits.commit(cast(Any, SimpleNamespace(seconds=seconds, commit=lambda: passed.append(seconds))))

    passed: list[float] = []
    clock = {"perf_counter": lambda: sum(passed), "thread_time": lambda: 0.0, "sleep": lambda _seconds: None}
    monkeypatch.setattr(database, "time", SimpleNamespace(**clock))
    monkeypatch.setattr(database, "off_loop", off_loop)
    commits = Commits()

    slow = QUICK_SECONDS * COMMITS_LOOKED_AT * 1.5
    commit(0)
    commit(slow)
    assert beside == []
    commit(slow)
    assert beside == [slow]
    for _ in range(COMMITS_LOOKED_AT * 10):
        commit(0)
    assert 1 < len(beside) < COMMITS_LOOKED_AT * 5


@pytest.mark.parametrize(("length", "most"), [(60_000, -(-MAX_BYTES // 60_000)), (1, MAX_DRAFTS)])
def test_a_transaction_takes_so_many_messages_and_so_many_bytes(
    monkeypatch: pytest.MonkeyPatch, length: int, most: int
) -> None:
    monkeypatch.setattr(journal, "gates_by_room", lambda: str)
    one = Journal(Flask(__name__), lambda _room: None)
    one.lanes = [lane] = [Event()]
    for number in range(most * 2 + 1):
        draft = Draft("room", "sender", str(number), "x" * length)
        one.queue.append(Waiting(draft, None, lambda _outcome: None, math.inf))
    batches = [one.next_batch(lane) for _ in range(3)]
    assert [len(batch) for batch in batches] == [most, most, 1]
    taken = [int(waiting.draft.client_id) for batch in batches for waiting in batch]
    assert taken == list(range(most * 2 + 1))
