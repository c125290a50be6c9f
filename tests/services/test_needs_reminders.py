"""Who is reminded of a need when: in working hours, once for every deadline; and of saying whether
the answer did, once."""

import datetime as dt

import pytest
from flask import Flask

import models
from models.needs import Outcome, Satisfaction, Solved
from models.staff import Role
from server.services import needs, needs_desk, needs_dispatches, needs_reminders
from server.services.needs_dispatches import Errand
from tests import factories
from tests.conftest import Sandbox
from tests.needs_bench import DAY, NOON, Bench, make_bench, shanghai


@pytest.fixture
def bench(app: Flask, sandbox: Sandbox) -> Bench:
    return make_bench(app, sandbox)


def titles(user: models.User) -> list[str]:
    rows = models.Message.select().where(models.Message.user_id == user.id)
    return [row.title for row in rows.order_by(models.Message.id)]


def test_promise_20_staff_are_reminded_once_and_only_in_working_hours(bench: Bench) -> None:
    leader, keeper = factories.make_user(), factories.make_user()
    account = factories.make_staff(Role.OPERATOR, bench.space, user_id=leader.id)
    factories.make_staff(Role.KEEPER, bench.space, user_id=keeper.id)
    models.Grant.update(from_on=dt.date(2026, 1, 1)).execute()
    need = bench.triaged(bench.submit(bench.member("demo-u1")))  # due Thursday the 21st, 17:30
    needs_desk.reply(bench.desk(need), "收到", now=NOON)
    needs_dispatches.dispatch(bench.desk(need), Errand(staff_id=account.id), now=NOON)
    told = len(titles(leader))
    for moment in ("2026-05-18 10:00", "2026-05-19 20:00", "2026-05-20 07:00"):
        assert needs_reminders.remind_staff(now=shanghai(moment)) == 0, moment
    assert needs_reminders.remind_staff(now=shanghai("2026-05-20 10:00")) == 1
    assert needs_reminders.remind_staff(now=shanghai("2026-05-20 10:10")) == 0
    assert titles(leader)[told:] == ["诉求快到答复期限"]
    # Late: the desk is told as well; not on Saturday, nor by night.
    assert needs_reminders.remind_staff(now=shanghai("2026-05-21 19:00")) == 0
    assert needs_reminders.remind_staff(now=shanghai("2026-05-23 10:00")) == 0
    assert needs_reminders.remind_staff(now=shanghai("2026-05-25 09:30")) == 2
    assert needs_reminders.remind_staff(now=shanghai("2026-05-26 09:30")) == 0
    assert titles(keeper)[-1:] == titles(leader)[told + 1 :] == ["诉求答复已逾期"]


def test_promise_22_satisfaction_is_asked_for_once_more_and_never_assumed(bench: Bench) -> None:
    user, rater = bench.member("demo-u1"), bench.member("demo-u2")
    asked = bench.triaged(bench.submit(user))
    rated = bench.triaged(bench.submit(rater))
    for need in (asked, rated):
        needs_desk.answer(bench.desk(need), Outcome.SOLVED, "办好了", now=NOON)
    needs.rate(
        rater,
        rated.id,
        Satisfaction.SATISFIED,
        Solved.YES,
        checker=bench.checker(rater),
        now=NOON + DAY,
    )
    assert titles(user) == ["您的诉求已答复"]
    assert needs_reminders.ask_again(now=NOON + DAY) == 0
    weekend = NOON + 3 * DAY
    assert needs_reminders.ask_again(now=weekend) == 0
    monday = NOON + 4 * DAY
    assert needs_reminders.ask_again(now=monday) == 1
    assert needs_reminders.ask_again(now=monday + dt.timedelta(minutes=30)) == 0
    assert titles(user) == ["您的诉求已答复", "问题解决了吗"]
    assert titles(rater) == ["您的诉求已答复"]
    assert needs.rating_of(models.Need.get_by_id(asked.id)) is None
