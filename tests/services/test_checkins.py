"""Checking in by the rotating code."""

import datetime as dt
import secrets
import threading
from typing import Any

import pytest

import models
from models.activities import ActivityState, SessionState, SignupMode
from models.checkins import CheckinMethod
from models.signups import SignupSource, SignupState
from models.staff import Role
from server.errors import Invalid, ServiceError
from server.schemas.checkins import CheckinIn
from server.services import checkins, checkins_codes, signups
from server.services.activities_eligibility import NotEligible
from tests import factories

pytestmark = pytest.mark.usefixtures("app")
HOUR = dt.timedelta(hours=1)


def token_of(session: models.Session, now: dt.datetime, age: int = 0) -> str:
    slot = checkins_codes.slot_of(now, 20) - age
    return checkins_codes.make(session.id, session.qr_key, slot)


def scan(user: models.User, token: str, now: dt.datetime, **form: Any) -> checkins.CheckedIn:
    trace = checkins.Trace(ip_hash="ip", device="phone")
    body = CheckinIn(token=token, **form)
    return checkins.check_in(user, body, slot_seconds=20, trace=trace, now=now)


def open_session(now: dt.datetime, **over: Any) -> models.Session:
    """A session that begins in half an hour, check-in open."""
    columns = set(models.Activity._meta.fields)
    about = {name: over.pop(name) for name in list(over) if name in columns and name != "state"}
    factories.make_signup(factories.make_session())  # noise
    activity = factories.make_activity(**about)
    return factories.make_session(activity, starts_at=now + HOUR / 2, **over)


def log() -> list[models.ScanLog]:
    return list(models.ScanLog.select().order_by(models.ScanLog.id))


def refusal_of(user: models.User, token: str, now: dt.datetime, **form: Any) -> ServiceError:
    """Scan, expect a refusal, and return it; it left one line on record and nothing else."""
    before = len(log()), models.Checkin.select().count(), models.Signup.select().count()
    with pytest.raises(ServiceError) as refusal:
        scan(user, token, now, **form)
    after = len(log()), models.Checkin.select().count(), models.Signup.select().count()
    assert after == (before[0] + 1, before[1], before[2])
    assert log()[-1].result == refusal.value.code
    return refusal.value


def test_checks_in_who_is_signed_up(now: dt.datetime) -> None:
    session = open_session(now, max_party=3)
    user = factories.make_user()
    signup = factories.make_signup(session, user, party_size=3, enterprise_id=77)
    token = token_of(session, now)
    done = scan(user, token, now)
    assert not done.is_repeat
    row = models.Checkin.get_by_id(done.checkin.id)
    assert row.method == CheckinMethod.SELF_QR
    assert row.occurred_at == row.recorded_at == now
    assert (row.session_id, row.signup_id, row.user_id) == (session.id, signup.id, user.id)
    assert (row.space_id, row.enterprise_id) == (session.space_id, 77)
    assert (row.party_present, row.device) == (2, "phone")
    assert row.token_slot == checkins_codes.slot_of(now, 20)
    assert models.Signup.get_by_id(signup.id).state == SignupState.ATTENDED


def test_every_attempt_is_on_record_without_the_code(now: dt.datetime) -> None:
    session = open_session(now)
    user = factories.make_user()
    factories.make_signup(session, user)
    token = token_of(session, now)
    scan(user, token, now)
    (line,) = log()
    assert (line.result, line.ip_hash, line.device) == ("checked_in", "ip", "phone")
    assert (line.user_id, line.session_id, line.space_id) == (user.id, session.id, session.space_id)
    assert len(line.raw_hash) == 64
    assert token not in str(line.__data__)


def test_again_shows_the_first_time_and_adds_nothing(now: dt.datetime) -> None:
    session = open_session(now)
    user = factories.make_user()
    factories.make_signup(session, user)
    first = scan(user, token_of(session, now), now)
    later = now + dt.timedelta(minutes=10)
    again = scan(user, token_of(session, later), later)
    assert again.is_repeat
    assert again.checkin.id == first.checkin.id
    assert again.checkin.occurred_at == now
    assert models.Checkin.select().count() == 1
    assert [line.result for line in log()] == ["checked_in", "already_checked_in"]


