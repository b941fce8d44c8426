"""What is asked all the time, whether or not there is news: it should cost little more than the database's own work."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import CompoundSelect, Connection, Engine, Select

from models import db
from sopapo.database import asking, is_sqlite
from sopapo.driver import as_sqlalchemy, driver_of
from sopapo.transaction import ask


class Question:
    """A question outside of any transaction, whose parameters are numbers; each database is asked in its own words."""

    def __init__(self, question: Select[*tuple[Any, ...]] | CompoundSelect[*tuple[Any, ...]]) -> None:
        """Put the question together, once."""
        self.question = question
        self.on_sqlite: dict[Engine, tuple[str, Sequence[str]]] = {}

    def ask(self, **given: int) -> Sequence[Sequence[Any]]:
        """Return the rows; raises what SQLAlchemy raises."""
        engine = db.engine
        if not is_sqlite(engine):
            return ask(self.question, **given)
        text, names = self.words(engine)
        with as_sqlalchemy(text):
            return driver_of(kept(engine)).execute(text, [given[name] for name in names]).fetchall()

    def words(self, engine: Engine) -> tuple[str, Sequence[str]]:
        """Return the question as SQLite takes it, and the names of its parameters in their order."""
        if engine not in self.on_sqlite:
            compiled: Any = self.question.compile(engine)
            self.on_sqlite[engine] = str(compiled), compiled.positiontup
        return self.on_sqlite[engine]


@cache
def kept(engine: Engine) -> Connection:
    """Return a connection that is only asked; questions to SQLite yield to nobody, so that one is enough."""
    return asking(engine).connect()
