"""What people keep at hand."""

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Moment, RowNumber, row_number_type, uuid_type


class Star(Base):
    """A message that somebody has starred; nobody else knows."""

    __tablename__ = "stars"
    __table_args__ = (
        UniqueConstraint("message_id", "user_id"),
        Index("ix_stars_user_id_id", "user_id", "id"),
    )

    id: Mapped[RowNumber] = mapped_column(primary_key=True, autoincrement=True)
    message_id: Mapped[int] = mapped_column(row_number_type, ForeignKey("messages.id", ondelete="CASCADE"))
    user_id: Mapped[str] = mapped_column(uuid_type, ForeignKey("users.id", ondelete="CASCADE"))
    starred_at: Mapped[Moment]
