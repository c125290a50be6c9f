"""One button, one order of priority."""

import datetime as dt
from typing import Any

import pytest

import models
from models.activities import ActivityState, SessionState, SignupMode
from models.signups import SignupState
from server.schemas.activities_seen import ButtonState
from server.services import activities_buttons as buttons

NOW = dt.datetime(2026, 3, 2, 4, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def facts(**over: Any) -> buttons.Facts:
    """Somebody without a signup before an open session with room; rows that are never stored."""
    activity = models.Activity(
        state=over.pop("activity_state", ActivityState.SCHEDULED),
        signup_mode=over.pop("mode", SignupMode.FCFS),
        signup_opens_at=over.pop("opens", None),
        signup_closes_at=over.pop("closes", None),
        cancel_reason=over.pop("cancel_reason", ""),
    )
    starts = over.pop("starts", NOW + HOUR)
    session = models.Session(
        state=over.pop("session_state", SessionState.SCHEDULED),
        starts_at=starts,
        ends_at=starts + 2 * HOUR,
        capacity=over.pop("capacity", 10),
        seats_taken=over.pop("taken", 0),
    )
    state = over.pop("own", None)
    signup = models.Signup(id=5, state=state, hold_until=NOW + HOUR) if state else None
    return buttons.Facts(activity, session, NOW, signup, **over)


PAST = {"starts": NOW - 5 * HOUR}
BEGUN = {"starts": NOW - HOUR}
OFF = {"session_state": SessionState.CANCELLED}
FULL = {"capacity": 2, "taken": 2}
LATER = {"opens": NOW + HOUR / 2}
OVER = {"closes": NOW - HOUR}
NOT_MEANT = {"restriction": "仅限会员"}
LOTTERY = {"mode": SignupMode.LOTTERY}


@pytest.mark.parametrize(
    ("over", "expected"),
    [
        ({}, ButtonState.SIGN_UP),
        (NOT_MEANT, ButtonState.RESTRICTED),
        (NOT_MEANT | FULL, ButtonState.FULL),
        ({"waiting": 1}, ButtonState.FULL),
        ({"capacity": None, "waiting": 1}, ButtonState.SIGN_UP),
        (FULL | OVER, ButtonState.CLOSED),
        (BEGUN, ButtonState.CLOSED),
        (OVER | LATER, ButtonState.NOT_OPEN),
        (LATER | {"mode": SignupMode.NONE}, ButtonState.NO_SIGNUP_NEEDED),
        (LATER | {"own": SignupState.PENDING}, ButtonState.PENDING),
        (FULL | LOTTERY | {"own": SignupState.PENDING}, ButtonState.LOTTERY_JOINED),
        (FULL | OVER | {"own": SignupState.WAITLISTED}, ButtonState.WAITLISTED),
        (FULL | OVER | {"own": SignupState.OFFERED}, ButtonState.OFFERED),
        (FULL | OVER | NOT_MEANT | {"own": SignupState.CONFIRMED}, ButtonState.CONFIRMED),
        (BEGUN | {"own": SignupState.NO_SHOW}, ButtonState.CONFIRMED),
        (BEGUN | FULL | {"own": SignupState.ATTENDED}, ButtonState.ATTENDED),
        (OFF | {"own": SignupState.ATTENDED}, ButtonState.CANCELLED),
        (OFF | PAST, ButtonState.CANCELLED),
        ({"activity_state": ActivityState.CANCELLED} | FULL, ButtonState.CANCELLED),
        (PAST | {"own": SignupState.ATTENDED}, ButtonState.ENDED),
        ({"session_state": SessionState.ENDED}, ButtonState.ENDED),
        (
            {"session_state": SessionState.ENDED, "activity_state": ActivityState.CANCELLED},
            ButtonState.ENDED,
        ),
    ],
)
def test_order(over: dict[str, Any], expected: ButtonState) -> None:
    assert buttons.state_of(facts(**over)) == expected


def test_says_what_its_state_needs() -> None:
    waiting = buttons.button(facts(own=SignupState.WAITLISTED, position=3))
    assert (waiting.position, waiting.signup_id, waiting.at) == (3, 5, None)
    offered = buttons.button(facts(own=SignupState.OFFERED))
    assert (offered.at, offered.position) == (NOW + HOUR, None)
    assert buttons.button(facts(**LATER)).at == NOW + HOUR / 2
    assert buttons.button(facts(**NOT_MEANT)).reason == "仅限会员"
    cancelled = facts(**OFF, cancel_reason="台风")
    assert buttons.button(cancelled).reason == "台风"
    assert buttons.button(facts()).reason is None


@pytest.mark.parametrize(("mode", "can"), [(SignupMode.FCFS, True), (SignupMode.APPROVAL, False)])
def test_full_says_whether_one_can_wait(mode: SignupMode, can: bool) -> None:
    assert buttons.button(facts(**FULL, mode=mode)).can_join_waitlist is can
    assert buttons.button(facts()).can_join_waitlist is None
