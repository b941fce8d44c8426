"""The request that tells the administrators of something."""

from events.door import Ask, request
from sopapo.chat import reports
from sopapo.schemas.reports import SendReport


@request("report", SendReport)
def report(ask: Ask[SendReport]) -> None:
    reports.report(ask.caller, ask.body)
