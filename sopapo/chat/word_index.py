"""What is looked for in the language of each database; words are letters and digits alone."""

from collections.abc import Collection, Iterable, Sequence
from itertools import takewhile

from sopapo.chat.wording import Term

# More rooms than these hold so much of everything that naming them saves nothing.
ROOMS_AT_MOST = 200


def fts5_query(terms: Iterable[Term], room_ids: Collection[str]) -> str:
    """Return the query of SQLite's index, which knows the rooms of the words."""
    wanted = f"{{text}} : ({' AND '.join(map(fts5_term, terms))})"
    if len(room_ids) > ROOMS_AT_MOST:
        return wanted
    rooms = " OR ".join(f'"{room_id.replace("-", "")}"' for room_id in room_ids)
    return f"{{room}} : ({rooms}) AND {wanted}"


def fts5_term(term: Term) -> str:
    """Return one term of it."""
    if term.forms:
        return "(" + " OR ".join(f'"{form}"' for form in term.forms) + ")"
    return f'"{" ".join(term.words)}"' + (" *" if term.is_beginning else "")


def tsquery(terms: Iterable[Term]) -> str:
    """Return the query of PostgreSQL's index."""
    return " & ".join(map(tsquery_term, terms))


def tsquery_term(term: Term) -> str:
    """Return one term of it; a phrase also says that its words are there, which is all that the index knows."""
    if term.forms:
        return "(" + " | ".join(f"'{form}'" for form in term.forms) + ")"
    return f"({all_words(term)} & ({' <-> '.join(marked(term))}))" if len(term.words) > 1 else all_words(term)


def all_words(term: Term) -> str:
    """Return what holds where all words of a phrase are there, or something begins as the only one does."""
    return " & ".join(marked(term))


def marked(term: Term) -> list[str]:
    """Return the words of a term as PostgreSQL takes them, the last one marked where it is a beginning."""
    words = [f"'{word}'" for word in term.words]
    return [*words[:-1], words[-1] + ":*"] if term.is_beginning else words


def rough_tsquery(terms: Iterable[Term]) -> str:
    """Return a query that is quickly answered and lets through all that the other does, and more."""
    return " & ".join(f"'{beginning_of(term.forms)}':*" if term.forms else all_words(term) for term in terms)


def beginning_of(forms: Sequence[str]) -> str:
    """Return the letters that all forms, which come in their order, begin with: the first and the last tell."""
    first, last = forms[0], forms[-1]
    return "".join(letter for letter, _ in takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False)))
