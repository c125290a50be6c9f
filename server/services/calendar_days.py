"""Which days people work, where N working days end, and what that lets us promise."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from models import Category, Need
from models.calendar import DayKind
from models.needs import Urgency
from server.clock import SHANGHAI, at_shanghai

OPENS = dt.time(9)
CLOSES = dt.time(17, 30)
_ONE = dt.timedelta(days=1)
_WEEKDAYS = "一二三四五六日"


class Day(NamedTuple):
    """What the calendar says of one day."""

    kind: DayKind
    name: str = ""
    confirmed: bool = True


class Deadline(NamedTuple):
    """Where a promise ends (17:30 of a work day, in UTC), how it was counted, line by line, and
    whether days nobody has announced yet were guessed on the way."""

    at: dt.datetime
    explained: tuple[str, ...]
    provisional: bool


def day_label(day: dt.date) -> str:
    """Return a day as people say it: 2月14日（周六）."""
    return f"{day.month}月{day.day}日（周{_WEEKDAYS[day.weekday()]}）"


def moment_label(moment: dt.datetime) -> str:
    """Return a moment as people say it: 2月24日（周二）17:30."""
    local = moment.astimezone(SHANGHAI)
    return f"{day_label(local.date())}{local:%H:%M}"


def _short(day: dt.date) -> str:
    return f"{day.month}月{day.day}日"


@dataclass(frozen=True)
class WorkCalendar:
    """Work and rest days. A day without an entry is guessed: Monday to Friday but 1 January."""

    days: Mapping[dt.date, Day]

    def is_work_day(self, day: dt.date) -> bool:
        """Say whether people work that day."""
        entry = self.days.get(day)
        if entry is not None:
            return entry.kind is DayKind.WORK
        return day.weekday() < 5 and (day.month, day.day) != (1, 1)

    def is_confirmed(self, day: dt.date) -> bool:
        """Say whether the day is known rather than guessed."""
        entry = self.days.get(day)
        return entry is not None and entry.confirmed

    def holiday(self, day: dt.date) -> str | None:
        """Return the name of the holiday a day belongs to; None for a work day or a plain weekend
        day."""
        nature = self._nature(day)
        return None if nature in ("work", "make-up", "weekend") else nature

    def is_working_time(self, moment: dt.datetime) -> bool:
        """Say whether somebody is at work: 09:00 to 17:30 of a work day."""
        local = moment.astimezone(SHANGHAI)
        return self.is_work_day(local.date()) and OPENS <= local.time() <= CLOSES

    def received_day(self, moment: dt.datetime) -> dt.date:
        """Return the work day something counts as received on: 17:30:01 is tomorrow's."""
        local = moment.astimezone(SHANGHAI)
        day = local.date()
        if local.time().replace(microsecond=0) > CLOSES:
            day += _ONE
        while not self.is_work_day(day):
            day += _ONE
        return day

    def nth_work_day(self, day: dt.date, count: int) -> dt.date:
        """Return the `count`-th work day after `day`; 0 is the day itself."""
        while count > 0:
            day += _ONE
            count -= self.is_work_day(day)
        return day

    def work_days_left(self, moment: dt.datetime, until: dt.datetime) -> int:
        """Return how many whole working days a clock stopped at `moment` still has, never < 0."""
        last = until.astimezone(SHANGHAI).date()
        return sum(self.is_work_day(day) for day in _days(self.received_day(moment) + _ONE, last))

    def deadline(self, received: dt.datetime, working_days: int) -> Deadline:
        """Return 17:30 of the N-th work day after the received day (product rules, deadlines)."""
        day = self.nth_work_day(self.received_day(received), working_days)
        first = received.astimezone(SHANGHAI).date()
        guessed = [each for each in _days(first, day) if not self.is_confirmed(each)]
        lines = [*self._received_line(received), *self._counted_lines(received, day)]
        if guessed:
            years = "、".join(str(year) for year in sorted({each.year for each in guessed}))
            lines.append(f"{years} 年的放假安排尚未确认，暂按周一至周五推算，确认后会重新计算")
        return Deadline(at_shanghai(day, CLOSES), tuple(lines), bool(guessed))

    def _received_line(self, received: dt.datetime) -> Iterator[str]:
        counted = self.received_day(received)
        if counted != received.astimezone(SHANGHAI).date():
            make_up = "，调休上班" if self._is_make_up(counted) else ""
            label = day_label(counted).replace("）", f"{make_up}）")
            yield f"{moment_label(received)}不在工作时间内，按{label}收到计算"

    def _is_make_up(self, day: dt.date) -> bool:
        return day.weekday() >= 5 and self.is_work_day(day)

    def _counted_lines(self, received: dt.datetime, last: dt.date) -> Iterator[str]:
        """Say what is unusual between the receipt and the end, in the order of the days."""
        counted = self.received_day(received)
        weekend = 0
        first = received.astimezone(SHANGHAI).date()
        for what, group in groupby(_days(first, last), key=self._nature):
            days = list(group)
            if what == "make-up":
                yield from (f"{day_label(day)}调休上班，计 1 天" for day in days if day > counted)
            elif what == "weekend":
                weekend += len(days)
            elif what != "work":
                span = f"{_short(days[0])}–{_short(days[-1])}" if days[1:] else _short(days[0])
                yield f"跳过 {span} {what}"
        if weekend:
            yield f"其间周末 {weekend} 天不计"

    def _nature(self, day: dt.date) -> str:
        """Return work, make-up, weekend, or the name of a holiday."""
        if self.is_work_day(day):
            return "make-up" if self._is_make_up(day) else "work"
        name = self.days[day].name if day in self.days else ""
        if not name and (day.month, day.day) == (1, 1):
            name = "元旦"
        return name or ("weekend" if day.weekday() >= 5 else "放假")


