"""What administrators read and do, on the wire."""

from typing import Literal

from typing_extensions import TypedDict

from sopapo.schemas.fields import Cursor, Id, Limit, Request, Seq
from sopapo.schemas.states import MessageState, UserState


class ListReports(Request):
    """List what was reported, from the report after `cursor`: all of it, or what is open or closed."""

    state: Literal["open", "closed"] | None = None
    cursor: Cursor | None = None
    limit: Limit = 50


class HandleReport(Request):
    """Say that a report needs nothing more, or does again."""

    report: Cursor
    handled: bool


class ListEdits(Request):
    """Read what a message said before."""

    room: Id
    seq: Seq


class ListAudit(Request):
    """List what administrators have done, from the act after `cursor`."""

    cursor: Cursor | None = None
    limit: Limit = 50


class ReportState(TypedDict):
    """A report: by whom, of whom, and what was said where a message was reported."""

    id: int
    reporter: str
    user: str | None
    room: str | None
    seq: int | None
    text: str | None
    reason: str
    created_at: str
    handled_at: str | None
    handled_by: str | None


class Reports(TypedDict):
    """A page of reports, the newest first, and the cursor of the next page."""

    reports: list[ReportState]
    users: list[UserState]
    next: int | None


class ReportChanged(TypedDict):
    """A report as it is now."""

    report: ReportState


class EditState(TypedDict):
    """A text that a message had until then."""

    text: str
    replaced_at: str


class Edits(TypedDict):
    """A message as it is now, and what it said before, oldest first."""

    message: MessageState
    edits: list[EditState]


class AuditState(TypedDict):
    """What an administrator has done, and to what."""

    id: int
    user: str | None
    act: Literal["read_reports", "handle_report", "reopen_report", "read_edits"]
    report: int | None
    room: str | None
    seq: int | None
    created_at: str


class AuditTrail(TypedDict):
    """A page of what administrators have done, the newest first, and the cursor of the next page."""

    acts: list[AuditState]
    users: list[UserState]
    next: int | None
