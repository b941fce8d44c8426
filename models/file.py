"""What people bring along: pictures, sounds, papers."""

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Counter, Id, Moment, uuid_type


class File(Base):
    """A file that somebody has uploaded; the storage has its bytes under its id.

    It arrives, is ready, and leaves. `due_at` is when to see whether anything still refers to it; nothing has to be
    seen where it is null. Triggers set it when a message or an avatar lets go of the file.
    """

    __tablename__ = "files"
    __table_args__ = (
        CheckConstraint("status IN ('arriving', 'ready', 'leaving')", name="status"),
        Index(
            "ix_files_due_at",
            "due_at",
            sqlite_where=text("due_at IS NOT NULL"),
            postgresql_where=text("due_at IS NOT NULL"),
        ),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    owner_id: Mapped[str | None] = mapped_column(uuid_type, ForeignKey("users.id", ondelete="SET NULL"), index=True)
    status: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(String(255))
    mime: Mapped[str] = mapped_column(String(127))
    size: Mapped[Counter]
    width: Mapped[int | None]
    height: Mapped[int | None]
    duration: Mapped[float | None]
    blurhash: Mapped[str | None] = mapped_column(String(64))
    thumbnail: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[Moment]
    due_at: Mapped[Moment | None]


class Attachment(Base):
    """That a message holds a file; what the file is like stands in the message itself."""

    __tablename__ = "attachments"
    __table_args__ = (
        ForeignKeyConstraint(
            ["room_id", "seq"], ["messages.room_id", "messages.seq"], name="fk_attachments_message", ondelete="CASCADE"
        ),
    )

    room_id: Mapped[str] = mapped_column(uuid_type, primary_key=True)
    seq: Mapped[Counter] = mapped_column(primary_key=True)
    file_id: Mapped[str] = mapped_column(uuid_type, ForeignKey("files.id"), primary_key=True, index=True)
