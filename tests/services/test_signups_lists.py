"""Signups as lists."""

import datetime as dt

import pytest

import models
from models.signups import SignupState
from server.services import signups
from tests import factories

pytestmark = pytest.mark.usefixtures("app")


def test_of_user_is_every_state_newest_first_with_the_place_in_the_line(now: dt.datetime) -> None:
    user = factories.make_user()
    session = factories.make_session()
    factories.make_signup(session, state=SignupState.WAITLISTED, position=2)
    old = factories.make_signup(user=user, state=SignupState.CANCELLED)
    new = factories.make_signup(session, user, state=SignupState.WAITLISTED, position=5)
    factories.make_signup()
    first = signups.of_user(user, cursor=None, limit=1)
    rest = signups.of_user(user, cursor=first.next, limit=1)
    assert [(each.signup, each.position) for each in first.items] == [(new, 2)]
    assert [(each.signup, each.position) for each in rest.items] == [(old, None)]
    assert first.items[0].signup.session.activity.title == session.activity.title
    assert rest.next is None


def test_of_user_of_nobody_is_empty() -> None:
    assert signups.of_user(factories.make_user(), cursor=None, limit=5).items == []


def test_of_session_holds_no_other_session() -> None:
    session = factories.make_session()
    rows = [factories.make_signup(session) for _ in range(2)]
    factories.make_signup()
    assert set(signups.of_session(session)) == set(rows)
    assert isinstance(signups.of_session(session).first(), models.Signup)
