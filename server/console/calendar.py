"""工作日历: a year as a grid of months, and its changes, shown with their effect before they count."""

import calendar as months
import datetime as dt
from typing import Annotated, Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import Field

from models.calendar import DayKind
from server.clock import day_of, utcnow
from server.console import door
from server.console.activities_forms import Day
from server.console.forms import Fields, Form, Number, Ticked
from server.context import actor, config, current_scope
from server.errors import Invalid, ServiceError
from server.schemas.base import OptionalLine
from server.services import calendar, calendar_notices
from server.services.calendar import Wish

bp = door.word("calendar")

_MOST_TEXT = 20_000
_Year = Annotated[Number, Field(ge=2004, le=2100)]


class SourceForm(Fields):
    """Which year, who says so, and whether that is final."""

    year: _Year
    source: OptionalLine = ""
    confirmed: Ticked = False


class DayForm(Fields):
    """One day."""

    day: Day
    kind: DayKind
    name: Annotated[OptionalLine, Field(max_length=30)] = ""


@bp.get("/settings/calendar")
def index() -> ResponseReturnValue:
    """Show a year."""
    year, day = _asked_year(), door.asked_text("day")
    rows = [row for row in calendar.of_year(year) if row.day.isoformat() == day]
    given: dict[str, Any] = {"kind": rows[0].kind, "name": rows[0].name} if rows else {}
    return _page(year, Form(confirmed=True, day=day, **given))


@bp.post("/settings/calendar/preview")
@door.takes_files
def preview() -> ResponseReturnValue:
    """Show what would change, needs too; nothing is written."""
    calendar.require_change(current_scope())
    form = Form(request.form)
    try:
        typed = form.read(SourceForm)
        wishes, source, confirmed = _wishes(form, typed)
    except ServiceError as error:
        return _page(_asked_year(form), form.blame(error)), error.status
    moves = calendar.preview(wishes, confirmed=confirmed, now=utcnow())
    return render_template(
        "console/calendar/preview.html",
        year=typed.year,
        text=calendar_notices.told(wishes),
        source=source,
        confirmed=confirmed,
        changes=calendar.changes(wishes),
        moves=moves,
    )


@bp.post("/settings/calendar")
def update() -> ResponseReturnValue:
    """Write the days that were shown; open needs follow."""
    calendar.require_change(current_scope())
    form = Form(request.form)
    try:
        typed = form.read(SourceForm)
        wishes = calendar_notices.read(_text(form), typed.year)
        days, needs = calendar.set_days(
            actor(), wishes, source=typed.source, confirmed=typed.confirmed, now=utcnow()
        )
    except ServiceError as error:
        return _page(_asked_year(form), form.blame(error)), error.status
    flash(f"已更新 {days} 天，{needs} 件诉求的时间随之调整" if days else "与现有日历相同", "good")
    return redirect(url_for(".index", year=typed.year), 303)


def _wishes(form: Form, typed: SourceForm) -> tuple[list[Wish], str, bool]:
    """Return the days the form means, who says so, and whether it is final. Raises Invalid."""
    if "notice" in form.typed:
        wishes = calendar.of_notice(typed.year)
        if not wishes:
            raise Invalid(f"{typed.year} 年已按国务院通知载入，没有变化")
        return wishes, calendar.NOTICE, True
    file = request.files.get("file")
    if file is not None and file.filename:
        with file.stream:
            content = file.stream.read(config().files.max_bytes + 1)
        if len(content) > config().files.max_bytes:
            raise Invalid(fields={"file": "文件太大"})
        text = calendar_notices.of_sheet(content)
    elif form["day"]:
        return [Wish(**form.read(DayForm).model_dump())], typed.source, typed.confirmed
    else:
        text = _text(form)
    return calendar_notices.read(text, typed.year), typed.source, typed.confirmed


def _text(form: Form) -> str:
    text = str(form["text"])
    if len(text) > _MOST_TEXT:
        raise Invalid(fields={"text": "太长了，请只保留各节日的几行"})
    # Nothing a day is told by needs a control character or half a pair.
    return "".join(
        each for each in text.replace("\u3000", " ") if each in "\n\t" or each.isprintable()
    )


def _asked_year(form: Form | None = None) -> int:
    text = str(form["year"]) if form else request.args.get("year", "")
    year = int(text) if text.isascii() and text.isdecimal() and len(text) == 4 else 0
    return year if 2004 <= year <= 2100 else day_of(utcnow()).year


def _page(year: int, form: Form) -> str:
    calendar.require_change(current_scope())
    known = {row.day: row for row in calendar.of_year(year)}
    work = calendar.load(dt.date(year, 1, 1))
    weeks = months.Calendar()
    grid: list[tuple[int, list[list[dt.date | None]]]] = [
        (
            month,
            [
                [day if day.month == month else None for day in week]
                for week in weeks.monthdatescalendar(year, month)
            ],
        )
        for month in range(1, 13)
    ]
    told: dict[str, Any] = {
        "guessed": len([day for day in _days(year) if day not in known]),
        "provisional": len([row for row in known.values() if not row.confirmed]),
        "named": [row for row in known.values() if row.name],
    }
    return render_template(
        "console/calendar/index.html",
        year=year,
        form=form,
        grid=grid,
        known=known,
        work=work,
        today=day_of(utcnow()),
        kinds=[(DayKind.REST, "休息"), (DayKind.WORK, "上班")],
        **told,
    )


def _days(year: int) -> list[dt.date]:
    first = dt.date(year, 1, 1)
    return [first + dt.timedelta(days=number) for number in range(365 + months.isleap(year))]