def _days(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    while first <= last:
        yield first
        first += _ONE


@dataclass(frozen=True)
class Promise:
    """The two moments in UTC, the days they were counted from, and the counting in plain words."""

    respond_by: dt.datetime
    resolve_by: dt.datetime
    respond_days: int
    resolve_days: int
    explained: tuple[str, ...]
    provisional: bool


def days_of(category: Category, urgency: Urgency) -> tuple[int, int]:
    """Return the working days to the first contact and to the answer."""
    urgent = urgency is Urgency.URGENT
    return category.contact_days, category.urgent_days if urgent else category.resolve_days


def promise(
    work: WorkCalendar, received: dt.datetime, respond_days: int, resolve_days: int
) -> Promise:
    """Return the promise for something received at that moment."""
    respond = work.deadline(received, respond_days)
    resolve = work.deadline(received, resolve_days)
    return Promise(respond.at, resolve.at, respond_days, resolve_days, *_told(respond, resolve))


def promise_again(work: WorkCalendar, need: Need) -> Promise:
    """Return what the calendar now says of a need whose clock is running."""
    return promise_anew(work, need, need.clock_days, need.clock_from)


def promise_anew(work: WorkCalendar, need: Need, days: int, since: dt.datetime) -> Promise:
    """Return the promise for a need whose answer is now due so many days from that moment on."""
    respond = work.deadline(need.received_at, need.respond_days)
    resolve = work.deadline(since, days)
    told = _told(respond, resolve, is_contacted=need.first_response_at is not None)
    return Promise(respond.at, resolve.at, need.respond_days, days, *told)


def _told(
    respond: Deadline, resolve: Deadline, *, is_contacted: bool = False
) -> tuple[tuple[str, ...], bool]:
    """Return the lines people read: both moments, then how the longer one was counted."""
    longer = max(respond, resolve, key=lambda deadline: deadline.at)
    lines = [f"我们会在{moment_label(resolve.at)}前给您答复"]
    if not is_contacted:
        lines.insert(0, f"我们会在{moment_label(respond.at)}前联系您")
    return (*lines, *longer.explained), longer.provisional
