"""When the spring season of visits begins: the first working day after 春节, and why then."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from models import CalendarDay, VisitCampaign
from models.calendar import DayKind
from models.visits import VisitKind
from server.clock import day_of
from server.services import calendar
from server.services.calendar_days import WorkCalendar, day_label

LASTS = 20
"""Working days of a spring season, as proposed."""
EARLY = dt.timedelta(days=90)
"""How long before its first day a season can be planned."""
SOON = dt.timedelta(days=45)
"""How long before its first day a season is proposed where staff begin their day."""

_FESTIVAL = "春节"
_USUALLY = 7


@dataclass(frozen=True)
class Spring:
    """A spring season as the calendar proposes it. `is_provisional`: the year's holidays are not
    announced, and the days are counted from the lunar calendar."""

    year: int
    starts_on: dt.date
    ends_on: dt.date
    is_provisional: bool
    reasons: tuple[str, ...]


def spring(year: int) -> Spring:
    """Return the season of that year: twenty working days from the first one after 春节."""
    rows = calendar.of_year(year)
    work = calendar.load(dt.date(year, 1, 1))
    first = festival(year)
    rest = [row.day for row in rows if row.kind is DayKind.REST and _FESTIVAL in row.name]
    last = max(rest) if rest else first + dt.timedelta(days=_USUALLY - 1)
    starts_on = work.nth_work_day(last, 1)
    ends_on = work.nth_work_day(starts_on, LASTS - 1)
    reasons = [f"{year} 年正月初一是{day_label(first)}"]
    if rest:
        reasons.append(_announced(rows, rest))
    else:
        reasons.append(
            f"{year} 年的放假安排尚未公布，暂按放假到正月初七即{day_label(last)}推算，公布后会重新计算"
        )
    reasons.append(f"节后第一个工作日是{day_label(starts_on)}{_make_up(work, starts_on)}")
    reasons.append(f"走访 {LASTS} 个工作日，到{day_label(ends_on)}")
    return Spring(year, starts_on, ends_on, not rest, tuple(reasons))


def festival(year: int) -> dt.date:
    """Return the first day of the lunar year that begins in that year."""
    # Imported here: no other part of the program thinks in lunar months.
    from tyme4py.lunar import LunarDay

    day = LunarDay.from_ymd(year, 1, 1).get_solar_day()
    return dt.date(day.get_year(), day.get_month(), day.get_day())


def due(space_ids: Iterable[int], *, ahead: dt.timedelta, now: dt.datetime) -> dict[int, Spring]:
    """Return the season to propose to each Space that has not planned it: from `ahead` before its
    first day until its last."""
    today = day_of(now)
    spaces = set(space_ids)
    for year in (today.year, today.year + 1):
        season = spring(year)
        if season.starts_on - ahead <= today <= season.ends_on:
            return dict.fromkeys(sorted(spaces - _planned(year)), season)
    return {}


def _planned(year: int) -> set[int]:
    rows = VisitCampaign.select(VisitCampaign.space).where(
        VisitCampaign.kind == VisitKind.SPRING, VisitCampaign.year == year
    )
    return {row.space_id for row in rows}


def _announced(rows: list[CalendarDay], rest: list[dt.date]) -> str:
    source = next(row.source for row in rows if row.day == rest[0])
    span = f"{rest[0].month}月{rest[0].day}日–{rest[-1].month}月{rest[-1].day}日"
    return f"春节放假 {span}（{source}）" if source else f"春节放假 {span}"


def _make_up(work: WorkCalendar, day: dt.date) -> str:
    return "，调休上班" if day.weekday() >= 5 and work.is_work_day(day) else ""