def test_again_is_good_news_even_after_the_window(now: dt.datetime) -> None:
    session = open_session(now)
    user = factories.make_user()
    factories.make_signup(session, user)
    scan(user, token_of(session, now), now)
    late = session.checkin_closes_at + HOUR
    assert scan(user, token_of(session, late), late).is_repeat


def test_after_a_void_one_can_check_in_again(now: dt.datetime) -> None:
    session = open_session(now)
    user = factories.make_user()
    signup = factories.make_signup(session, user)
    voided = factories.make_checkin(signup, voided_at=now)
    done = scan(user, token_of(session, now), now)
    assert not done.is_repeat
    assert done.checkin.id != voided.id


@pytest.mark.parametrize("age", [-1, 0, 1])
def test_takes_the_code_of_the_slots_around_now(now: dt.datetime, age: int) -> None:
    session = open_session(now)
    user = factories.make_user()
    factories.make_signup(session, user)
    assert not scan(user, token_of(session, now, age), now).is_repeat


def test_an_old_code_has_expired(now: dt.datetime) -> None:
    """Complaint: a code that stands still, or changes too seldom, is passed round by chat."""
    session = open_session(now)
    user = factories.make_user()
    factories.make_signup(session, user)
    error = refusal_of(user, token_of(session, now, age=2), now)
    assert (error.status, error.code) == (410, "token_expired")
    assert log()[-1].session_id == session.id


def test_forged_foreign_future_and_garbage_codes_are_invalid(now: dt.datetime) -> None:
    """Complaint: a code can be made at home."""
    session = open_session(now)
    user = factories.make_user()
    factories.make_signup(session, user)
    slot = checkins_codes.slot_of(now, 20)
    for token in (
        checkins_codes.make(session.id, secrets.token_hex(32), slot),
        checkins_codes.make(12345, session.qr_key, slot),
        token_of(session, now, age=-2),
        "https://example.com/",
        "垃圾",
    ):
        error = refusal_of(user, token, now)
        assert (error.status, error.code) == (400, "token_invalid")


def test_a_forged_code_is_not_put_on_the_sessions_record(now: dt.datetime) -> None:
    session = open_session(now)
    forged = checkins_codes.make(session.id, "x", checkins_codes.slot_of(now, 20))
    refusal_of(factories.make_user(), forged, now)
    assert log()[-1].session_id is None


def test_rotating_the_key_ends_all_codes(now: dt.datetime) -> None:
    session = open_session(now)
    user = factories.make_user()
    factories.make_signup(session, user)
    old = token_of(session, now)
    checkins.new_key(session, actor=factories.actor(), now=now)
    assert refusal_of(user, old, now).code == "token_invalid"
    fresh = models.Session.get_by_id(session.id)
    assert not scan(user, token_of(fresh, now), now).is_repeat


def test_the_window(now: dt.datetime) -> None:
    session = open_session(now)
    user = factories.make_user()
    factories.make_signup(session, user)
    early = session.checkin_opens_at - dt.timedelta(seconds=1)
    late = session.checkin_closes_at + dt.timedelta(seconds=1)
    assert refusal_of(user, token_of(session, early), early).code == "not_open"
    assert refusal_of(user, token_of(session, late), late).code == "closed"
    on_time = session.checkin_closes_at
    assert not scan(user, token_of(session, on_time), on_time).is_repeat


@pytest.mark.parametrize("what", ["session", "activity"])
def test_cancelled(now: dt.datetime, what: str) -> None:
    session = open_session(now)
    user = factories.make_user()
    factories.make_signup(session, user)
    if what == "session":
        models.Session.update(state=SessionState.CANCELLED).execute()
    else:
        models.Activity.update(state=ActivityState.CANCELLED).execute()
    assert refusal_of(user, token_of(session, now), now).code == "cancelled"


def test_the_code_of_a_draft_means_nothing(now: dt.datetime) -> None:
    session = open_session(now)
    models.Activity.update(state=ActivityState.DRAFT).execute()
    assert refusal_of(factories.make_user(), token_of(session, now), now).code == "token_invalid"


