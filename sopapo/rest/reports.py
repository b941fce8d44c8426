"""Reports to the administrators."""

from sopapo.chat import reports
from sopapo.rest.door import Ask, route
from sopapo.schemas.reports import SendReport


@route("POST /reports", SendReport, status=201)
def report(ask: Ask[SendReport]) -> None:
    """Report a user, or a message by its room and `seq`, to the administrators."""
    reports.report(ask.caller, ask.body)
