"""Taking a place, waiting for one, giving it back."""

import datetime as dt
from typing import Any

import pytest

import models
from models.activities import ActivityState, SessionState, SignupMode
from models.enterprises import MemberStatus
from models.signups import SignupState
from server.errors import Invalid, NotFound, ServiceError
from server.schemas.signups import SignupIn
from server.services import signups
from server.services.activities_eligibility import NotEligible
from tests import factories

pytestmark = pytest.mark.usefixtures("app")
HOUR = dt.timedelta(hours=1)
WAIT = SignupIn(join_waitlist=True)


def session_of(now: dt.datetime, hours: float = 48, **over: Any) -> models.Session:
    """A session that starts in so many hours; names of the activity's columns go to it."""
    columns = set(models.Activity._meta.fields)
    about = {name: over.pop(name) for name in list(over) if name in columns and name != "state"}
    activity = factories.make_activity(**about)
    factories.make_session(activity)  # noise: another session of the same activity
    return factories.make_session(activity, starts_at=now + hours * HOUR, **over)


def seats_of(session: models.Session) -> int:
    return models.Session.get_by_id(session.id).seats_taken


def state_of(signup: models.Signup) -> SignupState:
    return models.Signup.get_by_id(signup.id).state


def told(user: models.User) -> list[models.Message]:
    return list(models.Message.select().where(models.Message.user_id == user.id))


def test_gives_a_place_to_the_whole_party(now: dt.datetime) -> None:
    session = session_of(now, capacity=5, max_party=3)
    user = factories.make_user()
    signup = signups.sign_up(user, session.id, SignupIn(party_size=3), now=now)
    assert signup.state == SignupState.CONFIRMED
    assert signup.space_id == session.space_id
    assert seats_of(session) == 3


def test_gives_the_last_places_only_to_a_party_that_fits(now: dt.datetime) -> None:
    session = session_of(now, capacity=3, max_party=2)
    factories.make_signup(session, party_size=2)
    with pytest.raises(signups.Full) as refusal:
        signups.sign_up(factories.make_user(), session.id, SignupIn(party_size=2), now=now)
    assert refusal.value.facts == {"can_join_waitlist": True}
    assert seats_of(session) == 2
    signups.sign_up(factories.make_user(), session.id, SignupIn(), now=now)
    assert seats_of(session) == 3


def test_without_a_capacity_there_is_room_for_all(now: dt.datetime) -> None:
    session = session_of(now, capacity=None)
    for _ in range(3):
        signups.sign_up(factories.make_user(), session.id, SignupIn(), now=now)
    assert seats_of(session) == 3


def test_remembers_the_company_of_that_time(now: dt.datetime) -> None:
    root = factories.make_enterprise()
    company = factories.make_enterprise(merged_into=root)
    user = factories.make_user()
    factories.make_member(user, company)
    signup = signups.sign_up(user, session_of(now).id, SignupIn(), now=now)
    assert signup.enterprise_id == root.id


def test_twice_shows_the_first(now: dt.datetime) -> None:
    session = session_of(now)
    user = factories.make_user()
    first = signups.sign_up(user, session.id, SignupIn(), now=now)
    with pytest.raises(signups.AlreadySignedUp) as refusal:
        signups.sign_up(user, session.id, SignupIn(), now=now)
    assert refusal.value.facts["current"]["id"] == str(first.id)
    assert refusal.value.facts["current"]["state"] == "confirmed"
    assert seats_of(session) == 1


