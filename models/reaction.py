"""What people feel about a message, in one emoji each."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Counter, row_number_type, uuid_type


class Reaction(Base):
    """Somebody's one reaction to a message; `rev` is the change of the room that brought it, and orders them."""

    __tablename__ = "reactions"

    message_id: Mapped[int] = mapped_column(
        row_number_type, ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[str] = mapped_column(uuid_type, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    emoji: Mapped[str] = mapped_column(String(32))
    rev: Mapped[Counter]
