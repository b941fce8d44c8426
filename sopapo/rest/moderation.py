"""What administrators read and do about people and messages that were reported."""

from sopapo.chat import moderation
from sopapo.rest.door import Ask, route
from sopapo.schemas.moderation import (
    AuditTrail,
    Edits,
    HandleReport,
    ListAudit,
    ListEdits,
    ListReports,
    ReportChanged,
    Reports,
)


@route("GET /admin/reports", ListReports)
def list_reports(ask: Ask[ListReports]) -> Reports:
    """Return a page of what was reported, the newest first; for administrators."""
    return moderation.list_reports(ask.caller, ask.body)


@route("PATCH /admin/reports/{report}", HandleReport)
def handle_report(ask: Ask[HandleReport]) -> ReportChanged:
    """Close a report, or open it again; for administrators."""
    return moderation.handle_report(ask.caller, ask.body)


@route("GET /admin/rooms/{room}/messages/{seq}/edits", ListEdits)
def list_edits(ask: Ask[ListEdits]) -> Edits:
    """Return what a message said before it was edited; for administrators."""
    return moderation.list_edits(ask.caller, ask.body)


@route("GET /admin/audit", ListAudit)
def list_audit(ask: Ask[ListAudit]) -> AuditTrail:
    """Return a page of what administrators have looked at and done, the newest first; for administrators."""
    return moderation.list_audit(ask.caller, ask.body)
