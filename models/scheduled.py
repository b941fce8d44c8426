"""What is to be said later."""

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Counter, Id, LongText, Moment, uuid_type
from models.file import File


class ScheduledFile(Base):
    """That a message which waits holds a file, and in which place."""

    __tablename__ = "scheduled_files"
    __table_args__ = (
        ForeignKeyConstraint(
            ["sender_id", "room_id", "client_id"],
            ["scheduled_messages.sender_id", "scheduled_messages.room_id", "scheduled_messages.client_id"],
            name="fk_scheduled_files_message",
            ondelete="CASCADE",
        ),
    )

    sender_id: Mapped[str] = mapped_column(uuid_type, primary_key=True)
    room_id: Mapped[str] = mapped_column(uuid_type, primary_key=True)
    client_id: Mapped[Id] = mapped_column(primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    file_id: Mapped[str] = mapped_column(uuid_type, ForeignKey("files.id"), index=True)

    file: Mapped[File] = relationship(lazy="joined", innerjoin=True)


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

    holds: Mapped[list[ScheduledFile]] = relationship(
        order_by=ScheduledFile.place, lazy="selectin", cascade="all, delete-orphan", passive_deletes=True
    )

    @property
    def files(self) -> list[File]:
        """The files that it will bring, in their order."""
        return [held.file for held in self.holds]
