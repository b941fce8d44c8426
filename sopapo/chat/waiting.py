"""A message that waits for its time: finding one's own, what its author sees of it, and forgetting it."""

from models import Scheduled, db
from sopapo.chat.holding import lock_files
from sopapo.clock import rfc3339
from sopapo.errors import Conflict, NotFound
from sopapo.schemas.scheduled import ScheduledRequest
from sopapo.schemas.states import ScheduledState
from sopapo.security import Identity
from sopapo.states import facts_of, held_state


def own_row(caller: Identity, body: ScheduledRequest) -> Scheduled:
    """Return a message for later, locked. Raises NotFound, and Conflict where it is being sent just now."""
    name = (caller.user_id, body.room, body.client_id)
    row = db.session.get(Scheduled, name, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound("there is no such message for later", "client_id")
    if row.claimed:
        raise Conflict("the message is being sent")
    return row


def forget(row: Scheduled) -> None:
    """Delete a message for later, which lets go of its files, inside the caller's transaction."""
    lock_files([held.file_id for held in row.holds])
    db.session.delete(row)


def scheduled_state(row: Scheduled) -> ScheduledState:
    """Return a message for later as its author sees it."""
    return ScheduledState(
        room=row.room_id,
        client_id=row.client_id,
        text=row.text,
        files=[held_state(facts_of(file)) for file in row.files],
        reply_to=row.reply_to,
        send_at=rfc3339(row.send_at),
        created_at=rfc3339(row.created_at),
        status="failed" if row.fault else "waiting",
        error=row.fault,
    )
