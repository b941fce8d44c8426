"""What messages said before they were edited, for administrators."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, LongText, Moment, RowNumber, row_number_type


class Edit(Base):
    """A text that a message had until an edit replaced it."""

    __tablename__ = "edits"

    id: Mapped[RowNumber] = mapped_column(primary_key=True, autoincrement=True)
    message_id: Mapped[int] = mapped_column(row_number_type, ForeignKey("messages.id", ondelete="CASCADE"), index=True)
    text: Mapped[LongText]
    replaced_at: Mapped[Moment]