def test_who_is_not_signed_up_may_walk_in(now: dt.datetime) -> None:
    session = open_session(now, capacity=1)
    user = factories.make_user()
    company = factories.make_enterprise()
    factories.make_member(user, company)
    error = refusal_of(user, token_of(session, now), now)
    assert (error.code, error.facts["can_walk_in"]) == ("not_signed_up", True)
    done = scan(user, token_of(session, now), now, walk_in=True)
    signup = models.Signup.get_by_id(done.checkin.signup_id)
    assert (signup.source, signup.state) == (SignupSource.WALK_IN, SignupState.ATTENDED)
    assert done.checkin.method == CheckinMethod.WALK_IN
    assert done.checkin.enterprise_id == company.id
    assert models.Session.get_by_id(session.id).seats_taken == 1


def test_a_ticket_gives_time_to_decide(now: dt.datetime) -> None:
    session = open_session(now)
    user, other = factories.make_user(), factories.make_user()
    ticket = refusal_of(user, token_of(session, now), now).facts["ticket"]
    later, too_late = now + dt.timedelta(minutes=9), now + dt.timedelta(minutes=11)
    assert refusal_of(other, ticket, later, walk_in=True).code == "token_invalid"
    assert refusal_of(user, ticket, too_late, walk_in=True).code == "token_expired"
    forged = ticket[:40] + ("A" if ticket[40] != "A" else "B") + ticket[41:]
    assert refusal_of(user, forged, later, walk_in=True).code == "token_invalid"
    # A ticket asks no further ticket: else one scan would be good for a whole day.
    assert refusal_of(user, ticket, later).facts == {"can_walk_in": True}
    done = scan(user, ticket, later, walk_in=True)
    assert done.checkin.method == CheckinMethod.WALK_IN
    assert done.checkin.token_slot == checkins_codes.slot_of(now, 20)
    assert scan(user, ticket, later, walk_in=True).is_repeat


def test_a_new_key_ends_the_tickets_too(now: dt.datetime) -> None:
    session = open_session(now)
    user = factories.make_user()
    ticket = refusal_of(user, token_of(session, now), now).facts["ticket"]
    models.Session.update(qr_key=secrets.token_hex(16)).execute()
    assert refusal_of(user, ticket, now, walk_in=True).code == "token_invalid"
    assert refusal_of(user, "_" * 60, now).code == "token_invalid"
    assert refusal_of(user, "码" * 60, now).code == "token_invalid"


def test_nobody_walks_in_when_it_is_full(now: dt.datetime) -> None:
    session = open_session(now, capacity=1)
    factories.make_signup(session)
    user = factories.make_user()
    assert refusal_of(user, token_of(session, now), now).facts == {"can_walk_in": False}
    assert refusal_of(user, token_of(session, now), now, walk_in=True).code == "full"


def test_nobody_walks_in_who_is_not_meant(now: dt.datetime) -> None:
    session = open_session(
        now, eligibility={"rule": "members", "ids": [1]}, eligibility_reason="仅限会员"
    )
    user = factories.make_user()
    assert refusal_of(user, token_of(session, now), now).facts == {"can_walk_in": False}
    assert isinstance(refusal_of(user, token_of(session, now), now, walk_in=True), NotEligible)


def test_walking_in_with_company(now: dt.datetime) -> None:
    session = open_session(now, max_party=3, capacity=3)
    user = factories.make_user()
    token = token_of(session, now)
    error = refusal_of(user, token, now, walk_in=True, party_present=3)
    assert isinstance(error, Invalid)
    done = scan(user, token, now, walk_in=True, party_present=2)
    assert done.checkin.party_present == 2
    assert models.Session.get_by_id(session.id).seats_taken == 3


@pytest.mark.parametrize("state", [SignupState.WAITLISTED, SignupState.OFFERED])
def test_who_waits_is_not_signed_up_but_may_walk_in(now: dt.datetime, state: SignupState) -> None:
    session = open_session(now, capacity=1)
    user = factories.make_user()
    held = {"position": 1} if state == SignupState.WAITLISTED else {"hold_until": now + HOUR}
    signup = factories.make_signup(session, user, state=state, **held)
    error = refusal_of(user, token_of(session, now), now)
    assert (error.code, error.facts["can_walk_in"]) == ("not_signed_up", True)
    done = scan(user, token_of(session, now), now, walk_in=True)
    assert done.checkin.signup_id == signup.id
    fresh = models.Signup.get_by_id(signup.id)
    assert (fresh.state, fresh.position, fresh.hold_until) == (SignupState.ATTENDED, None, None)
    assert models.Session.get_by_id(session.id).seats_taken == 1


