"""What people no longer want to see."""

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Moment, row_number_type, uuid_type


class Hiding(Base):
    """A message that somebody has deleted for himself."""

    __tablename__ = "hidings"
    __table_args__ = (Index("ix_hidings_user_id_hidden_at", "user_id", "hidden_at"),)

    message_id: Mapped[int] = mapped_column(
        row_number_type, ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[str] = mapped_column(uuid_type, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    hidden_at: Mapped[Moment]
