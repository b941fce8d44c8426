"""Where work runs: in greenlets where eventlet has patched the process, in ordinary threads where it has not."""

import logging
import threading
import time
import warnings
from collections.abc import Callable
from typing import Any, ParamSpec, Protocol, TypeVar

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")
    import eventlet
from eventlet import hubs, tpool
from eventlet.patcher import is_monkey_patched

P = ParamSpec("P")
T = TypeVar("T")

log = logging.getLogger(__name__)


class Timer(Protocol):
    """Work that waits for its time."""

    def cancel(self) -> None:
        """Let it be, if it has not begun."""


def is_green() -> bool:
    """Tell whether eventlet has patched this process."""
    return bool(is_monkey_patched("thread"))


def off_loop(fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return what `fn` returns, run on a native thread while other greenlets go on."""
    if not is_green():
        return fn(*args, **kwargs)
    result: T = tpool.execute(fn, *args, **kwargs)
    return result


def spawn(fn: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> None:
    """Run `fn` beside the caller, beginning after the caller yields; what it raises is logged."""
    if is_green():
        eventlet.spawn_n(_guarded, fn, args, kwargs)
    else:
        threading.Thread(target=_guarded, args=(fn, args, kwargs), daemon=True).start()


def spawn_after(seconds: float, fn: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> Timer:
    """Run `fn` beside the caller after a time; what it raises is logged."""
    if is_green():
        timer: Timer = eventlet.spawn_after(seconds, _guarded, fn, args, kwargs)
        return timer
    thread = threading.Timer(seconds, _guarded, (fn, args, kwargs))
    thread.daemon = True
    thread.start()
    return thread


def call_after(seconds: float, fn: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> Timer:
    """Run `fn`, which must not block, on the loop itself after a time: cheaper than a greenlet."""
    timer: Timer = hubs.get_hub().schedule_call_global(seconds, _guarded, fn, args, kwargs)
    return timer


def sleep(seconds: float = 0) -> None:
    """Wait, and let others run meanwhile."""
    time.sleep(seconds)


def _guarded(fn: Callable[..., object], args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    try:
        fn(*args, **kwargs)
    except Exception:
        log.exception("unhandled exception in %s", getattr(fn, "__qualname__", fn))
