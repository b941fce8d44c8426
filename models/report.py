"""What people report to the administrators."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Counter, LongText, Moment, RowNumber, uuid_type


class Report(Base):
    """Somebody's report of a user, or of a message with what it said then."""

    __tablename__ = "reports"

    id: Mapped[RowNumber] = mapped_column(primary_key=True, autoincrement=True)
    reporter_id: Mapped[str] = mapped_column(uuid_type, ForeignKey("users.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[str | None] = mapped_column(uuid_type, ForeignKey("users.id", ondelete="SET NULL"))
    room_id: Mapped[str | None] = mapped_column(uuid_type, ForeignKey("rooms.id", ondelete="SET NULL"))
    seq: Mapped[Counter | None]
    text: Mapped[LongText | None]
    reason: Mapped[LongText]
    created_at: Mapped[Moment]
    handled_at: Mapped[Moment | None]
    handled_by: Mapped[str | None] = mapped_column(uuid_type, ForeignKey("users.id", ondelete="SET NULL"))
