"""Who is online, as the processes say it who have their sockets."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id, Moment, uuid_type


class Process(Base):
    """A running server; what it says of its sockets counts until `until`, unless it renews that."""

    __tablename__ = "processes"

    id: Mapped[Id] = mapped_column(primary_key=True)
    until: Mapped[Moment]


class Presence(Base):
    """A user who has sockets in a process."""

    __tablename__ = "presence"

    process_id: Mapped[str] = mapped_column(uuid_type, ForeignKey("processes.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[str] = mapped_column(
        uuid_type, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True
    )
