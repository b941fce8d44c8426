"""What a request that was not granted looks like, whichever door it came through."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

STATUS = {
    "invalid": (422, 400),
    "unknown_event": (404, 405),
    "unauthenticated": (401,),
    "bad_credentials": (401,),
    "token_expired": (401,),
    "session_revoked": (401,),
    "forbidden": (403,),
    "suspended": (403,),
    "not_found": (404,),
    "conflict": (409,),
    "gone": (410,),
    "too_large": (413,),
    "rate_limited": (429,),
    "internal": (500,),
    "unavailable": (503,),
}


class Refusal(Exception):
    """An error answer: its code, the field to blame if one is named, and the error as it came."""

    def __init__(self, error: dict[str, Any], raw: str) -> None:
        super().__init__(f"{error.get('code')}: {error.get('message', error.get('detail'))} ({error.get('field')})")
        self.code: str = error["code"]
        self.field: str | None = error.get("field")
        self.retry_after: float | None = error.get("retry_after")
        self.raw = raw


@contextmanager
def refused(*codes: str, field: str | None = None) -> Iterator[pytest.ExceptionInfo[Refusal]]:
    """Hold that what happens inside is refused with one of `codes`, and blames `field` if one is given."""
    with pytest.raises(Refusal) as caught:
        yield caught
    assert caught.value.code in codes, f"refused with {caught.value}, not {codes}"
    if field is not None:
        assert caught.value.field == field, f"blames {caught.value.field!r}, not {field!r}"
