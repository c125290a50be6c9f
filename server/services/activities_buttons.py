"""What the one button of a session says to one person: one order of priority, kept here alone."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from models import Activity, Session, Signup
from models.activities import ActivityState, SessionState, SignupMode
from models.signups import SignupSource, SignupState
from server.schemas.activities_seen import ButtonOut, ButtonState


@dataclass(frozen=True)
class Facts:
    """Everything the button depends on."""

    activity: Activity
    session: Session
    now: dt.datetime
    signup: Signup | None = None
    position: int | None = None
    waiting: int = 0
    restriction: str | None = None
    # When signing up opens for this person, where that is later than for others, and why.
    release: dt.datetime | None = None
    release_reason: str | None = None

    def is_signup(self, *states: SignupState) -> bool:
        """Say whether the person's signup is in one of the states."""
        return self.signup is not None and self.signup.state in states

    @property
    def is_full(self) -> bool:
        """Whether a newcomer of one gets no place: none left, or people wait for them."""
        capacity = self.session.capacity
        return capacity is not None and (self.session.seats_taken >= capacity or self.waiting > 0)

    @property
    def closes_at(self) -> dt.datetime:
        return closes_at(self.activity, self.session)

    @property
    def opens_at(self) -> dt.datetime | None:
        """When signing up opens for this person; None for from the start."""
        return self.release or self.activity.signup_opens_at


def closes_at(activity: Activity, session: Session) -> dt.datetime:
    """Return when signing up ends: at its own deadline, at the latest when the session starts."""
    return min(activity.signup_closes_at or session.starts_at, session.starts_at)


def _is_over(facts: Facts) -> bool:
    """What was called off never took place; a session that did stays over whatever came later."""
    if facts.session.state == SessionState.ENDED:
        return True
    return facts.session.ends_at <= facts.now and not _is_cancelled(facts)


def _is_cancelled(facts: Facts) -> bool:
    return (
        facts.session.state == SessionState.CANCELLED
        or facts.activity.state == ActivityState.CANCELLED
    )


def _is_not_open(facts: Facts) -> bool:
    return facts.opens_at is not None and facts.now < facts.opens_at


_ORDER: tuple[tuple[ButtonState, Callable[[Facts], bool]], ...] = (
    (ButtonState.ENDED, _is_over),
    (ButtonState.CANCELLED, _is_cancelled),
    (ButtonState.ATTENDED, lambda it: it.is_signup(SignupState.ATTENDED)),
    (ButtonState.CONFIRMED, lambda it: it.is_signup(SignupState.CONFIRMED, SignupState.NO_SHOW)),
    (ButtonState.OFFERED, lambda it: it.is_signup(SignupState.OFFERED)),
    (ButtonState.WAITLISTED, lambda it: it.is_signup(SignupState.WAITLISTED)),
    (
        ButtonState.LOTTERY_JOINED,
        lambda it: (
            it.activity.signup_mode == SignupMode.LOTTERY and it.is_signup(SignupState.PENDING)
        ),
    ),
    (ButtonState.PENDING, lambda it: it.is_signup(SignupState.PENDING)),
    (
        ButtonState.LOST,
        lambda it: it.is_signup(SignupState.LOST) and it.now < it.session.starts_at,
    ),
    (ButtonState.NO_SIGNUP_NEEDED, lambda it: it.activity.signup_mode == SignupMode.NONE),
    (ButtonState.NOT_OPEN, _is_not_open),
    (ButtonState.CLOSED, lambda it: it.now >= it.closes_at),
    (ButtonState.FULL, lambda it: it.is_full),
    (ButtonState.RESTRICTED, lambda it: it.restriction is not None),
)


def state_of(facts: Facts) -> ButtonState:
    """Return the first state in the order of priority that holds."""
    return next((state for state, holds in _ORDER if holds(facts)), ButtonState.SIGN_UP)


def button(facts: Facts) -> ButtonOut:
    """Return the button with what its state must say: the place in the line, a time, a reason."""
    state = state_of(facts)
    signup = facts.signup
    at = {
        ButtonState.NOT_OPEN: facts.opens_at,
        ButtonState.OFFERED: signup.hold_until if signup else None,
    }
    reason = {
        ButtonState.CANCELLED: facts.activity.cancel_reason or None,
        ButtonState.RESTRICTED: facts.restriction,
        ButtonState.NOT_OPEN: facts.release_reason,
    }
    is_full = state in (ButtonState.FULL, ButtonState.LOST)
    return ButtonOut(
        state=state,
        signup_id=signup.id if signup else None,
        position=facts.position if state == ButtonState.WAITLISTED else None,
        at=at.get(state),
        reason=reason.get(state),
        can_join_waitlist=takes_waiting(facts.activity) if is_full else None,
        invited=(state == ButtonState.OFFERED and _is_invited(signup)) or None,
    )


def _is_invited(signup: Signup | None) -> bool:
    return signup is not None and signup.source == SignupSource.NEED_INVITE


def takes_waiting(activity: Activity) -> bool:
    """Say whether a full session has a waiting list: only where nobody has to approve."""
    return activity.signup_mode in (SignupMode.FCFS, SignupMode.LOTTERY)
