"""Names of files as they may be kept and shown: without folders, and without what deceives the eye."""

import re
import unicodedata

MOST = 255
NAMELESS = "file"
FOLDERS = re.compile(r"[/\\]")
# Controls, marks of direction and of format, halves of characters, and what no font shows.
INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Joiners that emoji and some scripts are written with.
JOINERS = frozenset({"\u200c", "\u200d"})


def safe_name(given: str) -> str:
    """Return the last part of a path, with nothing in it that cannot be seen; what is too long keeps its ending."""
    last = FOLDERS.split(given)[-1]
    seen = "".join(char for char in last if char in JOINERS or unicodedata.category(char) not in INVISIBLE)
    name = " ".join(seen.split()).strip(". ")
    # A dot at the head hides a file, one at the end is lost on some systems.
    return shortened(name) or NAMELESS


def shortened(name: str) -> str:
    """Return a name within the bound."""
    if len(name) <= MOST:
        return name
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > MOST // 8:
        return name[:MOST].rstrip()
    return stem[: MOST - len(ending) - 1].rstrip() + dot + ending
