"""Counting working days: no database, no clock, only the State Council's calendar."""

import datetime as dt

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.calendar import DayKind
from server.clock import SHANGHAI
from server.services.calendar_days import Day, WorkCalendar, moment_label

_NAMES = {each.value: each.chinese for each in chinese_calendar.Holiday}


def _year_2026() -> WorkCalendar:
    days = {}
    for number in range(365):
        day = dt.date(2026, 1, 1) + dt.timedelta(days=number)
        is_rest, name = chinese_calendar.get_holiday_detail(day)
        days[day] = Day(DayKind.REST if is_rest else DayKind.WORK, _NAMES.get(name, ""))
    return WorkCalendar(days)


YEAR = _year_2026()


def at(text: str) -> dt.datetime:
    return dt.datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("received", "counts_as", "days", "due"),
    [
        ("2026-02-13 16:00:00", "2026-02-13", 1, "2026-02-14"),
        ("2026-02-13 16:00:00", "2026-02-13", 5, "2026-02-27"),
        ("2026-02-13 16:00:00", "2026-02-13", 15, "2026-03-12"),
        ("2026-02-13 18:00:00", "2026-02-14", 1, "2026-02-24"),
        ("2026-02-13 18:00:00", "2026-02-14", 5, "2026-02-28"),
        ("2026-02-13 18:00:00", "2026-02-14", 15, "2026-03-13"),
        ("2026-02-17 09:00:00", "2026-02-24", 1, "2026-02-25"),
        ("2026-02-17 09:00:00", "2026-02-24", 5, "2026-03-02"),
        ("2026-02-17 09:00:00", "2026-02-24", 15, "2026-03-16"),
        ("2026-05-08 12:00:00", "2026-05-08", 1, "2026-05-09"),
        ("2026-05-08 12:00:00", "2026-05-08", 5, "2026-05-14"),
        ("2026-05-08 12:00:00", "2026-05-08", 15, "2026-05-28"),
        ("2026-09-18 17:31:00", "2026-09-20", 1, "2026-09-21"),
        ("2026-09-18 17:31:00", "2026-09-20", 5, "2026-09-28"),
        ("2026-09-18 17:31:00", "2026-09-20", 15, "2026-10-16"),
        ("2026-09-30 10:00:00", "2026-09-30", 1, "2026-10-08"),
        ("2026-09-30 10:00:00", "2026-09-30", 5, "2026-10-13"),
        ("2026-09-30 10:00:00", "2026-09-30", 15, "2026-10-27"),
        ("2026-12-24 10:00:00", "2026-12-24", 1, "2026-12-25"),
        ("2026-12-24 10:00:00", "2026-12-24", 5, "2026-12-31"),
    ],
)
def test_reference_rows(received: str, counts_as: str, days: int, due: str) -> None:
    deadline = YEAR.deadline(at(received), days)
    assert YEAR.received_day(at(received)) == dt.date.fromisoformat(counts_as)
    assert deadline.at == at(f"{due} 17:30:00")
    assert deadline.at.tzinfo is dt.UTC
    assert not deadline.provisional


def test_next_year_not_announced_makes_it_provisional() -> None:
    deadline = YEAR.deadline(at("2026-12-24 10:00:00"), 15)
    # Monday to Friday but 1 January: 25 Dec, 28-31 Dec, 4-8, 11-15 Jan.
    assert deadline.at == at("2027-01-15 17:30:00")
    assert deadline.provisional
    assert any("2027 年的放假安排尚未确认" in line for line in deadline.explained)
    assert "跳过 1月1日 元旦" in deadline.explained


def test_a_day_written_but_not_confirmed_is_provisional() -> None:
    days = dict(YEAR.days) | {dt.date(2026, 5, 11): Day(DayKind.WORK, "", confirmed=False)}
    work = WorkCalendar(days)
    assert work.deadline(at("2026-05-08 12:00:00"), 5).provisional
    assert not work.deadline(at("2026-05-08 12:00:00"), 1).provisional


