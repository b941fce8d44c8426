"""Names for the cases of a parametrized test."""

from typing import Any


def brief(value: Any) -> str:
    """Return a short name that tells a text from what it looks like."""
    return repr(value)[:24]