def test_again_after_giving_back(now: dt.datetime) -> None:
    session = session_of(now)
    user = factories.make_user()
    first = signups.sign_up(user, session.id, SignupIn(), now=now)
    signups.cancel(user, first.id, now=now)
    assert seats_of(session) == 0
    second = signups.sign_up(user, session.id, SignupIn(), now=now)
    assert second.id != first.id
    assert seats_of(session) == 1


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"signup_opens_at": HOUR}, "not_open"),
        ({"signup_closes_at": -HOUR}, "closed"),
        ({"hours": -0.1}, "closed"),
        ({"hours": -9}, "closed"),
        ({"state": SessionState.CANCELLED}, "cancelled"),
        ({"signup_mode": SignupMode.NONE}, "no_signup_needed"),
        ({"is_rehearsal": True}, "not_found"),
    ],
)
def test_refuses_outside_the_window(now: dt.datetime, over: dict[str, Any], code: str) -> None:
    moments = {k: now + v if isinstance(v, dt.timedelta) else v for k, v in over.items()}
    session = session_of(now, **moments)
    with pytest.raises(ServiceError) as refusal:
        signups.sign_up(factories.make_user(), session.id, SignupIn(), now=now)
    assert refusal.value.code == code
    assert seats_of(session) == 0


@pytest.mark.parametrize("state", [ActivityState.DRAFT, ActivityState.CANCELLED])
def test_refuses_what_is_not_on(now: dt.datetime, state: ActivityState) -> None:
    session = factories.make_session(factories.make_activity(state=state))
    expected = NotFound if state == ActivityState.DRAFT else signups.Cancelled
    with pytest.raises(expected):
        signups.sign_up(factories.make_user(), session.id, SignupIn(), now=now)


def test_refuses_an_unknown_session(now: dt.datetime) -> None:
    with pytest.raises(NotFound):
        signups.sign_up(factories.make_user(), 1, SignupIn(), now=now)


def test_refuses_who_is_not_meant_with_the_public_reason(now: dt.datetime) -> None:
    session = session_of(
        now, eligibility={"rule": "employees", "ids": []}, eligibility_reason="面向园区企业职工"
    )
    user = factories.make_user()
    with pytest.raises(NotEligible, match="面向园区企业职工"):
        signups.sign_up(user, session.id, SignupIn(), now=now)
    factories.make_member(user, factories.make_enterprise(), status=MemberStatus.VERIFIED)
    assert signups.sign_up(user, session.id, SignupIn(), now=now).state == SignupState.CONFIRMED


def test_refuses_a_party_too_large_even_when_full(now: dt.datetime) -> None:
    session = session_of(now, capacity=1, max_party=2)
    factories.make_signup(session)
    with pytest.raises(Invalid) as refusal:
        signups.sign_up(factories.make_user(), session.id, SignupIn(party_size=3), now=now)
    assert refusal.value.facts["errors"][0]["field"] == "party_size"


def test_a_company_takes_no_more_than_its_share(now: dt.datetime) -> None:
    session = session_of(now, capacity=10, per_enterprise_cap=2, max_party=2)
    root = factories.make_enterprise()
    branch = factories.make_enterprise(merged_into=root)
    people = [factories.make_user() for _ in range(3)]
    for user, company in zip(people, (root, branch, root), strict=True):
        factories.make_member(user, company)
    factories.make_signup(session, enterprise_id=factories.make_enterprise().id, party_size=2)
    # The noise of another session must not count against the company here.
    other = models.Session.get(
        models.Session.activity == session.activity_id, models.Session.id != session.id
    )
    factories.make_signup(other, enterprise_id=root.id, party_size=2)
    signups.sign_up(people[0], session.id, SignupIn(), now=now)
    signups.sign_up(people[1], session.id, SignupIn(), now=now)
    with pytest.raises(signups.Full, match="企业"):
        signups.sign_up(people[2], session.id, SignupIn(), now=now)
    waiting = signups.sign_up(people[2], session.id, WAIT, now=now)
    assert waiting.state == SignupState.WAITLISTED
    assert seats_of(session) == 4


def test_approval_holds_the_place_and_has_no_line(now: dt.datetime) -> None:
    session = session_of(now, capacity=1, signup_mode=SignupMode.APPROVAL)
    pending = signups.sign_up(factories.make_user(), session.id, SignupIn(), now=now)
    assert pending.state == SignupState.PENDING
    assert seats_of(session) == 1
    with pytest.raises(signups.Full) as refusal:
        signups.sign_up(factories.make_user(), session.id, WAIT, now=now)
    assert refusal.value.facts == {"can_join_waitlist": False}


