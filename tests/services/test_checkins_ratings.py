"""A word about it afterwards."""

import datetime as dt

import pytest

import models
from server.errors import NotFound
from server.schemas.checkins import RatingIn
from server.services import checkins_ratings as ratings
from server.services.signups import TooLate
from tests import factories

pytestmark = pytest.mark.usefixtures("app")
WEEK = dt.timedelta(days=7)


def test_once_and_to_be_changed_for_a_week(now: dt.datetime) -> None:
    user = factories.make_user()
    checkin = factories.make_checkin(factories.make_signup(user=user))
    first = ratings.rate(user, checkin.id, RatingIn(score=3), now=now)
    assert (first.space_id, first.session_id) == (checkin.space_id, checkin.session_id)
    changed = ratings.rate(user, checkin.id, RatingIn(score=1, text="太挤"), now=now + WEEK)
    assert (changed.id, changed.score, changed.text) == (first.id, 1, "太挤")
    with pytest.raises(TooLate):
        ratings.rate(user, checkin.id, RatingIn(score=2), now=now + WEEK + WEEK)
    assert ratings.find(user, checkin.id).score == 1
    assert models.Rating.select().count() == 1


def test_only_ones_own_valid_check_in(now: dt.datetime) -> None:
    user = factories.make_user()
    others = factories.make_checkin()
    voided = factories.make_checkin(factories.make_signup(user=user), voided_at=now)
    for checkin_id in (others.id, voided.id, 1):
        with pytest.raises(NotFound):
            ratings.rate(user, checkin_id, RatingIn(score=3), now=now)
    assert models.Rating.select().count() == 0
    assert ratings.find(user, others.id) is None
