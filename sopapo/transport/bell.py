"""Waiting for a sign."""

from eventlet.event import Event


class Bell:
    """Wakes whoever waits; a ring that nobody waits for is lost, so look before you wait."""

    __slots__ = ("_event",)

    def __init__(self) -> None:
        self._event: Event | None = None

    def wait(self, seconds: float) -> bool:
        """Wait for the next ring, but no longer than this; tell whether it came."""
        if self._event is None:
            self._event = Event()
        return bool(self._event.wait(seconds))

    def ring(self) -> None:
        """Wake those who wait; never yields."""
        event, self._event = self._event, None
        if event is not None:
            event.send(True)  # noqa: FBT003 - a value, not a switch
