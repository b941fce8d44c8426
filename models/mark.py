"""When marks were raised."""

from sqlalchemy import ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Counter, Moment, uuid_type


class Mark(Base):
    """The moment at which a member said that he has got, or has read, everything up to `seq`."""

    __tablename__ = "marks"
    __table_args__ = (
        ForeignKeyConstraint(
            ["room_id", "user_id"], ["members.room_id", "members.user_id"], name="fk_marks_member", ondelete="CASCADE"
        ),
    )

    room_id: Mapped[str] = mapped_column(uuid_type, primary_key=True)
    user_id: Mapped[str] = mapped_column(uuid_type, primary_key=True)
    seq: Mapped[Counter] = mapped_column(primary_key=True)
    read: Mapped[bool] = mapped_column(primary_key=True)
    at: Mapped[Moment]
