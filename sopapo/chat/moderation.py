"""What administrators see of others and do about it; each look at what others said leaves a row in the audit trail."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Select, select

from models import Audit, Edit, Report, db
from sopapo.chat.access import access_message_of_any_room, refuse_all_but_administrators
from sopapo.chat.people import users_by_id
from sopapo.clock import now, rfc3339, rfc3339_or_none
from sopapo.errors import NotFound
from sopapo.schemas.moderation import (
    AuditState,
    AuditTrail,
    Edits,
    EditState,
    HandleReport,
    ListAudit,
    ListEdits,
    ListReports,
    ReportChanged,
    Reports,
    ReportState,
)
from sopapo.security import Identity
from sopapo.states import message_state
from sopapo.transaction import transaction


@contextmanager
def administration(caller: Identity) -> Iterator[None]:
    """Do the block in a transaction of an administrator's; nobody else waits for one. Raises Forbidden."""
    refuse_all_but_administrators(caller)
    with transaction():
        refuse_all_but_administrators(caller)
        yield


def note(caller: Identity, act: str, **about: Any) -> None:
    """Keep what an administrator does, inside the caller's transaction."""
    db.session.add(Audit(user_id=caller.user_id, act=act, created_at=now(), **about))


def list_reports(caller: Identity, body: ListReports) -> Reports:
    """Return a page of reports, the newest first. Raises Forbidden."""
    query = select(Report)
    if body.state is not None:
        query = query.where(Report.handled_at.is_(None) if body.state == "open" else Report.handled_at.is_not(None))
    with administration(caller):
        rows, following = page(query, Report.id, body)
        note(caller, "read_reports")
        users = users_by_id(user for row in rows for user in (row.reporter_id, row.user_id, row.handled_by) if user)
        reports = [report_state(row) for row in rows]
    return Reports(reports=reports, users=users, next=following)


def handle_report(caller: Identity, body: HandleReport) -> ReportChanged:
    """Close a report, or open it again; what is so already changes nothing. Raises Forbidden and NotFound."""
    with administration(caller):
        row = db.session.get(Report, body.report, with_for_update=True, populate_existing=True)
        if row is None:
            raise NotFound("there is no such report", "report")
        if body.handled != (row.handled_at is not None):
            row.handled_at, row.handled_by = (now(), caller.user_id) if body.handled else (None, None)
            note(caller, "handle_report" if body.handled else "reopen_report", report_id=row.id)
        else:
            note(caller, "read_reports", report_id=row.id)
        state = report_state(row)
    return ReportChanged(report=state)


def list_edits(caller: Identity, body: ListEdits) -> Edits:
    """Return what a message of any room said before it was edited. Raises Forbidden and NotFound."""
    with administration(caller):
        message = access_message_of_any_room(caller, body.room, body.seq)
        former = db.session.scalars(select(Edit).where(Edit.message_id == message.id).order_by(Edit.id)).all()
        note(caller, "read_edits", room_id=message.room_id, seq=message.seq)
        state = message_state(message)
    edits = [EditState(text=each.text, replaced_at=rfc3339(each.replaced_at)) for each in former]
    return Edits(message=state, edits=edits)


def list_audit(caller: Identity, body: ListAudit) -> AuditTrail:
    """Return a page of what administrators have done, the newest first. Raises Forbidden."""
    refuse_all_but_administrators(caller)
    rows, following = page(select(Audit), Audit.id, body)
    users = users_by_id(row.user_id for row in rows if row.user_id)
    return AuditTrail(acts=[audit_state(row) for row in rows], users=users, next=following)


def page(query: Select[Any], number: Any, body: ListReports | ListAudit) -> tuple[Sequence[Any], int | None]:
    """Return a page of rows, the newest first, and the cursor of the next one."""
    if body.cursor is not None:
        query = query.where(number < body.cursor)
    rows = db.session.scalars(query.order_by(number.desc()).limit(body.limit + 1)).all()
    return rows[: body.limit], rows[body.limit - 1].id if len(rows) > body.limit else None


def report_state(row: Report) -> ReportState:
    """Return a report as administrators see it."""
    return ReportState(
        id=row.id,
        reporter=row.reporter_id,
        user=row.user_id,
        room=row.room_id,
        seq=row.seq,
        text=row.text,
        reason=row.reason,
        created_at=rfc3339(row.created_at),
        handled_at=rfc3339_or_none(row.handled_at),
        handled_by=row.handled_by,
    )


def audit_state(row: Audit) -> AuditState:
    """Return an act of an administrator as others of them see it."""
    return AuditState(
        id=row.id,
        user=row.user_id,
        act=row.act,  # type: ignore[typeddict-item]
        report=row.report_id,
        room=row.room_id,
        seq=row.seq,
        created_at=rfc3339(row.created_at),
    )
