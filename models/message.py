"""What was said."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Counter, Id, Json, LongText, Moment, RowNumber, json_type, uuid_type
from models.poll import Poll
from models.reaction import Reaction


class Message(Base):
    """A message, named by its room and `seq`; `rev` is the change of the room that it is at.

    `text` of a poll is its question; the rest of it, its result too, is `poll`, until the message is deleted.
    """

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("room_id", "seq"),
        UniqueConstraint("room_id", "sender_id", "client_id"),
        Index("ix_messages_room_id_rev", "room_id", "rev"),
        Index("ix_messages_pinned", "room_id", sqlite_where=text("pinned = 1"), postgresql_where=text("pinned")),
        Index(
            "ix_messages_expiring",
            "expires_at",
            sqlite_where=text("expires_at IS NOT NULL AND deleted_at IS NULL"),
            postgresql_where=text("expires_at IS NOT NULL AND deleted_at IS NULL"),
        ),
        Index(
            "ix_messages_with_files",
            "room_id",
            "id",
            "created_at",
            "sender_id",
            sqlite_where=text("files IS NOT NULL"),
            postgresql_where=text("files IS NOT NULL"),
        ),
        CheckConstraint("kind IN ('text', 'system', 'poll')", name="kind"),
        CheckConstraint("(kind = 'system') = (system IS NOT NULL)", name="system"),
        CheckConstraint("poll IS NULL OR kind = 'poll'", name="poll"),
        CheckConstraint("seq > 0 AND rev > 0", name="counters"),
    )

    id: Mapped[RowNumber] = mapped_column(primary_key=True, autoincrement=True)
    room_id: Mapped[str] = mapped_column(uuid_type, ForeignKey("rooms.id", ondelete="CASCADE"))
    seq: Mapped[Counter]
    rev: Mapped[Counter]
    client_id: Mapped[Id | None]
    sender_id: Mapped[str | None] = mapped_column(uuid_type, ForeignKey("users.id", ondelete="SET NULL"))
    kind: Mapped[str] = mapped_column(String(8), default="text")
    text: Mapped[LongText | None]
    system: Mapped[Json | None]
    poll: Mapped[Poll | None] = mapped_column(json_type)
    reply_to: Mapped[Counter | None]
    forwarded: Mapped[bool] = mapped_column(default=False)
    mentions: Mapped[Json | None]
    mentions_all: Mapped[bool] = mapped_column(default=False)
    files: Mapped[Json | None]
    pinned: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[Moment]
    edited_at: Mapped[Moment | None]
    deleted_at: Mapped[Moment | None]
    expires_at: Mapped[Moment | None]

    # The reactions of a whole page of messages come with one query.
    reactions: Mapped[list[Reaction]] = relationship(
        order_by=Reaction.rev, lazy="selectin", cascade="all, delete-orphan", passive_deletes=True
    )
