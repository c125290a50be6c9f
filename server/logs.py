"""One line per request and per event, with the request's id and no personal data."""

import logging
import re
import sys
from typing import Any

import structlog

_PRIVATE = {"openid", "phone", "token", "password", "secret", "code", "real_name", "authorization"}


def _mask(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """Blank out what must never stand in a log, whoever passes it by mistake."""
    for key in event.keys() & _PRIVATE:
        event[key] = "***"
    return event


# PostgreSQL shows the refused row with an error, and rows hold what people wrote.
_ROW = re.compile(r"DETAIL:.*?(?=\n\n(?:During handling|The above exception)|\Z)", re.DOTALL)


def _without_rows(_logger: Any, _method: str, event: Any) -> Any:
    if "exception" in event:
        event["exception"] = _ROW.sub("DETAIL: ***", event["exception"])
    return event


def configure(*, as_json: bool, level: str) -> None:
    """Set up structlog for this process; standard-library records take the same road."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _mask,
    ]
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*shared, structlog.processors.format_exc_info, _without_rows, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping()[level.upper()]
        ),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def get() -> Any:
    """Return the logger."""
    return structlog.get_logger()
