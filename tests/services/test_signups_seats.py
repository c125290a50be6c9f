"""The allocator under everybody at once: whatever happens in whatever order, its sums are right."""

import base64
import datetime as dt
import threading
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import models
from models.signups import LIVE, SEATED, SignupSource, SignupState
from server.crypto import Vault
from server.errors import NotFound
from server.schemas.checkins import CheckinIn
from server.schemas.signups import SignupIn
from server.services import (
    activities_sessions,
    checkins,
    checkins_codes,
    signups,
    signups_desk,
    signups_invites,
    signups_seats,
)
from server.services.signups_desk import WhenFull
from tests import factories

HOUR = dt.timedelta(hours=1)
PEOPLE = 6
VAULT = Vault(base64.b64encode(bytes(32)).decode())
EXPECTED = (
    signups.AlreadySignedUp,
    signups.Closed,
    signups.Full,
    signups.TooLate,
    checkins.NotSignedUp,
)

_turn = st.tuples(
    st.integers(0, PEOPLE - 1),
    st.sampled_from(
        [
            *("sign_up", "wait", "cancel", "accept", "expire", "check_in", "raise", "lower"),
            *("add", "invite"),
        ]
    ),
    st.integers(1, 3),
)


def check(session: models.Session) -> None:
    """Everything that must hold between any two transactions."""
    fresh = models.Session.get_by_id(session.id)
    rows = list(models.Signup.select().where(models.Signup.session == session))
    assert fresh.seats_taken == sum(row.party_size for row in rows if row.state in SEATED)
    beyond = fresh.extra_seats + sum(row.over_capacity for row in rows if row.state in SEATED)
    assert fresh.capacity is None or fresh.seats_taken <= fresh.capacity + beyond
    live = [row.user_id for row in rows if row.state in LIVE]
    assert len(live) == len(set(live))
    waiting = [row for row in rows if row.state == SignupState.WAITLISTED]
    waiting.sort(key=lambda row: row.position or 0)
    assert [signups_seats.position_of(row) for row in waiting] == list(range(1, len(waiting) + 1))
    for row in rows:
        assert (row.position is not None) == (row.state == SignupState.WAITLISTED)
        assert (row.hold_until is not None) == (row.state == SignupState.OFFERED)
    told_once(rows)
    served_in_turn(waiting)


def heard() -> list[int]:
    """The signups whose people were told that they moved up, once for each time."""
    told = models.Message.select().where(models.Message.kind == "promoted")
    return [int(message.dedupe_key.split(":")[1]) for message in told]


def told_once(rows: list[models.Signup]) -> None:
    """Nobody moves up unheard, and nobody hears of one promotion twice."""
    told = models.Message.select().where(models.Message.kind == "promoted")
    keys = [(message.user_id, message.dedupe_key) for message in told]
    assert len(keys) == len(set(keys))
    invited = {row.id for row in rows if row.source == SignupSource.NEED_INVITE}
    offered = {row.id for row in rows if row.state == SignupState.OFFERED}
    assert offered - invited <= set(heard())
    # Who never asked for a place never waits for one.
    assert not [row for row in rows if row.id in invited and row.state == SignupState.WAITLISTED]


def served_in_turn(waiting: list[models.Signup]) -> None:
    """Whoever moved up had joined before everybody who still waits for a first chance. Ids rise
    with the moment of joining, because a signup is made under the lock."""
    moved = heard()
    patient = [row.id for row in waiting if row.id not in moved]
    assert not patient or all(signup_id < min(patient) for signup_id in moved)


