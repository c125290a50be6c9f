"""What a rule about the data is, for the rooms that state some."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

SHOWN: Final = 20
REPORT: Final = "keep a copy of the database and of the logs, and report it as a bug"


@dataclass(frozen=True)
class Rule:
    """Something that must hold in every committed state. `find` returns a line per row that breaks
    it, from a single statement: only so is it true of a database at work."""

    holds: str
    find: Callable[[], Iterable[str]]
    remedy: str


def rows(query: Any) -> Any:
    """Return the rows of a select, at most as many as are told and one more."""
    return query.limit(SHOWN + 1).tuples()
