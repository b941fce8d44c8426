"""The people, and the bots."""

from sqlalchemy import CheckConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id, Moment, uuid_type


class User(Base):
    """An account; `username_key` is the username as the eye confuses it, so that look-alikes collide."""

    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint("last_seen IN ('everyone', 'nobody')", name="last_seen"),
        CheckConstraint("receipts IN ('everyone', 'nobody')", name="receipts"),
        Index(
            "ix_users_deleted_at",
            "deleted_at",
            sqlite_where=text("deleted_at IS NOT NULL"),
            postgresql_where=text("deleted_at IS NOT NULL"),
        ),
        Index(
            "ix_users_avatar",
            "avatar",
            sqlite_where=text("avatar IS NOT NULL"),
            postgresql_where=text("avatar IS NOT NULL"),
        ),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(32))
    username_key: Mapped[str] = mapped_column(String(255), unique=True)
    name: Mapped[str] = mapped_column(String(64))
    about: Mapped[str] = mapped_column(String(280), default="")
    avatar: Mapped[str | None] = mapped_column(uuid_type)
    email: Mapped[str | None] = mapped_column(String(254), unique=True)
    password_hash: Mapped[str] = mapped_column(String(255))
    locale: Mapped[str] = mapped_column(String(8), default="pt-BR")
    last_seen: Mapped[str] = mapped_column(String(8), default="everyone")
    receipts: Mapped[str] = mapped_column(String(8), default="everyone")
    bot: Mapped[bool] = mapped_column(default=False)
    admin: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[Moment]
    last_seen_at: Mapped[Moment | None]
    suspended_at: Mapped[Moment | None]
    deleted_at: Mapped[Moment | None]
