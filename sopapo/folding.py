"""Text as people look for it: without case and accents, alike in Python and in both databases."""

import unicodedata
from typing import Any

from sqlalchemy import String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine


def fold(text: str) -> str:
    """Return a text without accents, in lower case."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(char for char in decomposed if not "\u0300" <= char <= "\u036f").lower()


class Folded(FunctionElement[str]):
    """A column without accents, in lower case; SQLite calls `fold` under the name `folded`."""

    name = "folded"
    type: TypeEngine[str] = String()
    inherit_cache = True


@compiles(Folded, "sqlite")
def folded_by_sqlite(element: Folded, compiler: Any, **options: Any) -> str:
    """Call the function that every connection is given."""
    return f"{Folded.name}({compiler.process(element.clauses, **options)})"


@compiles(Folded, "postgresql")
def folded_by_postgresql(element: Folded, compiler: Any, **options: Any) -> str:
    """Write what does the same in PostgreSQL."""
    column = compiler.process(element.clauses, **options)
    return rf"lower(regexp_replace(normalize({column}, NFKD), '[\u0300-\u036f]', '', 'g'))"