def test_the_line_moves_up_in_order_for_certain_a_day_ahead(now: dt.datetime) -> None:
    """Complaints: there is no waiting list; or the last in the line is taken first."""
    session = session_of(now, hours=24, capacity=1)
    holder = factories.make_user()
    held = signups.sign_up(holder, session.id, SignupIn(), now=now)
    people = [factories.make_user() for _ in range(3)]
    line = [signups.sign_up(user, session.id, WAIT, now=now) for user in people]
    assert [signup.position for signup in line] == [1, 2, 3]
    assert seats_of(session) == 1

    signups.cancel(holder, held.id, now=now)

    assert [state_of(signup) for signup in line] == ["confirmed", "waitlisted", "waitlisted"]
    assert seats_of(session) == 1
    (message,) = told(people[0])
    assert message.kind == "promoted"
    assert message.space_id == session.space_id
    assert not told(people[1])
    page = signups.of_user(people[1], cursor=None, limit=5)
    assert page.items[0].position == 1


def test_a_place_is_offered_within_the_day(now: dt.datetime) -> None:
    session = session_of(now, hours=23.9, capacity=1)
    holder, waiter = factories.make_user(), factories.make_user()
    held = signups.sign_up(holder, session.id, SignupIn(), now=now)
    waiting = signups.sign_up(waiter, session.id, WAIT, now=now)
    signups.cancel(holder, held.id, now=now)
    offered = models.Signup.get_by_id(waiting.id)
    assert offered.state == SignupState.OFFERED
    assert offered.hold_until == now + 2 * HOUR
    assert seats_of(session) == 1
    taken = signups.accept(waiter, waiting.id, now=now + HOUR)
    assert (taken.state, taken.hold_until) == (SignupState.CONFIRMED, None)
    assert signups.accept(waiter, waiting.id, now=now + 3 * HOUR).state == SignupState.CONFIRMED
    assert len(told(waiter)) == 1


def test_an_offer_ends_at_the_latest_when_the_session_starts(now: dt.datetime) -> None:
    session = session_of(now, hours=1, capacity=1, cancel_hours=0)
    holder, waiter = factories.make_user(), factories.make_user()
    held = signups.sign_up(holder, session.id, SignupIn(), now=now)
    waiting = signups.sign_up(waiter, session.id, WAIT, now=now)
    signups.cancel(holder, held.id, now=now)
    assert models.Signup.get_by_id(waiting.id).hold_until == session.starts_at


def test_nobody_moves_up_in_the_last_hour_and_places_go_to_who_asks(now: dt.datetime) -> None:
    session = session_of(now, hours=0.9, capacity=1, cancel_hours=0)
    holder, waiter = factories.make_user(), factories.make_user()
    held = signups.sign_up(holder, session.id, SignupIn(), now=now)
    waiting = signups.sign_up(waiter, session.id, WAIT, now=now)
    signups.cancel(holder, held.id, now=now)
    assert state_of(waiting) == SignupState.WAITLISTED
    assert seats_of(session) == 0
    newcomer = signups.sign_up(factories.make_user(), session.id, SignupIn(), now=now)
    assert newcomer.state == SignupState.CONFIRMED


def test_nobody_overtakes_a_larger_party_in_the_line(now: dt.datetime) -> None:
    """Complaint: a group cannot wait together, smaller ones pass it by."""
    session = session_of(now, capacity=2, max_party=2)
    holder = factories.make_user()
    held = signups.sign_up(holder, session.id, SignupIn(), now=now)
    factories.make_signup(session)
    pair, single, newcomer = (factories.make_user() for _ in range(3))
    two = SignupIn(party_size=2, join_waitlist=True)
    first = signups.sign_up(pair, session.id, two, now=now)
    second = signups.sign_up(single, session.id, WAIT, now=now)
    signups.cancel(holder, held.id, now=now)
    assert state_of(first) == state_of(second) == SignupState.WAITLISTED
    with pytest.raises(signups.Full):
        signups.sign_up(newcomer, session.id, SignupIn(), now=now)
    assert seats_of(session) == 1
    signups.cancel(pair, first.id, now=now)
    assert state_of(second) == SignupState.CONFIRMED


