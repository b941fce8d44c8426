"""Who wants nothing of whom."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Moment, uuid_type


class Block(Base):
    """Somebody who has blocked somebody else."""

    __tablename__ = "blocks"

    user_id: Mapped[str] = mapped_column(uuid_type, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    blocked_id: Mapped[str] = mapped_column(
        uuid_type, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    blocked_at: Mapped[Moment] = mapped_column(index=True)
