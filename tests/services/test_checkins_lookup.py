"""The one look-up of a check-in."""

import datetime as dt

import pytest

import models
from models.signups import SignupState
from server.schemas.activities_seen import place_of
from server.services.checkins_lookup import find
from tests import factories

pytestmark = pytest.mark.usefixtures("app")


def test_finds_the_session_and_nothing_of_the_person() -> None:
    session = factories.make_session(capacity=None)
    factories.make_checkin(factories.make_signup(session))
    found = find(session.id, factories.make_user().id)
    assert found is not None
    row, signup, checkin = found
    assert (signup, checkin) == (None, None)
    assert (row.id, row.qr_key, row.space_id) == (session.id, session.qr_key, session.space_id)
    assert (row.starts_at, row.capacity, row.state) == (session.starts_at, None, "scheduled")
    assert row.activity.title == session.activity.title
    assert row.activity.eligibility == {}
    assert row.activity.is_rehearsal is False
    assert place_of(row) == ""


def test_finds_the_live_signup_and_the_valid_check_in(now: dt.datetime) -> None:
    user = factories.make_user()
    session = factories.make_session()
    factories.make_signup(session, user, state=SignupState.CANCELLED)
    signup = factories.make_signup(session, user, party_size=2, enterprise_id=9)
    factories.make_checkin(signup, voided_at=now)
    checkin = factories.make_checkin(signup, at=now)
    factories.make_checkin(factories.make_signup(user=user))
    _, own, valid = find(session.id, user.id) or (None, None, None)
    assert own == signup
    assert (own.state, own.party_size, own.enterprise_id) == (SignupState.ATTENDED, 2, 9)
    assert valid == checkin
    assert (valid.occurred_at, valid.party_present) == (now, 1)


def test_finds_where_it_is() -> None:
    activity = factories.make_activity(venue=factories.make_venue(name="一楼"))
    zone = factories.make_zone(factories.make_venue(name="八楼"), name="茶吧")
    inherited = factories.make_session(activity)
    own = factories.make_session(activity, venue=zone.venue, zone=zone)
    places = [place_of(found[0]) for each in (inherited, own) if (found := find(each.id, 1))]
    assert places == ["一楼", "八楼 茶吧"]


def test_finds_nothing_where_nothing_is() -> None:
    factories.make_session()
    assert find(1, 1) is None
    assert models.Session.select().count() == 1
