"""The rooms: groups, channels and conversations of two."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Counter, Id, LongText, Moment, uuid_type


class Room(Base):
    """A room and its two dense counters.

    `last_seq` numbers messages, `last_rev` numbers changes, `rev` is the change that the room itself is at. Messages
    below `first_seq` are no more, and what those below `swept_seq` said has left the database.
    """

    __tablename__ = "rooms"
    __table_args__ = (
        CheckConstraint("kind IN ('group', 'channel', 'direct')", name="kind"),
        CheckConstraint("history IN ('all', 'since_join')", name="history"),
        CheckConstraint("post IN ('everyone', 'admins')", name="post"),
        CheckConstraint("invite IN ('everyone', 'admins')", name="invite"),
        CheckConstraint("edit_info IN ('everyone', 'admins')", name="edit_info"),
        CheckConstraint("(kind = 'direct') = (direct_key IS NOT NULL)", name="direct"),
        Index("ix_rooms_public", "id", postgresql_where="public AND deleted_at IS NULL"),
        Index(
            "ix_rooms_avatar",
            "avatar",
            sqlite_where=text("avatar IS NOT NULL"),
            postgresql_where=text("avatar IS NOT NULL"),
        ),
        Index(
            "ix_rooms_cleared",
            "id",
            sqlite_where=text("swept_seq < first_seq"),
            postgresql_where=text("swept_seq < first_seq"),
        ),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))
    name: Mapped[str | None] = mapped_column(String(100))
    description: Mapped[LongText] = mapped_column(default="")
    avatar: Mapped[str | None] = mapped_column(uuid_type)
    public: Mapped[bool] = mapped_column(default=False)
    history: Mapped[str] = mapped_column(String(10), default="all")
    post: Mapped[str] = mapped_column(String(8), default="everyone")
    invite: Mapped[str] = mapped_column(String(8), default="admins")
    edit_info: Mapped[str] = mapped_column(String(8), default="admins")
    approval: Mapped[bool] = mapped_column(default=False)
    expire_after: Mapped[int | None]
    slow_mode: Mapped[int | None]
    direct_key: Mapped[str | None] = mapped_column(String(73), unique=True)
    last_seq: Mapped[Counter] = mapped_column(default=0)
    first_seq: Mapped[Counter] = mapped_column(default=1)
    swept_seq: Mapped[Counter] = mapped_column(default=1, server_default="1")
    last_rev: Mapped[Counter] = mapped_column(default=0)
    rev: Mapped[Counter] = mapped_column(default=0)
    member_count: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[Moment]
    created_by: Mapped[str | None] = mapped_column(uuid_type, ForeignKey("users.id", ondelete="SET NULL"))
    deleted_at: Mapped[Moment | None]