@pytest.mark.parametrize(
    ("time", "counts_as"),
    [
        ("2026-05-14 00:00:00", "2026-05-14"),
        ("2026-05-14 08:59:59", "2026-05-14"),
        ("2026-05-14 17:30:00", "2026-05-14"),
        ("2026-05-14 17:30:01", "2026-05-15"),
        ("2026-05-15 17:30:01", "2026-05-18"),
        ("2026-05-14 23:59:59", "2026-05-15"),
    ],
)
def test_the_day_ends_at_half_past_five(time: str, counts_as: str) -> None:
    assert YEAR.received_day(at(time)) == dt.date.fromisoformat(counts_as)


def test_utc_morning_is_the_shanghai_day() -> None:
    late_utc = dt.datetime(2026, 5, 13, 23, 0, tzinfo=dt.UTC)  # 07:00 of the 14th in Shanghai
    assert YEAR.received_day(late_utc) == dt.date(2026, 5, 14)


@pytest.mark.parametrize(
    ("time", "is_working"),
    [
        ("2026-05-14 08:59:59", False),
        ("2026-05-14 09:00:00", True),
        ("2026-05-14 17:30:00", True),
        ("2026-05-14 17:30:01", False),
        ("2026-05-16 10:00:00", False),
        ("2026-05-09 10:00:00", True),
        ("2026-05-01 10:00:00", False),
    ],
)
def test_working_time(time: str, is_working: bool) -> None:
    assert YEAR.is_working_time(at(time)) is is_working


def test_spring_festival_is_told_line_by_line() -> None:
    lines = YEAR.deadline(at("2026-02-13 16:00:00"), 5).explained
    assert lines == ("2月14日（周六）调休上班，计 1 天", "跳过 2月15日–2月23日 春节")


def test_a_late_receipt_is_told() -> None:
    lines = YEAR.deadline(at("2026-02-13 18:00:00"), 1).explained
    assert lines == (
        "2月13日（周五）18:00不在工作时间内，按2月14日（周六，调休上班）收到计算",
        "跳过 2月15日–2月23日 春节",
    )


def test_plain_weekends_are_told_once() -> None:
    lines = YEAR.deadline(at("2026-05-11 10:00:00"), 10).explained
    assert lines == ("其间周末 4 天不计",)


def test_an_ordinary_promise_needs_no_words() -> None:
    assert YEAR.deadline(at("2026-05-11 10:00:00"), 3).explained == ()


def test_moments_read_as_people_say_them() -> None:
    assert moment_label(at("2026-02-24 17:30:00")) == "2月24日（周二）17:30"


MOMENTS = st.datetimes(
    min_value=dt.datetime(2026, 1, 1),  # noqa: DTZ001  # hypothesis adds the zone
    max_value=dt.datetime(2026, 12, 31, 23, 59),  # noqa: DTZ001
    timezones=st.just(SHANGHAI),
)


@given(MOMENTS, MOMENTS, st.integers(0, 40))
def test_who_comes_later_waits_no_less(one: dt.datetime, other: dt.datetime, days: int) -> None:
    first, second = sorted([one, other])
    assert YEAR.deadline(first, days).at <= YEAR.deadline(second, days).at


@given(MOMENTS, st.integers(0, 40))
def test_one_more_day_is_later_and_a_work_day(received: dt.datetime, days: int) -> None:
    due, later = YEAR.deadline(received, days).at, YEAR.deadline(received, days + 1).at
    assert received < due < later or days == 0
    assert YEAR.is_work_day(later.astimezone(SHANGHAI).date())


@given(MOMENTS, st.integers(1, 20), st.integers(0, 40 * 24), st.integers(0, 20 * 24))
def test_a_pause_never_costs_the_submitter_or_the_staff_a_day(
    received: dt.datetime, days: int, hours: int, rest: int
) -> None:
    """A stopped clock keeps its whole working days: at once resumed, nothing has changed."""
    due = YEAR.deadline(received, days).at
    stopped = received + dt.timedelta(hours=hours)
    if YEAR.received_day(stopped) > due.astimezone(SHANGHAI).date():
        return
    left = YEAR.work_days_left(stopped, due)
    assert YEAR.deadline(stopped, left).at == due
    assert YEAR.deadline(stopped + dt.timedelta(hours=rest), left).at >= due
