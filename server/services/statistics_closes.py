"""月结: a month is told for good on the 5th working day of the next; what changes later is restated
with its reason, never silently."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Final

from peewee import fn

from models import Checkin, MonthClose, NeedRating, Rating, Restatement, Session, Space, db
from server.clock import at_shanghai, day_of, month_after, month_bounds, month_of
from server.services import calendar
from server.services import statistics_counted as counts
from server.services.statistics_asked import Asked

WORK_DAYS: Final = 5
CLOSES_AT: Final = dt.time(18)
LOOKS_BACK: Final = 24
"""How many months are compared each night; what is older is read by nobody as a figure to report."""
CAUSE: Final = "statistics.restate"
_SAME: Final = 1e-9


def due_at(month: str) -> dt.datetime:
    """Return when a month is closed."""
    last = day_of(month_bounds(month)[1]) - dt.timedelta(days=1)
    work = calendar.load(last)
    return at_shanghai(work.nth_work_day(last, WORK_DAYS), CLOSES_AT)


def close(*, now: dt.datetime) -> int:
    """Close every month that is due, of every Space that was active in it or since, and return how
    many were closed."""
    first = Session.select(fn.MIN(Session.starts_at)).scalar()
    if first is None:
        return 0
    month, count = _no_longer_ago(month_of(first), now), 0
    while month < month_of(now) and due_at(month) <= now:
        count += _close(month, now)
        month = month_after(month)
    return count


def _no_longer_ago(month: str, now: dt.datetime) -> str:
    return max(month, month_after(month_of(now), -LOOKS_BACK))


def _close(month: str, now: dt.datetime) -> int:
    done = MonthClose.select(MonthClose.space).where(MonthClose.month == month)
    missing = Space.select(Space.id).where(Space.id.not_in(done))
    spaces = tuple(row.id for row in missing)
    if not spaces:
        return 0
    told = counts.by_place(Asked(spaces, *month_bounds(month), now))
    rows = [
        {"space": space_id, "month": month, "closed_at": now, "figures": _values(sums)}
        for space_id, sums in told.items()
    ]
    with db.atomic():
        for row in rows:
            MonthClose.create(**row)
    return len(rows)


def _values(sums: dict[str, counts.Sums]) -> dict[str, float | None]:
    return {code: each.value(code) for code, each in sums.items()}


def restate(*, now: dt.datetime) -> int:
    """Compare the closed months with what is counted now, write down what reads differently, and
    return how many figures that is."""
    oldest = month_after(month_of(now), -LOOKS_BACK)
    by_month: dict[str, list[MonthClose]] = {}
    for each in MonthClose.select().where(MonthClose.month >= oldest):
        by_month.setdefault(each.month, []).append(each)
    return sum(_restate(month, closes, now) for month, closes in sorted(by_month.items()))


def _restate(month: str, closes: list[MonthClose], now: dt.datetime) -> int:
    spaces = tuple(each.space_id for each in closes)
    found = counts.by_place(Asked(spaces, *month_bounds(month), now))
    later = of_month(spaces, month)
    count = 0
    with db.atomic():
        for each in closes:
            told = dict(each.figures)
            since = each.closed_at
            for row in reversed(later):
                if row.space_id == each.space_id and row.at >= each.closed_at:
                    told[row.figure], since = row.after, row.at
            current = _values(found[each.space_id])
            odd = [code for code in current if code in told and _differ(told[code], current[code])]
            reason = _reason(each, since) if odd else ""
            for code in odd:
                Restatement.create(
                    space=each.space_id,
                    month=month,
                    figure=code,
                    before=told[code],
                    after=current[code],
                    at=now,
                    cause=CAUSE,
                    cause_id=each.id,
                    reason=reason,
                )
            count += len(odd)
    return count


def _differ(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is not other
    return abs(one - other) > _SAME


def _reason(each: MonthClose, since: dt.datetime) -> str:
    """Say what happened to the rows of a closed month since it was last told."""
    starts, ends = month_bounds(each.month)
    inside = (Session.space == each.space_id) & Session.starts_at.between(starts, ends)
    there = Checkin.select().join(Session).where(inside)
    rated = Rating.select().join(Session).where(inside)
    judged = NeedRating.select().where(NeedRating.space == each.space_id)
    found = (
        ("撤销签到 {} 次", there.where(Checkin.voided_at > since).count()),
        ("补录签到 {} 次", there.where(Checkin.recorded_at > since).count()),
        ("新增或修改活动评价 {} 条", rated.where(Rating.updated_at > since).count()),
        ("新增诉求评价 {} 条", judged.where(NeedRating.created_at > since).count()),
    )
    told = [words.format(count) for words, count in found if count]
    return "，".join(told) or "该月的场次、报名或诉求后来有改动"


def of_month(space_ids: Iterable[int], month: str) -> list[Restatement]:
    """Return what of a month reads differently since, in these Spaces, the latest first."""
    return of_months(space_ids, month, month)


def of_months(space_ids: Iterable[int], first: str, last: str) -> list[Restatement]:
    """Return what of these months reads differently since, the latest first."""
    mine = Restatement.space.in_(list(space_ids)) & Restatement.month.between(first, last)
    rows = Restatement.select(Restatement, Space).join(Space).where(mine)
    return list(rows.order_by(Restatement.at.desc(), Restatement.id.desc()))


def closed(space_ids: Iterable[int], month: str) -> dt.datetime | None:
    """Return when the last of these Spaces closed a month; None while one has not."""
    asked = set(space_ids)
    rows = MonthClose.select(MonthClose.space, MonthClose.closed_at).where(
        MonthClose.month == month, MonthClose.space.in_(asked)
    )
    when = {row.space_id: row.closed_at for row in rows}
    return max(when.values()) if asked and len(when) == len(asked) else None
