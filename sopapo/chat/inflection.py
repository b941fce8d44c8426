"""The forms of a Portuguese word: `reuniao` and `reunioes`, `falou` and `falar`; words come without accents.

A word is a root and one of the endings of a family; words of the same root and family are forms of one another. The
longest ending that leaves enough of a word is its ending. One table says both how to take words apart and which forms
there are, so that whatever form one looks for, all others are found.
"""

from functools import lru_cache
from typing import NamedTuple

# Nouns and adjectives in number and gender, adverbs, and verbs as they are spoken in Brazil.
NOUNS = ("", "s", "a", "as", "e", "es", "o", "os", "em", "ens", "esa", "esas", "eses", "eus", "ia", "ias")
VERBS = (
    *("ar", "ares", "ando", "amos", "am", "ei", "ou", "aram", "ava", "avas", "avamos", "avam", "arem", "armos"),
    *("er", "eres", "endo", "emos", "i", "eu", "eram", "erem", "ermos", "ir", "ires", "indo"),
    *("iu", "iram", "irem", "irmos", "asse", "asses", "assem", "esse", "esses", "essem", "isse", "isses", "issem"),
    *("arei", "erei", "irei", "arao", "erao", "irao", "aremos", "eremos", "iremos"),
)
# What is an ending of so many nouns too that more must be left to take it for a verb's.
LONG = (
    *("ado", "ada", "ados", "adas", "ido", "ida", "idos", "idas", "mente", "amente"),
    *("aria", "arias", "ariam", "eria", "erias", "eriam", "iria", "irias", "iriam"),
)


class Ending(NamedTuple):
    """To which family an ending belongs, and how many letters must stand before it."""

    family: int
    least: int


FAMILIES: tuple[tuple[int, tuple[str, ...]], ...] = (
    (3, NOUNS + VERBS),
    (1, ("ao", "oes", "aes", "aos")),
    (2, ("al", "ais")),
    (2, ("el", "eis", "il", "is")),
    (2, ("ol", "ois")),
    (2, ("ul", "uis")),
    (1, ("im", "ins")),
    (1, ("om", "ons")),
    (1, ("um", "uns")),
)
# Words whose forms no rule knows; the common ones.
IRREGULAR = (
    frozenset(("mae", "maes")),
    frozenset(("pai", "pais", "paises")),
    frozenset(("bom", "boa", "bons", "boas")),
    frozenset(("mau", "ma", "maus", "mas")),
    frozenset(("bem", "bens")),
    frozenset(("trem", "trens")),
    frozenset(("item", "itens")),
    frozenset(("sol", "sois")),
    frozenset(("camarao", "camaroes")),
)
ENDINGS = {ending: Ending(n, least) for n, (least, family) in enumerate(FAMILIES) for ending in family}
ENDINGS |= {ending: Ending(0, 4) for ending in LONG}
LONGEST = max(map(len, ENDINGS))


def take_apart(word: str) -> tuple[str, int]:
    """Return the root of a word and its family."""
    for length in range(min(LONGEST, len(word)), 0, -1):
        ending = ENDINGS.get(word[-length:])
        if ending is not None and len(word) - length >= ending.least:
            return word[:-length], ending.family
    return word, 0


@lru_cache(maxsize=4096)
def forms_of(word: str) -> tuple[str, ...]:
    """Return a word and its other forms, in order."""
    if not (word.isascii() and word.isalpha()):
        return (word,)
    for forms in IRREGULAR:
        if word in forms:
            return tuple(sorted(forms))
    root, family = apart = take_apart(word)
    candidates = {root + ending for ending, (other, _) in ENDINGS.items() if other == family}
    return tuple(sorted({word} | {form for form in candidates if take_apart(form) == apart}))
