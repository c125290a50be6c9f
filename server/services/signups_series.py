"""A person's places in a whole class at once: one wish, one verdict for every date."""

import datetime as dt
from dataclasses import dataclass

from models import Session, Signup, User
from models.activities import SessionState
from server.errors import Conflict, Forbidden, Invalid, NotFound
from server.schemas.signups import SignupIn
from server.schemas.signups_series import SeriesSignupIn
from server.services import activities, signups
from server.services import activities_agenda as agenda
from server.services import activities_buttons as buttons
from server.services import activities_sessions as sessions
from server.services.signups_answers import require_valid


@dataclass(frozen=True)
class Verdict:
    """What came of the wish for one date: a signup, or why there is none."""

    session: Session
    signup: Signup | None = None
    refusal: Conflict | Forbidden | None = None


def sign_up_for(
    user: User, activity_id: int, form: SeriesSignupIn, *, now: dt.datetime
) -> list[Verdict]:
    """Sign a person up for several sessions of an activity, and return a verdict for each in the
    order of their dates. A date that is full or closed takes nothing away from the others.

    `all` means every session still open to newcomers. Raises NotFound, Invalid when the answers or
    the sessions asked for cannot be right for any of them, or nothing is left to sign up for.
    """
    activity = activities.get(activity_id)
    if not agenda.is_public(activity):
        raise NotFound
    one = SignupIn(**form.model_dump(exclude={"sessions"}))
    require_valid(activity, one)
    wanted = _wanted(sessions.of_activity(activity), form, now=now)
    # In the order of their ids, as everybody locks several sessions.
    verdicts = {
        session.id: _try(user, session, one, now=now)
        for session in sorted(wanted, key=lambda each: each.id)
    }
    return [verdicts[session.id] for session in wanted]


def _wanted(held: list[Session], form: SeriesSignupIn, *, now: dt.datetime) -> list[Session]:
    if form.sessions == "all":
        to_come = [
            session
            for session in held
            if session.state == SessionState.SCHEDULED
            and now < buttons.closes_at(session.activity, session)
        ]
        if not to_come:
            raise Invalid(fields={"sessions": "没有还可以报名的场次"})
        return to_come
    asked = set(form.sessions)
    if not asked <= {session.id for session in held}:
        raise Invalid(fields={"sessions": "请选择这个活动的场次"})
    return [session for session in held if session.id in asked]


def _try(user: User, session: Session, form: SignupIn, *, now: dt.datetime) -> Verdict:
    try:
        return Verdict(session, signups.sign_up(user, session.id, form, now=now))
    except (Conflict, Forbidden) as refusal:
        return Verdict(session, refusal=refusal)
