"""Usernames as the eye confuses them."""

import unicodedata
from functools import lru_cache

from confusable_homoglyphs import confusables


def spelling(username: str) -> str:
    """Return the one form of a username that is written in whatever case, and with letters composed or not."""
    return unicodedata.normalize("NFKC", username).casefold()


def username_key(username: str) -> str:
    """Return what two usernames share if people may take one for the other: case, accents and look-alikes are gone."""
    decomposed = unicodedata.normalize("NFKD", username.casefold())
    return "".join(prototype(char) for char in decomposed if not unicodedata.combining(char))


@lru_cache(maxsize=4096)
def prototype(char: str) -> str:
    """Return one form for all characters that look like this one, in either case."""
    if not char.isalnum():
        return char
    forms = {char, char.upper()}
    for form in tuple(forms):
        forms.update(twin["c"].strip("\u200e") for twin in confusables.confusables_data.get(form, ()))
    letters = [form for form in forms if form.isascii() and form.isalnum()]
    # The longest first: m looks like rn, and only rn can be written both ways.
    found = min((form.lower() for form in letters), key=lambda form: (-len(form), form), default=min(forms))
    # The capital of i is a stroke like l and 1.
    return "1" if found == "i" else found
