"""What one client asked and nobody has begun to do."""

import logging
from collections import deque
from collections.abc import Callable
from typing import Any

from sopapo.transport import runtime
from sopapo.transport.bell import Bell

log = logging.getLogger(__name__)

MOST, MOST_BYTES = 256, 262_144
AT_ONCE = 16
PATIENCE = 60


class Inbox:
    """Tasks done one at a time, in order, by a greenlet that is there while there are any."""

    __slots__ = ("_is_held", "_is_running", "_on_room", "_tasks", "size")

    def __init__(self) -> None:
        self._tasks: deque[tuple[Callable[..., object], Any, int]] | None = None
        self._on_room: list[Callable[[], object]] | None = None
        self._is_held = self._is_running = False
        self.size = 0

    @property
    def is_idle(self) -> bool:
        """Tell whether nothing waits and nothing is being done."""
        return self._tasks is None

    @property
    def is_full(self) -> bool:
        """Tell whether the client should be read no further for now."""
        return self.size > MOST_BYTES or (self._tasks is not None and len(self._tasks) > MOST)

    def put(self, task: Callable[[Any], object], argument: Any, size: int = 0) -> None:
        """Do this after what waits; a request has a size. Never yields."""
        self.size += size
        if self._tasks is None:
            self._tasks = deque()
        self._tasks.append((task, argument, size))
        self._go_on()

    def hold(self) -> None:
        """Let what waits, and what comes, wait until `resume`: a task goes on without the greenlet that began it."""
        self._is_held = True
        if self._tasks is None:
            self._tasks = deque()

    def resume(self) -> None:
        """Do what waits. Never yields."""
        self._is_held = False
        if not self._tasks and not self._is_running:
            self._tasks = None
        self._go_on()

    def clear(self) -> None:
        """Forget the requests that have not begun; what is owed without one stays."""
        if self._tasks is not None:
            owed = [task for task in self._tasks if not task[2]]
            self._tasks.clear()
            self._tasks.extend(owed)
        self.size = 0
        self._tell_of_room()

    def when_room(self, tell: Callable[[], object]) -> None:
        """Call this, which neither yields nor raises, as soon as it is no longer full."""
        if self._on_room is None:
            self._on_room = []
        self._on_room.append(tell)

    def wait_for_room(self) -> None:
        """Wait until it is no longer full."""
        while self.is_full:
            bell = Bell()
            self.when_room(bell.ring)
            bell.wait(PATIENCE)

    def _tell_of_room(self) -> None:
        waiting, self._on_room = self._on_room, None
        for tell in waiting or ():
            tell()

    def _go_on(self) -> None:
        if self._tasks and not (self._is_running or self._is_held):
            self._is_running = True
            runtime.spawn(self._run, self._tasks)

    def _run(self, tasks: deque[tuple[Callable[..., object], Any, int]]) -> None:
        done = 0
        while tasks and not self._is_held:
            task, argument, size = tasks.popleft()
            self._do(task, argument)
            self.size = max(0, self.size - size)
            if self._on_room is not None and not self.is_full:
                self._tell_of_room()
            done += 1
            if done % AT_ONCE == 0:
                runtime.sleep()
        self._is_running = False
        if not self._is_held:
            self._tasks = None

    def _do(self, task: Callable[..., object], argument: Any) -> None:
        try:
            task(argument)
        except Exception:
            log.exception("a client's task failed")
