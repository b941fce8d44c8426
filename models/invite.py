"""The codes that let people into rooms."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Moment, uuid_type


class Invite(Base):
    """A code that lets its holder into a room, until it is used up, over or revoked."""

    __tablename__ = "invites"

    code: Mapped[str] = mapped_column(String(32), primary_key=True)
    room_id: Mapped[str] = mapped_column(uuid_type, ForeignKey("rooms.id", ondelete="CASCADE"), index=True)
    created_by: Mapped[str | None] = mapped_column(uuid_type, ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[Moment]
    expires_at: Mapped[Moment | None]
    uses: Mapped[int] = mapped_column(default=0)
    max_uses: Mapped[int | None]
    revoked_at: Mapped[Moment | None]
