"""工作日历: staff read it; the platform's administrator fills and corrects it."""

from flask import Response

from server.api.door import reply, staff_word
from server.clock import utcnow
from server.context import actor, current_scope
from server.schemas.calendar import (
    DayIn,
    DayOut,
    DayPath,
    SeededOut,
    YearIn,
    YearOut,
    YearQuery,
)
from server.services import calendar

staff_bp = staff_word("calendar")


@staff_bp.get("/calendar", summary="The days of a year", responses={200: YearOut})
def index(query: YearQuery) -> Response:
    rows = calendar.of_year(query.year)
    return reply(YearOut(year=query.year, items=[DayOut.of(row) for row in rows]))


@staff_bp.post(
    "/calendar",
    summary="Fill a year from the State Council's notice; open needs follow",
    responses={200: SeededOut},
)
def seed(body: YearIn) -> Response:
    calendar.require_change(current_scope())
    changed = calendar.seed_year(actor(), body.year, now=utcnow())
    return reply(SeededOut(year=body.year, changed=changed))


@staff_bp.put(
    "/calendar/<day>",
    summary="Say what one day is; open needs follow",
    responses={200: DayOut},
)
def update(path: DayPath, body: DayIn) -> Response:
    calendar.require_change(current_scope())
    row = calendar.set_day(actor(), path.day, body.kind, body.name, now=utcnow())
    return reply(DayOut.of(row))
