"""The clock of a need: stopped, running on, late, closing by itself."""

import datetime as dt

import pytest
from flask import Flask

import models
from models.needs import NeedState, Outcome, Satisfaction, Solved
from server.services import needs, needs_clock, needs_desk
from tests.conftest import Sandbox
from tests.needs_bench import DAY, NOON, Bench, events, make_bench, shanghai


@pytest.fixture
def bench(app: Flask, sandbox: Sandbox) -> Bench:
    return make_bench(app, sandbox)


def paused(bench: Bench, now: dt.datetime) -> models.Need:
    need = bench.triaged(bench.submit(bench.member("demo-u1")))
    return needs_desk.request_info(bench.desk(need), "请补充营业执照", now=now)


def test_a_pause_keeps_the_whole_days_left(bench: Bench) -> None:
    need = paused(bench, NOON + DAY)  # due the 21st; on Friday 4 working days are left
    assert (need.state, need.paused_days) == (NeedState.WAITING_INFO, 4)
    assert need.first_response_at == NOON + DAY
    resumed = needs_desk.resume(bench.desk(need), now=shanghai("2026-05-25 10:00"))
    assert resumed.due_resolve == shanghai("2026-05-29 17:30")
    assert (resumed.state, resumed.paused_days, resumed.paused_on) == (
        NeedState.IN_PROGRESS,
        None,
        None,
    )


def test_a_weekend_is_not_counted_twice(bench: Bench) -> None:
    saturday, sunday = shanghai("2026-05-16 10:00"), shanghai("2026-05-17 10:00")
    need = paused(bench, saturday)
    due = need.due_resolve
    assert needs_desk.resume(bench.desk(need), now=sunday).due_resolve == due


def test_the_submitters_words_let_it_run_on(bench: Bench) -> None:
    need = paused(bench, NOON)
    user = models.User.get_by_id(need.user_id)
    on = needs.supplement(
        user, need.id, "执照号", checker=bench.checker(user), now=shanghai("2026-05-18 09:00")
    )
    assert (on.state, on.due_resolve) == (NeedState.IN_PROGRESS, shanghai("2026-05-25 17:30"))


def test_a_pause_does_not_wash_away_being_late(bench: Bench) -> None:
    late = shanghai("2026-05-22 10:00")
    need = paused(bench, late)
    assert need.paused_days is None
    resumed = needs_desk.resume(bench.desk(need), now=late + DAY)
    assert resumed.due_resolve == shanghai("2026-05-21 17:30")
    assert needs_clock.is_overdue(resumed, now=late + DAY)


def test_what_is_late(bench: Bench) -> None:
    need = bench.submit(bench.member("demo-u1"))
    contact, answer = shanghai("2026-05-15 17:30"), shanghai("2026-05-21 17:30")
    second = dt.timedelta(seconds=1)
    assert not needs_clock.is_overdue(need, now=contact)
    assert needs_clock.is_overdue(need, now=contact + second)
    bench.triaged(need)
    replied = needs_desk.reply(bench.desk(need), "已联系", now=contact)
    assert not needs_clock.is_overdue(replied, now=answer)
    assert needs_clock.is_overdue(replied, now=answer + second)
    stopped = needs_desk.request_info(bench.desk(need), "请补充", now=answer)
    assert not needs_clock.is_overdue(stopped, now=answer + second)


def test_unrated_closes_by_itself_after_a_week(bench: Bench) -> None:
    user = bench.member("demo-u1")
    need, young, rated = (bench.triaged(bench.submit(user)) for _ in range(3))
    for each, when in ((need, NOON), (young, NOON + DAY), (rated, NOON)):
        needs_desk.answer(bench.desk(each), Outcome.SOLVED, "好了", now=when)
    judge = {"checker": bench.checker(user), "now": NOON}
    needs.rate(user, rated.id, Satisfaction.BASIC, Solved.YES, **judge)
    week = NOON + 7 * DAY
    assert needs_clock.auto_close(now=week - dt.timedelta(seconds=1)) == 0
    assert needs_clock.auto_close(now=week) == 1
    assert needs_clock.auto_close(now=week) == 0
    closed = needs.get(user, need.id)
    assert (closed.state, closed.closed_at) == (NeedState.CLOSED, week)
    assert events(closed)[-1] == "close"
    assert needs.rating_of(closed) is None
    assert needs.get(user, young.id).state is NeedState.ANSWERED
    # Unrated is not satisfied: the question stays open to the submitter.
    assert needs.rate(user, need.id, Satisfaction.UNSATISFIED, Solved.NO, **judge).closed_at == week
