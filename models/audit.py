"""What administrators have looked at and done."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Counter, Moment, RowNumber, row_number_type, uuid_type


class Audit(Base):
    """One act of an administrator; the rows stay when what they speak of has gone."""

    __tablename__ = "audits"

    id: Mapped[RowNumber] = mapped_column(primary_key=True, autoincrement=True)
    user_id: Mapped[str | None] = mapped_column(uuid_type, ForeignKey("users.id", ondelete="SET NULL"))
    act: Mapped[str] = mapped_column(String(32))
    report_id: Mapped[int | None] = mapped_column(row_number_type)
    room_id: Mapped[str | None] = mapped_column(uuid_type)
    seq: Mapped[Counter | None]
    created_at: Mapped[Moment]
