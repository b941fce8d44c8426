"""What all tables share: the declarative base, and the types of ids and times."""

from typing import Annotated, Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, BigInteger, Integer, MetaData, String, Text
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import DeclarativeBase, mapped_column

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}

# PostgreSQL keeps a UUID in 16 bytes; SQLite has no such type and keeps its 36 characters.
uuid_type = String(36).with_variant(postgresql.UUID(as_uuid=False), "postgresql")

# SQLite counts rows by itself only in a column that is exactly INTEGER.
row_number_type = BigInteger().with_variant(Integer(), "sqlite")

json_type = JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")

Id = Annotated[str, mapped_column(uuid_type)]
RowNumber = Annotated[int, mapped_column(row_number_type)]
Moment = Annotated[int, mapped_column(BigInteger)]
Counter = Annotated[int, mapped_column(BigInteger)]
LongText = Annotated[str, mapped_column(Text)]
Json = Annotated[Any, mapped_column(json_type)]


class Base(DeclarativeBase):
    """The base of all tables; `Moment` columns hold milliseconds since 1970 in UTC."""

    metadata = MetaData(naming_convention=NAMES)


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False, "autoflush": False})
