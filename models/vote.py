"""What people have chosen in polls."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Moment, row_number_type, uuid_type


class Vote(Base):
    """Somebody's one vote in a poll: `choices` has a bit for each option, the lowest for the first.

    One that was taken back stays, without any, so that the voter's other devices learn of it.
    """

    __tablename__ = "votes"
    __table_args__ = (
        Index("ix_votes_user_id_voted_at", "user_id", "voted_at"),
        CheckConstraint("choices BETWEEN 0 AND 4095", name="choices"),
    )

    message_id: Mapped[int] = mapped_column(
        row_number_type, ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[str] = mapped_column(uuid_type, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    choices: Mapped[int] = mapped_column(SmallInteger)
    voted_at: Mapped[Moment]
