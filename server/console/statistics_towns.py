"""镇视图: the Spaces of a town side by side."""

from collections.abc import Callable
from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue

from server.clock import month_after, month_of, utcnow
from server.console import door
from server.context import current_scope
from server.services import statistics_towns
from server.services.staff import Verb
from server.services.statistics_towns import Standing

bp = door.word("statistics_towns")

_SORTS: dict[str, tuple[str, Callable[[Standing], float | None]]] = {
    "name": ("空间", lambda row: None),
    "menu": ("菜单", lambda row: not row.is_published),
    "sessions": ("场次", lambda row: row.sessions),
    "person_times": ("人次", lambda row: row.person_times),
    "overdue": ("逾期诉求", lambda row: row.overdue),
    "satisfaction": ("活动满意度", lambda row: row.satisfaction),
    "visits": ("走访", lambda row: row.visits),
}
"""What the columns are called, and what puts a Space first when sorted by one."""


@bp.get("/towns")
def index() -> ResponseReturnValue:
    """Show how the Spaces of the town stand in a month, side by side."""
    door.required(Verb.STATISTICS)
    now, month = utcnow(), asked_month()
    rows = statistics_towns.of_town(current_scope(), month, now=now)
    by = door.asked_text("sort")
    by = by if by in _SORTS else "name"
    if by != "name":
        rows.sort(key=lambda row: _greatest_first(_SORTS[by][1](row)))
    return render_template(
        "console/statistics_towns/index.html",
        rows=rows,
        sorts={name: title for name, (title, _) in _SORTS.items()},
        by=by,
        **around(month),
    )


def asked_month() -> str:
    """Return the month asked for; the present one for anything else and for what is to come."""
    present = month_of(utcnow())
    return min(door.asked_month("month") or present, present)


def around(month: str) -> dict[str, Any]:
    """Return a month and its neighbours; what is to come has no figures."""
    present = month_of(utcnow())
    return {
        "month": month,
        "earlier": month_after(month, -1),
        "later": month_after(month) if month < present else None,
    }


def _greatest_first(value: float | None) -> tuple[bool, float]:
    """What has no value comes last."""
    return value is None, -(value or 0)
