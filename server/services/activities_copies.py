"""An activity once more: the same, its sessions moved to other days."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from models import Activity, Session, db
from models.activities import ActivityState, SessionState
from server.clock import SHANGHAI, at_shanghai, day_of
from server.config import CheckinsConfig
from server.schemas.activities import SessionIn
from server.schemas.activities_plans import DuplicateIn
from server.services import activities, audit, spaces_zones
from server.services import activities_questions as questions
from server.services import activities_sessions as sessions
from server.services.audit import Actor
from server.services.calendar_days import moment_label


@dataclass(frozen=True)
class Copy:
    """The new draft, and the sessions that came without their zone because somebody has it."""

    activity: Activity
    without_zone: list[str]


_NOT_COPIED = {
    "id",
    "title",
    "state",
    "cancel_reason",
    "result",
    "version",
    "created_at",
    "created_by",
    "updated_at",
    "updated_by",
    "questions",
    "answers_purge_on",
    "signup_opens_at",
    "signup_closes_at",
}


def duplicate(
    activity: Activity,
    form: DuplicateIn,
    *,
    checkins: CheckinsConfig,
    actor: Actor,
    now: dt.datetime,
    words: dict[str, Any] | None = None,
) -> Copy:
    """Write a draft like the activity and return it: sessions that were not cancelled, signup
    window and purge days move by as many days as its first session does. `words` are columns that
    come from elsewhere, a service project above all."""
    held = [
        session
        for session in sessions.of_activity(activity)
        if session.state != SessionState.CANCELLED
    ]
    shift = form.first_on - day_of(held[0].starts_at) if held else dt.timedelta()
    values = _values(activity, shift, words or {})
    with db.atomic():
        copy = Activity.add(
            now=now, by=actor.id, title=form.title, state=ActivityState.DRAFT, **values
        )
        audit.record(
            actor,
            "activities.duplicate",
            copy,
            now=now,
            org_unit_id=copy.space_id,
            after={"title": copy.title, "like": str(activity.id)},
        )
        without = [
            moment_label(moved.starts_at)
            for session in held
            for moved in [_again(copy, session, shift, checkins=checkins, actor=actor, now=now)]
            if session.zone_id is not None and moved.zone_id is None
        ]
    return Copy(activities.get(copy.id), without)


def _values(activity: Activity, shift: dt.timedelta, words: dict[str, Any]) -> dict[str, Any]:
    """Return the columns of the copy."""
    moved = [_moved_question(question, shift) for question in activity.questions]
    asked = words.get("questions", moved)
    same = {name: value for name, value in activity.__data__.items() if name not in _NOT_COPIED}
    return (
        same
        | words
        | {
            "questions": asked,
            "answers_purge_on": questions.next_purge(asked),
            "signup_opens_at": _moved(activity.signup_opens_at, shift),
            "signup_closes_at": _moved(activity.signup_closes_at, shift),
        }
    )


def _again(
    copy: Activity,
    session: Session,
    shift: dt.timedelta,
    *,
    checkins: CheckinsConfig,
    actor: Actor,
    now: dt.datetime,
) -> Session:
    """Add the session on its new day; without its zone when that is not to be had."""
    values: dict[str, Any] = {
        name: _moved(getattr(session, name), shift)
        for name in ("starts_at", "ends_at", "checkin_opens_at", "checkin_closes_at")
    } | {"capacity": session.capacity}
    own = session.venue_id and sessions.owns_venue(copy.space_id, session.venue_id)
    venue_id = str(session.venue_id) if own else None
    zone = session.zone_id and {
        each.id: each
        for each in spaces_zones.free_between(copy.space_id, values["starts_at"], values["ends_at"])
    }.get(session.zone_id)
    if zone:
        values |= {"zone_id": str(zone.id)}
    elif venue_id:
        values |= {"venue_id": venue_id}
    return sessions.add(copy, SessionIn(**values), checkins=checkins, actor=actor, now=now)


def _moved(moment: dt.datetime | None, shift: dt.timedelta) -> dt.datetime | None:
    """Return the same time of day so many days later, on the wall clock of Shanghai."""
    if moment is None:
        return None
    local = moment.astimezone(SHANGHAI)
    return at_shanghai(local.date() + shift, local.time())


def _moved_question(question: dict[str, Any], shift: dt.timedelta) -> dict[str, Any]:
    purge_on = question.get("purge_on")
    if not purge_on:
        return question
    return question | {"purge_on": (dt.date.fromisoformat(purge_on) + shift).isoformat()}