def test_the_line_passes_over_a_company_that_has_its_share(now: dt.datetime) -> None:
    session = session_of(now, capacity=2, per_enterprise_cap=1)
    company = factories.make_enterprise()
    colleagues = [factories.make_user() for _ in range(2)]
    for user in colleagues:
        factories.make_member(user, company)
    stranger, holder = factories.make_user(), factories.make_user()
    signups.sign_up(colleagues[0], session.id, SignupIn(), now=now)
    held = signups.sign_up(holder, session.id, SignupIn(), now=now)
    first = signups.sign_up(colleagues[1], session.id, WAIT, now=now)
    second = signups.sign_up(stranger, session.id, WAIT, now=now)
    signups.cancel(holder, held.id, now=now)
    assert state_of(first) == SignupState.WAITLISTED
    assert state_of(second) == SignupState.CONFIRMED


def test_cancelling_has_a_deadline(now: dt.datetime) -> None:
    session = session_of(now, hours=2, cancel_hours=2)
    user = factories.make_user()
    signup = signups.sign_up(user, session.id, SignupIn(), now=now)
    with pytest.raises(signups.TooLate):
        signups.cancel(user, signup.id, now=now + dt.timedelta(seconds=1))
    assert seats_of(session) == 1
    signups.cancel(user, signup.id, now=now)
    signups.cancel(user, signup.id, now=now)
    assert state_of(signup) == SignupState.CANCELLED
    assert seats_of(session) == 0


def test_a_change_of_plan_reopens_cancelling(now: dt.datetime) -> None:
    """Complaint: the time was changed, and who cannot come then may no longer give the place back."""
    session = session_of(now, hours=1, cancel_hours=2)
    user = factories.make_user()
    signup = signups.sign_up(user, session.id, SignupIn(), now=now)
    models.Session.update(changed_at=now + dt.timedelta(minutes=5)).where(
        models.Session.id == session.id
    ).execute()
    signups.cancel(user, signup.id, now=now + dt.timedelta(minutes=10))
    assert state_of(signup) == SignupState.CANCELLED


@pytest.mark.parametrize("state", [SignupState.ATTENDED, SignupState.NO_SHOW])
def test_what_has_happened_cannot_be_cancelled(now: dt.datetime, state: SignupState) -> None:
    user = factories.make_user()
    signup = factories.make_signup(session_of(now), user, state=state)
    with pytest.raises(signups.TooLate):
        signups.cancel(user, signup.id, now=now)


def test_somebody_elses_signup_is_not_there(now: dt.datetime) -> None:
    signup = factories.make_signup(session_of(now))
    stranger = factories.make_user()
    for act in (signups.cancel, signups.accept):
        with pytest.raises(NotFound):
            act(stranger, signup.id, now=now)
    assert state_of(signup) == SignupState.CONFIRMED


@pytest.mark.parametrize("state", [SignupState.WAITLISTED, SignupState.PENDING])
def test_only_an_offer_can_be_accepted(now: dt.datetime, state: SignupState) -> None:
    user = factories.make_user()
    signup = factories.make_signup(session_of(now), user, state=state)
    with pytest.raises(signups.TooLate):
        signups.accept(user, signup.id, now=now)


def test_an_offer_of_a_cancelled_session_is_void(now: dt.datetime) -> None:
    user = factories.make_user()
    session = session_of(now, state=SessionState.CANCELLED)
    signup = factories.make_signup(session, user, state=SignupState.OFFERED, hold_until=now + HOUR)
    with pytest.raises(signups.Cancelled):
        signups.accept(user, signup.id, now=now)


def test_an_offer_that_has_run_out_cannot_be_accepted(now: dt.datetime) -> None:
    user = factories.make_user()
    signup = factories.make_signup(session_of(now), user, state=SignupState.OFFERED, hold_until=now)
    with pytest.raises(signups.TooLate):
        signups.accept(user, signup.id, now=now)
