"""Who was there is asked once."""

import datetime as dt

import pytest

import models
from server.schemas.checkins import RatingIn
from server.services import checkins_ratings, checkins_reminders
from tests import factories

pytestmark = pytest.mark.usefixtures("app")
HOUR = dt.timedelta(hours=1)


def test_who_was_there_is_asked_once(now: dt.datetime) -> None:
    ended = now - HOUR
    session = factories.make_session(starts_at=ended - HOUR, ends_at=ended)
    rehearsal = factories.make_session(
        factories.make_activity(is_rehearsal=True), starts_at=ended - HOUR, ends_at=ended
    )
    asked, rated, absent, undone = (factories.make_user() for _ in range(4))
    checkin = factories.make_checkin(factories.make_signup(session, asked))
    other = factories.make_checkin(factories.make_signup(session, rated))
    checkins_ratings.rate(rated, other.id, RatingIn(score=3), now=now)
    factories.make_signup(session, absent)
    factories.make_checkin(factories.make_signup(session, undone), voided_at=now)
    factories.make_checkin(factories.make_signup(rehearsal, absent))

    assert checkins_reminders.ask_for_ratings(now=ended) == 0
    assert checkins_reminders.ask_for_ratings(now=now) == 1
    assert checkins_reminders.ask_for_ratings(now=now) == 0

    message = models.Message.get()
    assert (message.user_id, message.kind) == (asked.id, "rating")
    assert message.page == f"pages/checkins/rate/rate?id={checkin.id}"
    late = factories.make_checkin(factories.make_signup(session))
    assert checkins_reminders.ask_for_ratings(now=ended + 49 * HOUR) == 0
    assert checkins_reminders.ask_for_ratings(now=ended + 47 * HOUR) == 1
    assert models.Message.select().where(models.Message.user_id == late.user_id).count() == 1
