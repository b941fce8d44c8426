"""The part of a text that was found, with what was found marked, safe to be shown as HTML."""

import re
from collections.abc import Sequence
from html import escape

from sopapo.chat.wording import Term, plain

# As in the database, a word may hold combining accents.
WRITTEN = re.compile("(?:[^\\W_]|[\u0300-\u036f])+")
BEFORE = 60
LENGTH = 200

Span = tuple[int, int]


def snippet_of(text: str, terms: Sequence[Term]) -> str:
    """Return a piece of a text around the first of what was found; `mark` is the only tag in it."""
    written = list(WRITTEN.finditer(text))
    spans = spans_of([plain(match[0]) for match in written], [match.span() for match in written], terms)
    low, high = bounds(text, spans, written)
    pieces, at = ["…" if low else ""], low
    for start, end in spans:
        if at <= start and end <= high:
            pieces += [escape(text[at:start]), "<mark>", escape(text[start:end]), "</mark>"]
            at = end
    return "".join([*pieces, escape(text[at:high]), "…" if high < len(text) else ""])


def spans_of(words: list[str], places: list[Span], terms: Sequence[Term]) -> list[Span]:
    """Return from where to where what was found stands in a text, in its order and without overlapping."""
    spans: list[Span] = []
    for n in range(len(words)):
        lengths = [len(term.words) for term in terms if term.begins_at(words, n)]
        if lengths and (not spans or places[n][0] >= spans[-1][1]):
            spans.append((places[n][0], places[n + max(lengths) - 1][1]))
    return spans


def bounds(text: str, spans: list[Span], written: list[re.Match[str]]) -> Span:
    """Return from where to where a piece is cut out, between words where there are some."""
    if len(text) <= LENGTH:
        return 0, len(text)
    first, last = spans[0] if spans else (0, 0)
    low = next((match.start() for match in written if match.start() >= first - BEFORE), 0) if first > BEFORE else 0
    ends = [match.end() for match in written if last <= match.end() <= low + LENGTH]
    high = max(ends, default=min(len(text), max(last, low + LENGTH)))
    return low, high if high < len(text) and low + LENGTH < len(text) else len(text)
