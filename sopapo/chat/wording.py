"""What somebody looks for: words with all their forms, phrases in quotes, and beginnings of words.

Words are what stands between signs, without case and accents, as both databases see them too.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from sopapo.chat.inflection import forms_of
from sopapo.errors import Invalid

MARKS = re.compile("[\u0300-\u036f]+")
WORD = re.compile(r"[^\W_]+")
TERM = re.compile(r'"([^"]*)"?|([^\s"]+)')
TERMS_AT_MOST = 10
LEAST_BEGINNING = 2


class Term(NamedTuple):
    """Words that must follow one another; the last may be a beginning, and a lone one may have any of its forms.

    One of `others` will do where there are some.
    """

    words: tuple[str, ...]
    is_beginning: bool = False
    is_exact: bool = False
    others: tuple[str, ...] = ()

    @property
    def forms(self) -> tuple[str, ...]:
        """Return what the lone word may be, in their order; nothing where it is a phrase or a beginning."""
        if self.others:
            return (*self.words, *self.others)
        return () if self.is_exact or self.is_beginning or len(self.words) > 1 else forms_of(self.words[0])

    def begins_at(self, words: list[str], start: int) -> bool:
        """Tell whether a text, given as its words, has these from that one on."""
        found = tuple(words[start : start + len(self.words)])
        if self.forms:
            return found[0] in self.forms
        if self.is_beginning and len(found) == len(self.words):
            return found[:-1] == self.words[:-1] and found[-1].startswith(self.words[-1])
        return found == self.words


# What holds a link holds one of these words.
LINK = Term(("http",), others=("https",))


def plain(text: str) -> str:
    """Return a text without case and accents."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", MARKS.sub("", unicodedata.normalize("NFD", text))).lower()


def words_of(text: str) -> list[str]:
    """Return the words of a text."""
    return WORD.findall(plain(text))


def terms_of(text: str) -> list[Term]:
    """Return what is looked for. Raises Invalid where there is no word in it, or too much."""
    terms = list(read_terms(text))
    if not terms:
        raise Invalid("there is no word in it", "q")
    if len(terms) > TERMS_AT_MOST:
        raise Invalid(f"at most {TERMS_AT_MOST} words and phrases at once", "q")
    if any(term.is_beginning and len(term.words[-1]) < LEAST_BEGINNING for term in terms):
        raise Invalid(f"the beginning of a word needs {LEAST_BEGINNING} letters", "q")
    return terms


def read_terms(text: str) -> Iterator[Term]:
    """Yield the terms of a text, each once."""
    seen = set()
    for match in TERM.finditer(text):
        phrase, word = match[1], match[2]
        words = tuple(words_of(phrase if word is None else word))
        term = Term(words, is_beginning=word is not None and word.endswith("*"), is_exact=word is None)
        if words and term not in seen:
            seen.add(term)
            yield term
