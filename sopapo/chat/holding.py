"""Files that messages and avatars let go of.

A trigger then writes to the row of the file. Forwards share files, so that two who let go of the same ones could wait
for each other: whoever lets go of several locks them before, in the order of their ids, as whoever sends them does.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, Select, delete, select

from models import Attachment, File, db


def lock_files(ids: Iterable[str] | Select[str]) -> Sequence[str]:
    """Lock files, the lowest id first, and return the ids of those that are there."""
    wanted = File.id.in_(ids if isinstance(ids, Select) else list(ids))
    query = select(File.id).where(wanted).order_by(File.id).with_for_update(key_share=True)
    return db.session.scalars(query).all()


def let_go(attached: ColumnElement[bool]) -> None:
    """Let messages hold files no more, told by a condition on the attachments."""
    lock_files(select(Attachment.file_id).where(attached))
    db.session.execute(delete(Attachment).where(attached))
