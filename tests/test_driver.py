"""What SQLite's driver raises is what SQLAlchemy would raise: the same is made of it."""

import sqlite3

import pytest
from sqlalchemy import exc

from sopapo.driver import as_sqlalchemy
from sopapo.errors import ChatError, Internal, Unavailable, outcome_of


@pytest.mark.parametrize(
    ("driver", "sqlalchemy", "outcome"),
    [
        (sqlite3.OperationalError, exc.OperationalError, Unavailable),
        (sqlite3.InterfaceError, exc.InterfaceError, Unavailable),
        (sqlite3.IntegrityError, exc.IntegrityError, Internal),
        (sqlite3.DatabaseError, exc.DatabaseError, Internal),
        (sqlite3.Error, exc.DBAPIError, Internal),
    ],
)
def test_each_error_of_the_driver_becomes_sqlalchemys(
    driver: type[sqlite3.Error], sqlalchemy: type[exc.DBAPIError], outcome: type[ChatError]
) -> None:
    raised = driver("why")
    with pytest.raises(exc.DBAPIError) as caught, as_sqlalchemy("SELECT 1"):
        raise raised
    assert type(caught.value) is sqlalchemy
    assert caught.value.orig is raised
    assert type(outcome_of(caught.value)) is outcome
