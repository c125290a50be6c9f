"""工作日历: work and rest days, filled and corrected; open needs follow, each with a trace."""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import chinese_calendar

from models import CalendarDay, Need, NeedEvent, Space, db
from models.calendar import DayKind
from models.needs import ActorKind, NeedState
from server.clock import at_shanghai, day_of
from server.errors import Forbidden, Invalid
from server.services import audit
from server.services.calendar_days import (
    CLOSES,
    Day,
    Promise,
    WorkCalendar,
    moment_label,
    promise_again,
)
from server.services.staff import ROLE_VERBS, Scope, Verb

NOTICE = "国务院办公厅放假安排"
BY_HAND = "人工设置"
RUNNING = (
    NeedState.SUBMITTED,
    NeedState.TRIAGED,
    NeedState.DISPATCHED,
    NeedState.IN_PROGRESS,
    NeedState.RETURNED,
)
"""States in which a need's clock runs."""

_NAMES = {each.value: each.chinese for each in chinese_calendar.Holiday}


class CalendarUnknown(Invalid):
    """The library knows no State Council notice for that year."""

    code, message = "calendar_unknown", "该年的放假安排尚未收录，请按国务院通知逐日设置"


def require_change(scope: Scope) -> None:
    """Let pass who may change the calendar everybody shares. Raises Forbidden."""
    if not any(Verb.SETTINGS in ROLE_VERBS[role] for role in scope.roles):
        raise Forbidden


def load(since: dt.date) -> WorkCalendar:
    """Return the calendar from that day on."""
    rows: Any = CalendarDay.select(
        CalendarDay.day, CalendarDay.kind, CalendarDay.name, CalendarDay.confirmed
    ).where(CalendarDay.day >= since)
    return WorkCalendar(
        {day: Day(kind, name, confirmed) for day, kind, name, confirmed in rows.tuples()}
    )


def of_year(year: int) -> list[CalendarDay]:
    """Return the rows of a year, by day; none where nothing is known."""
    first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
    return list(
        CalendarDay.select().where(CalendarDay.day.between(first, last)).order_by(CalendarDay.day)
    )


def seed_year(actor: audit.Actor, year: int, *, now: dt.datetime) -> int:
    """Write the State Council's year and recompute open needs; return how many days changed. Days
    that say another source stay. Raises CalendarUnknown."""
    try:
        days = list(_announced(year))
    except NotImplementedError:
        raise CalendarUnknown(f"{year} 年的放假安排尚未收录，请按国务院通知逐日设置") from None
    with db.atomic():
        there = {row.day: row for row in of_year(year)}
        changed = [
            _write(there.get(day), day, entry, NOTICE, by=actor.id, now=now)
            for day, entry in days
            if day not in there or there[day].source == NOTICE
        ]
        if any(changed):
            first = of_year(year)[0]
            audit.record(actor, "calendar.seed_year", first, now=now, after={"year": year})
            recompute(actor, now=now)
    return sum(changed)


def _announced(year: int) -> Iterator[tuple[dt.date, Day]]:
    """Yield every day of a year. Raises NotImplementedError for a year not announced."""
    day = dt.date(year, 1, 1)
    while day.year == year:
        is_rest, holiday = chinese_calendar.get_holiday_detail(day)
        name = _NAMES.get(holiday, "") if holiday else ""
        kind = DayKind.REST if is_rest else DayKind.WORK
        yield day, Day(kind, name if is_rest or not name else f"{name}调休")
        day += dt.timedelta(days=1)


def set_day(
    actor: audit.Actor, day: dt.date, kind: DayKind, name: str, *, now: dt.datetime
) -> CalendarDay:
    """Say what one day is, by hand, and recompute open needs; return its row."""
    with db.atomic():
        row = CalendarDay.get_or_none(CalendarDay.day == day)
        before = {"kind": row.kind, "name": row.name} if row else {}
        changed = _write(row, day, Day(kind, name), BY_HAND, by=actor.id, now=now)
        row = CalendarDay.get(CalendarDay.day == day)
        if changed:
            after = {"day": day.isoformat(), "kind": kind, "name": name}
            audit.record(actor, "calendar.set_day", row, now=now, before=before, after=after)
            recompute(actor, now=now)
    return row


class Wish(NamedTuple):
    """What one day is to be."""

    day: dt.date
    kind: DayKind
    name: str = ""


class Move(NamedTuple):
    """A need whose deadlines would be others: `moved` says them, by column."""

    need: Need
    moved: dict[str, dt.datetime]


def of_notice(year: int) -> list[Wish]:
    """Return the days of the State Council's year that are not so yet; days that say another source
    stay. Raises CalendarUnknown."""
    try:
        days = list(_announced(year))
    except NotImplementedError:
        raise CalendarUnknown(f"{year} 年的放假安排尚未收录，请粘贴国务院通知的正文") from None
    kept = {row.day for row in of_year(year) if row.source != NOTICE}
    found = [Wish(day, entry.kind, entry.name) for day, entry in days if day not in kept]
    return [wish for wish, old in changes(found) if old is None or (old.kind, old.name) != wish[1:]]


def changes(wishes: Iterable[Wish]) -> list[tuple[Wish, CalendarDay | None]]:
    """Return each wish, by day, with what the day is now."""
    by_day = {wish.day: wish for wish in wishes}
    rows = CalendarDay.select().where(CalendarDay.day.in_(list(by_day)))
    there = {row.day: row for row in rows}
    return [(by_day[day], there.get(day)) for day in sorted(by_day)]


