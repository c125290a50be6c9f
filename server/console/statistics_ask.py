"""What a page of the statistics is asked by its address: Spaces, months, a past day, one group."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from flask import request

from models import Space
from models.activities import ActivityKind
from server.clock import day_of, month_after, month_of, utcnow
from server.console import door
from server.context import current_scope
from server.services import statistics
from server.services.staff import Verb
from server.services.statistics import Period
from server.services.statistics_asked import Asked, Only

MOST_MONTHS = 36
"""A longer question is cut at its end: a chart of more months is read by nobody."""


@dataclass(frozen=True)
class Question:
    """The question with all its pages need to say it and to ask it again."""

    asked: Asked
    spaces: list[Space]
    space: Space | None
    first: str
    last: str
    on: dt.date | None

    @property
    def goals(self) -> list[str]:
        """The goals the Spaces asked for set themselves."""
        mine = (each for each in self.spaces if each.id in self.asked.space_ids)
        return [goal for space in mine for goal in space.five_goals]

    @property
    def keep(self) -> dict[str, Any]:
        """The address of the question, without the narrowing."""
        return {
            "space": self.space.id if self.space else None,
            "from": self.first,
            "to": self.last,
            "on": self.on.isoformat() if self.on else None,
        }


def read(*, narrowed: bool = False, is_month: bool = False) -> Question:
    """Return what the address asks; this year so far where it says nothing, and its last month
    alone where one month is wanted. Raises NotFound for a Space whose figures the staff may not
    see."""
    space_id = door.asked_id("space")
    allowed = statistics.spaces_for(current_scope(), space_id)
    spaces = door.spaces_of(Verb.STATISTICS)
    now = utcnow()
    last = door.asked_month("to") or month_of(now)
    first = door.asked_month("from") or f"{last[:4]}-01"
    first, last = sorted((last if is_month else first, last))
    if not narrowed:
        last = min(last, month_after(first, MOST_MONTHS - 1))
    on = _day(request.args.get("on", ""))
    on = on if on and on < day_of(now) else None
    asked = statistics.question(
        allowed,
        Period.of_months(first, last),
        now=now,
        on=on,
        only=_only() if narrowed else None,
    )
    mine = [each for each in spaces if each.id in allowed]
    space = mine[0] if len(mine) == 1 else None
    return Question(asked, spaces, space, first, last, on)


def _day(text: str) -> dt.date | None:
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2100 else None


def _only() -> Only:
    return Only(
        series_id=door.asked_id("series"),
        kind=door.asked(ActivityKind, "kind"),
        goal=door.asked_text("goal") or None,
        enterprise_id=door.asked_id("enterprise"),
        building_id=door.asked_id("building"),
        grid=door.asked_text("grid") or None,
    )
