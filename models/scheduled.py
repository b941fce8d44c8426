"""What is to be said later."""

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Counter, Id, LongText, Moment, uuid_type


class Scheduled(Base):
    """A message that waits for its time.

    `due_at` is when it is to be tried next: at `send_at`; while somebody who has claimed it sends it, when another one
    may take over; and never, where `fault` says why it could not be sent.
    """

    __tablename__ = "scheduled_messages"
    __table_args__ = (Index("ix_scheduled_messages_due_at", "due_at"),)

    sender_id: Mapped[str] = mapped_column(uuid_type, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    room_id: Mapped[str] = mapped_column(uuid_type, ForeignKey("rooms.id", ondelete="CASCADE"), primary_key=True)
    client_id: Mapped[Id] = mapped_column(primary_key=True)
    text: Mapped[LongText]
    reply_to: Mapped[Counter | None]
    send_at: Mapped[Moment]
    created_at: Mapped[Moment]
    due_at: Mapped[Moment | None]
    claimed: Mapped[bool] = mapped_column(default=False)
    fault: Mapped[str | None] = mapped_column(String(32))
