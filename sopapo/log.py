"""One line an event, as key=value, on standard error; what is secret is never part of an event."""

import logging
import sys

import structlog

SECRETS = frozenset({"password", "token", "access_token", "refresh_token", "secret", "authorization", "email", "text"})


def configure_log(level: str) -> None:
    """Write events of that level and above."""
    threshold = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            hide_secrets,
            structlog.processors.format_exc_info,
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=max(threshold, logging.WARNING), format="%(asctime)s %(levelname)s %(name)s %(message)s")


def hide_secrets(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Blank what must not be in a log, should it come this far."""
    return {name: "***" if name in SECRETS else value for name, value in event.items()}
