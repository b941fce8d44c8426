"""Who is in which room, and what is theirs alone there."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Counter, LongText, Moment, uuid_type


class Member(Base):
    """A user in a room, also one that has left.

    `joined_seq` is the room's last message when he last joined; until `silenced_until` he may not write, be it that
    an admin has muted him or that one of a direct room has blocked the other.
    """

    __tablename__ = "members"
    __table_args__ = (
        CheckConstraint("role IN ('owner', 'admin', 'member')", name="role"),
        CheckConstraint("status IN ('joined', 'pending', 'left', 'removed', 'banned')", name="status"),
        CheckConstraint("read <= delivered", name="marks"),
        Index("ix_members_room_id_rev", "room_id", "rev"),
        Index("ix_members_status_changed_at", "status_changed_at"),
        Index("ix_members_user_id_status", "user_id", "status"),
        Index("ix_members_archived", "room_id", sqlite_where=text("archived = 1"), postgresql_where=text("archived")),
    )

    room_id: Mapped[str] = mapped_column(uuid_type, ForeignKey("rooms.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[str] = mapped_column(uuid_type, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[str] = mapped_column(String(8))
    status: Mapped[str] = mapped_column(String(8))
    status_changed_at: Mapped[Moment] = mapped_column(default=0, server_default="0")
    rev: Mapped[Counter]
    joined_at: Mapped[Moment]
    joined_seq: Mapped[Counter] = mapped_column(default=0)
    delivered: Mapped[Counter] = mapped_column(default=0)
    read: Mapped[Counter] = mapped_column(default=0)
    muted_until: Mapped[Moment | None]
    archived: Mapped[bool] = mapped_column(default=False)
    pinned: Mapped[bool] = mapped_column(default=False)
    draft: Mapped[LongText | None]
    silenced_until: Mapped[Moment | None]
    last_sent_at: Mapped[Moment] = mapped_column(default=0)
    marks_changed_at: Mapped[Moment] = mapped_column(default=0)