def act(user: models.User, session: models.Session, what: str, party: int, now: Any) -> None:
    """Let somebody do something; a refusal is an answer like any other."""
    own = (models.Signup.user_id == user.id) & (models.Signup.session == session)
    signup = models.Signup.select().where(own).order_by(models.Signup.id.desc()).first()
    form = SignupIn(party_size=party, join_waitlist=what == "wait")
    try:
        if what in ("sign_up", "wait"):
            signups.sign_up(user, session.id, form, now=now)
        elif what == "expire":
            # Offers lapse sooner than invitations; a party of three waits for both.
            signups.expire_offers(now + (2 * HOUR if party < 3 else signups_invites.HOLD))
        elif what in ("raise", "lower"):
            change = {"raise": party, "lower": -party}[what]
            capacity = max(1, (models.Session.get_by_id(session.id).capacity or 1) + change)
            staff = factories.actor()
            signups_desk.change_capacity(session, capacity, "改教室", actor=staff, now=now)
        elif what in ("add", "invite"):
            bring(user, session, what, party, now)
        elif what == "check_in":
            slot = checkins_codes.slot_of(now, 20)
            token = checkins_codes.make(session.id, session.qr_key, slot)
            code = CheckinIn(token=token, walk_in=party > 1)
            checkins.check_in(user, code, slot_seconds=20, trace=checkins.Trace(), now=now)
        elif signup:
            getattr(signups, what)(user, signup.id, now=now)
    except EXPECTED:
        pass


def bring(user: models.User, session: models.Session, what: str, party: int, now: Any) -> None:
    """Staff put somebody in, or a place is kept for who was invited."""
    if what == "invite":
        with models.db.atomic():
            locked = signups_seats.lock(session.id)
            signups_invites.hold(locked, user, by=None, now=now)
        return
    guest = signups_desk.Guest("张三", party_size=party)
    full = [WhenFull.REFUSE, WhenFull.WAIT, WhenFull.BEYOND][party - 1]
    trace = {"reason": "讲师", "actor": factories.actor(), "vault": VAULT, "now": now}
    signups_desk.add(session, guest, when_full=full, **trace)


@pytest.mark.usefixtures("app")
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    turns=st.lists(_turn, min_size=4, max_size=24),
    capacity=st.integers(1, 4),
    hours=st.sampled_from([0.5, 3, 48]),
)
def test_sums_hold_when_three_act_at_once(turns: list[Any], capacity: int, hours: float) -> None:
    """Complaint: people who sign up, leave and move up at once are overbooked or stand there
    twice."""
    now = dt.datetime(2026, 3, 2, 4, tzinfo=dt.UTC)
    activity = factories.make_activity(max_party=3, cancel_hours=0)
    opens = {"checkin_opens_at": now - HOUR}
    session = factories.make_session(
        activity, starts_at=now + hours * HOUR, capacity=capacity, **opens
    )
    people = [factories.make_user() for _ in range(PEOPLE)]
    troubles: list[BaseException] = []

    def work(own_turns: list[Any]) -> None:
        try:
            with models.db.connection_context():
                for who, what, party in own_turns:
                    act(people[who], session, what, party, now)
        except BaseException as error:
            troubles.append(error)

    threads = [threading.Thread(target=work, args=(turns[lane::3],)) for lane in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not troubles, troubles
    check(session)


def test_lock_needs_a_session(app: Flask) -> None:
    with pytest.raises(NotFound), models.db.atomic():
        signups_seats.lock(1)


def test_taking_from_a_cancelled_session_fails(app: Flask, now: dt.datetime) -> None:
    session = factories.make_session(state="cancelled")
    assert signups_seats.take(session, 1) is False
    assert models.Session.get_by_id(session.id).seats_taken == 0


def test_two_sessions_have_lines_of_their_own(app: Flask, now: dt.datetime) -> None:
    activity = factories.make_activity()
    one, other = (
        factories.make_session(activity, starts_at=now + 48 * HOUR, capacity=1) for _ in range(2)
    )
    for session in (one, other):
        factories.make_signup(session)
    form = SignupIn(join_waitlist=True)
    for _ in range(2):
        user = factories.make_user()
        places = [signups.sign_up(user, each.id, form, now=now) for each in (one, other)]
    assert [signups_seats.position_of(place) for place in places] == [2, 2]
    assert activities_sessions.get(one.id).seats_taken == 1
