"""The day before, the hour before, each once, whatever moves in between."""

import datetime as dt

import pytest

import models
from models.activities import SessionState
from models.signups import SignupState
from server.clock import at_shanghai
from server.services import signups_reminders
from tests import factories

pytestmark = pytest.mark.usefixtures("app")
HOUR = dt.timedelta(hours=1)
NOON = at_shanghai(dt.date(2027, 3, 10), dt.time(12))


def held(
    starts_at: dt.datetime, *, since: dt.datetime = NOON - 240 * HOUR, **over: object
) -> models.Signup:
    session = factories.make_session(starts_at=starts_at, ends_at=starts_at + HOUR)
    signup = factories.make_signup(session, **over)
    models.Signup.update(created_at=since).where(models.Signup.id == signup.id).execute()
    return signup


def told(signup: models.Signup) -> list[str]:
    rows = models.Message.select().where(models.Message.user_id == signup.user_id)
    return [row.title.partition("：")[0] for row in rows.order_by(models.Message.created_at)]


def test_a_day_and_an_hour_before_once_each() -> None:
    mine = held(NOON + 24 * HOUR)
    waiting = held(NOON + 24 * HOUR, state=SignupState.WAITLISTED, position=1)
    fresh = held(NOON + 24 * HOUR, since=NOON - HOUR)
    off = held(NOON + 24 * HOUR)
    models.Session.update(state=SessionState.CANCELLED).where(
        models.Session.id == off.session_id
    ).execute()
    for minutes in (-20, 0, 10, 12 * 60, 22 * 60, 23 * 60, 23 * 60 + 10, 24 * 60):
        signups_reminders.remind(NOON + dt.timedelta(minutes=minutes))
    assert told(mine) == ["明天见", "就要开始了"]
    assert told(fresh) == ["今天见", "就要开始了"], "the first as soon as it was no news"
    assert told(waiting) == told(off) == []


def test_a_session_that_was_moved_is_another_appointment() -> None:
    mine = held(NOON + 20 * HOUR)
    assert signups_reminders.remind(NOON) == 1
    models.Session.update(starts_at=NOON + 22 * HOUR, ends_at=NOON + 23 * HOUR).execute()
    assert signups_reminders.remind(NOON) == 1
    assert told(mine) == ["明天见", "明天见"]


def test_the_night_is_not_disturbed_for_what_will_be_over() -> None:
    """At half past seven WeChat would keep the word until half past eight."""
    early = at_shanghai(dt.date(2027, 3, 10), dt.time(8))
    gone, still = held(early), held(early + HOUR)
    for minutes in range(0, 120, 10):
        signups_reminders.remind(early - HOUR + dt.timedelta(minutes=minutes))
    assert told(gone) == []
    assert told(still) == ["今天见", "就要开始了"]
    assert all(early < ring.not_before < early + HOUR for ring in models.Delivery.select())
