"""What staff and the clock decide about signups."""

import datetime as dt
from typing import Any

import pytest

import models
from models.activities import SessionState, SignupMode
from models.signups import SignupState
from server.services import signups, signups_rounds
from tests import factories

pytestmark = pytest.mark.usefixtures("app")
HOUR = dt.timedelta(hours=1)


def fresh(signup: models.Signup) -> models.Signup:
    return models.Signup.get_by_id(signup.id)


def test_an_offer_that_lapses_goes_to_the_next(now: dt.datetime) -> None:
    session = factories.make_session(starts_at=now + 20 * HOUR, capacity=1)
    offered = factories.make_signup(session, state=SignupState.OFFERED, hold_until=now)
    later = factories.make_signup(state=SignupState.OFFERED, hold_until=now + HOUR)
    first = factories.make_signup(session, state=SignupState.WAITLISTED, position=4)
    second = factories.make_signup(session, state=SignupState.WAITLISTED, position=5)

    assert signups.expire_offers(now) == 1

    assert fresh(first).state == SignupState.OFFERED
    assert fresh(first).hold_until == now + 2 * HOUR
    lapsed = fresh(offered)
    assert (lapsed.state, lapsed.hold_until) == (SignupState.WAITLISTED, None)
    assert lapsed.position > fresh(second).position
    assert fresh(later).state == SignupState.OFFERED
    assert models.Session.get_by_id(session.id).seats_taken == 1
    assert signups.expire_offers(now) == 0


def test_who_let_it_lapse_alone_is_not_asked_again_at_once(now: dt.datetime) -> None:
    session = factories.make_session(starts_at=now + 20 * HOUR, capacity=1)
    offered = factories.make_signup(session, state=SignupState.OFFERED, hold_until=now)
    signups.expire_offers(now)
    assert fresh(offered).state == SignupState.WAITLISTED
    assert models.Session.get_by_id(session.id).seats_taken == 0
    assert models.Message.select().count() == 0


def test_a_second_offer_is_told_again(now: dt.datetime) -> None:
    session = factories.make_session(starts_at=now + 20 * HOUR, capacity=1)
    user = factories.make_user()
    held = factories.make_signup(session)
    factories.make_signup(session, user, state=SignupState.WAITLISTED, position=1)
    holder = models.User.get_by_id(held.user_id)
    signups.cancel(holder, held.id, now=now)
    signups.expire_offers(now + 2 * HOUR)
    again = factories.make_signup(session)
    signups.cancel(models.User.get_by_id(again.user_id), again.id, now=now + 3 * HOUR)
    told = models.Message.select().where(models.Message.user_id == user.id)
    assert [message.kind for message in told] == ["promoted", "promoted"]


def test_no_shows_are_marked_two_hours_after_the_end(now: dt.datetime) -> None:
    session = factories.make_session(starts_at=now - 4 * HOUR, ends_at=now - 2 * HOUR)
    absent = factories.make_signup(session)
    present = factories.make_signup(session, state=SignupState.ATTENDED)
    waiting = factories.make_signup(session, state=SignupState.WAITLISTED, position=1)
    assert signups.mark_no_shows(now - dt.timedelta(seconds=1)) == 0
    assert signups.mark_no_shows(now) == 1
    assert signups.mark_no_shows(now) == 0
    assert fresh(absent).state == SignupState.NO_SHOW
    assert fresh(present).state == SignupState.ATTENDED
    assert fresh(waiting).state == SignupState.WAITLISTED


@pytest.mark.parametrize(
    ("activity", "session"),
    [
        ({"is_rehearsal": True}, {}),
        ({"signup_mode": SignupMode.NONE}, {}),
        ({}, {"state": SessionState.CANCELLED}),
        ({}, {"checkin_closes_at": 0 * HOUR}),
    ],
)
def test_nobody_is_a_no_show_there(
    now: dt.datetime, activity: dict[str, Any], session: dict[str, Any]
) -> None:
    if "checkin_closes_at" in session:
        session = {"checkin_closes_at": now + HOUR}
    over = {"starts_at": now - 5 * HOUR, "ends_at": now - 3 * HOUR} | session
    row = factories.make_session(factories.make_activity(**activity), **over)
    signup = factories.make_signup(row)
    assert signups.mark_no_shows(now) == 0
    assert fresh(signup).state == SignupState.CONFIRMED


def test_whoever_leaves_gives_everything_to_come_back(now: dt.datetime) -> None:
    user = factories.make_user()
    ahead = factories.make_session(starts_at=now + 48 * HOUR, capacity=1)
    coming = factories.make_signup(ahead, user)
    queued = factories.make_signup(user=user, state=SignupState.WAITLISTED, position=1)
    been = factories.make_signup(
        factories.make_session(starts_at=now - 9 * HOUR), user, state=SignupState.ATTENDED
    )
    missed = factories.make_signup(factories.make_session(starts_at=now - 9 * HOUR), user)
    somebody = factories.make_signup(ahead, state=SignupState.WAITLISTED, position=1)

    assert signups.cancel_all_of(user, reason="注销", now=now) == 2

    assert [fresh(row).state for row in (coming, queued)] == ["cancelled", "cancelled"]
    assert fresh(coming).end_reason == "注销"
    assert [fresh(row).state for row in (been, missed)] == ["attended", "confirmed"]
    assert fresh(somebody).state == SignupState.CONFIRMED
    assert models.Session.get_by_id(ahead.id).seats_taken == 1


def test_staff_let_in_or_refuse_once(now: dt.datetime) -> None:
    session = factories.make_session(factories.make_activity(signup_mode=SignupMode.APPROVAL))
    yes, no = (factories.make_signup(session, state=SignupState.PENDING) for _ in range(2))
    actor = factories.actor()
    assert signups.approve(yes, actor=actor, now=now).state == SignupState.CONFIRMED
    refused = signups.decline(no, "名额留给新会员", actor=actor, now=now)
    assert (refused.state, refused.end_reason) == (SignupState.DECLINED, "名额留给新会员")
    assert models.Session.get_by_id(session.id).seats_taken == 1
    with pytest.raises(signups_rounds.NotPending):
        signups.decline(yes, "晚了", actor=actor, now=now)
    assert models.AuditLog.select().count() == 2