def test_who_awaits_approval_cannot_help_themselves(now: dt.datetime) -> None:
    session = open_session(now, signup_mode=SignupMode.APPROVAL)
    user = factories.make_user()
    factories.make_signup(session, user, state=SignupState.PENDING)
    for form in ({}, {"walk_in": True}):
        error = refusal_of(user, token_of(session, now), now, **form)
        assert (error.code, error.facts) == ("not_signed_up", {"can_walk_in": False})


def test_where_no_signup_is_needed_a_scan_is_enough(now: dt.datetime) -> None:
    session = open_session(now, signup_mode=SignupMode.NONE, capacity=None)
    done = scan(factories.make_user(), token_of(session, now), now)
    assert done.checkin.method == CheckinMethod.WALK_IN


def test_fewer_may_come_than_were_signed_up_but_not_more(now: dt.datetime) -> None:
    session = open_session(now, max_party=3)
    user = factories.make_user()
    factories.make_signup(session, user, party_size=3)
    error = refusal_of(user, token_of(session, now), now, party_present=3)
    assert isinstance(error, Invalid)
    assert scan(user, token_of(session, now), now, party_present=1).checkin.party_present == 1


def test_a_rehearsal_is_for_staff_of_the_space(now: dt.datetime) -> None:
    session = open_session(now, is_rehearsal=True)
    space = models.Space.get_by_id(session.space_id)
    member, scanner, stranger = (factories.make_user() for _ in range(3))
    factories.make_staff(Role.SCANNER, space, user_id=scanner.id)
    factories.make_staff(Role.KEEPER, factories.make_space(), user_id=stranger.id)
    for user in (member, stranger):
        assert refusal_of(user, token_of(session, now), now).code == "token_invalid"
    assert not scan(scanner, token_of(session, now), now).is_repeat


def test_a_hundred_scans_at_once_count_once(now: dt.datetime) -> None:
    """Complaint: many scans at once become many rows."""
    session = open_session(now)
    user = factories.make_user()
    factories.make_signup(session, user)
    token = token_of(session, now)
    barrier, results, troubles = threading.Barrier(5), [], []

    def work() -> None:
        try:
            with models.db.connection_context():
                barrier.wait()
                results.extend(scan(user, token, now).is_repeat for _ in range(20))
        except BaseException as error:
            troubles.append(error)

    threads = [threading.Thread(target=work) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not troubles, troubles
    assert results.count(False) == 1
    assert results.count(True) == 99
    assert models.Checkin.select().count() == 1


def test_walk_ins_at_once_stop_at_the_last_place(now: dt.datetime) -> None:
    session = open_session(now, capacity=2)
    people = [factories.make_user() for _ in range(6)]
    token = token_of(session, now)
    results: list[str] = []

    def work(user: models.User) -> None:
        with models.db.connection_context():
            try:
                scan(user, token, now, walk_in=True)
                results.append("in")
            except signups.Full:
                results.append("full")

    threads = [threading.Thread(target=work, args=(user,)) for user in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(results) == ["full"] * 4 + ["in"] * 2
    assert models.Session.get_by_id(session.id).seats_taken == 2


def test_an_ordinary_browser_learns_of_genuine_codes_only(now: dt.datetime) -> None:
    session = open_session(now)
    old = token_of(session, now, age=5000)
    found = checkins.session_of(old)
    assert found is not None
    assert found.id == session.id
    assert checkins.session_of("x") is None
    assert checkins.session_of(checkins_codes.make(session.id, "x", 1)) is None
    models.Activity.update(is_rehearsal=True).execute()
    assert checkins.session_of(old) is None
    models.Activity.update(is_rehearsal=False, state=ActivityState.DRAFT).execute()
    assert checkins.session_of(old) is None