def preview(wishes: Iterable[Wish], *, confirmed: bool, now: dt.datetime) -> list[Move]:
    """Return the open needs whose deadlines these days would move; nothing is written."""
    needs = _running(now)
    days = {wish.day: Day(wish.kind, wish.name, confirmed) for wish in wishes}
    work = WorkCalendar({**_work_of(needs).days, **days})
    moves = [Move(need, _moved(need, promise_again(work, need), work, now)) for need in needs]
    return [move for move in moves if move.moved]


def set_days(
    actor: audit.Actor,
    wishes: Iterable[Wish],
    *,
    source: str,
    confirmed: bool,
    now: dt.datetime,
) -> tuple[int, int]:
    """Write the days, let open needs follow, and return how many days and how many deadlines'
    needs changed."""
    with db.atomic():
        told = [
            (wish, old)
            for wish, old in changes(wishes)
            if _write(
                old,
                wish.day,
                Day(wish.kind, wish.name, confirmed),
                source or BY_HAND,
                by=actor.id,
                now=now,
            )
        ]
        if not told:
            return 0, 0
        first = CalendarDay.get(CalendarDay.day == told[0][0].day)
        audit.record(
            actor,
            "calendar.set_days",
            first,
            now=now,
            after={"days": [f"{wish.day} {wish.kind}" for wish, _ in told], "source": source},
        )
        return len(told), recompute(actor, now=now)


def _write(
    row: CalendarDay | None,
    day: dt.date,
    entry: Day,
    source: str,
    *,
    by: int | None,
    now: dt.datetime,
) -> bool:
    """Insert or change one day; say whether anything is different now."""
    values: dict[str, Any] = {"kind": entry.kind, "name": entry.name, "confirmed": entry.confirmed}
    if row is None:
        CalendarDay.add(now=now, by=by, day=day, source=source, **values)
        return True
    if all(getattr(row, name) == value for name, value in values.items()) and row.source == source:
        return False
    return row.change(now=now, by=by, source=source, **values)


def recompute(actor: audit.Actor, *, now: dt.datetime) -> int:
    """Let the deadlines of open needs follow the calendar; return how many moved. Safe to repeat:
    what agrees with the calendar is left alone. A deadline already past stays as it was told."""
    needs = _running(now)
    work = _work_of(needs)
    return sum(_follow(need.id, work, actor, now) for need in needs)


def _running(now: dt.datetime) -> list[Need]:
    """Return the needs whose answer is still to come, with their Space."""
    query: Any = (
        Need.select(Need, Space)
        .join(Space)
        .where(Need.state.in_([state.value for state in RUNNING]), Need.due_resolve >= now)
    )
    return list(query.order_by(Need.id))


def _work_of(needs: list[Need]) -> WorkCalendar:
    """Return the calendar these needs are counted by."""
    if not needs:
        return WorkCalendar({})
    return load(day_of(min(min(need.received_at, need.clock_from) for need in needs)))


def _follow(need_id: int, work: WorkCalendar, actor: audit.Actor, now: dt.datetime) -> bool:
    """Move one need's deadlines if the calendar says so; say whether it did."""
    with db.atomic():
        # The update takes the row's lock, so that what is read next is the latest.
        Need.update(version=Need.version).where(Need.id == need_id).execute()
        need = Need.get_by_id(need_id)
        if need.state not in RUNNING:
            return False
        fresh = promise_again(work, need)
        moved = _moved(need, fresh, work, now)
        if not moved and need.is_provisional == fresh.provisional:
            return False
        told: dict[str, Any] = {
            "promise": list(fresh.explained),
            "is_provisional": fresh.provisional,
        }
        before = {name: moment_label(getattr(need, name)) for name in moved}
        need.change(now=now, by=actor.id, **moved, **told)
        _trace(need, before, actor, now)
        return bool(moved)


def _moved(need: Need, fresh: Promise, work: WorkCalendar, now: dt.datetime) -> dict[str, Any]:
    """Return the deadlines of a need that are others by the calendar."""
    moved: dict[str, Any] = {}
    if need.first_response_at is None and need.due_respond >= now:
        moved["due_respond"] = _no_sooner(need.due_respond, fresh.respond_by, work, now)
    moved["due_resolve"] = _no_sooner(need.due_resolve, fresh.resolve_by, work, now)
    return {name: due for name, due in moved.items() if due != getattr(need, name)}


def _no_sooner(
    due: dt.datetime, computed: dt.datetime, work: WorkCalendar, now: dt.datetime
) -> dt.datetime:
    """Return the new end of a promise: later as the calendar says, earlier only down to the next
    work day, so that nobody finds a need due today that had days left a moment ago."""
    if computed >= due:
        return computed
    tomorrow = at_shanghai(work.nth_work_day(day_of(now), 1), CLOSES)
    return min(due, max(computed, tomorrow))


def _trace(need: Need, before: dict[str, str], actor: audit.Actor, now: dt.datetime) -> None:
    names = {"due_respond": "联系时间", "due_resolve": "答复时间"}
    after = {name: moment_label(getattr(need, name)) for name in before}
    moves = [f"{names[name]}由{before[name]}改为{after[name]}" for name in before]
    NeedEvent.create(
        space=need.space_id,
        need=need,
        at=now,
        actor_kind=ActorKind(actor.kind),
        actor_id=actor.id,
        type="recompute",
        text=f"工作日历有调整，{'，'.join(moves)}" if moves else "放假安排已确认，时间不变",
        before=before,
        after=after,
    )
