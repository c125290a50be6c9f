"""How an activity ends: what calling it off would mean, its result in words, the archive."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from peewee import JOIN, fn

from models import Activity, Delivery, Message, Session, Signup, ZoneBooking, db
from models.activities import ActivityState, SessionState
from models.notifications import DeliveryState
from models.signups import LIVE, SignupState
from server.errors import Invalid, VersionConflict
from server.services import activities, audit
from server.services import activities_sessions as sessions
from server.services import signups_notices as notices
from server.services.audit import Actor

_CARRIED = (DeliveryState.SENT, DeliveryState.DELIVERED)
_UNDERWAY = (DeliveryState.QUEUED, DeliveryState.RESERVED, DeliveryState.SENDING)


@dataclass(frozen=True)
class Outlook:
    """What calling off would mean: how many sessions, people by how they stand, zones given back."""

    sessions: list[Session]
    people: int
    confirmed: int
    waiting: int
    zones: int


@dataclass(frozen=True)
class Told:
    """How far the news of a cancellation got: people with it in their inbox, and how WeChat's part
    of it stands."""

    people: int
    carried: int
    waiting: int


def outlook(activity: Activity, session: Session | None = None, *, now: dt.datetime) -> Outlook:
    """Return what calling off the activity (or one session of it) would mean now."""
    held = [session] if session else sessions.of_activity(activity)
    ahead = [each for each in held if each.state == SessionState.SCHEDULED and each.ends_at > now]
    live = Signup.session.in_(ahead) & Signup.state.in_([state.value for state in LIVE])
    rows: Any = (
        Signup.select(Signup.state, fn.COUNT(Signup.id)).where(live).group_by(Signup.state).tuples()
    )
    by_state = {SignupState(state): int(count) for state, count in rows}
    waiting = by_state.get(SignupState.WAITLISTED, 0)
    people = Signup.select(fn.COUNT(Signup.user_id.distinct())).where(live).scalar()
    zones = ZoneBooking.select().where(
        ZoneBooking.session.in_(ahead),
        ZoneBooking.live == True,  # noqa: E712
    )
    return Outlook(
        sessions=ahead,
        people=int(people or 0),
        confirmed=sum(by_state.values()) - waiting,
        waiting=waiting,
        zones=zones.count(),
    )


def message_of(session: Session, reason: str) -> tuple[str, str]:
    """Return title and text of what people are told when it is called off for that reason."""
    return notices.cancelled_text(session, reason)


def told(activity: Activity, session: Session | None = None) -> Told:
    """Return how far the news of a cancellation got."""
    subject, subject_id = ("session", session.id) if session else ("activity", activity.id)
    held = [session] if session else sessions.of_activity(activity)
    people = Signup.select(Signup.user_id).where(Signup.session.in_(held))
    rows: Any = (
        Message.select(Delivery.state, fn.COUNT(Message.id))
        .join(Delivery, JOIN.LEFT_OUTER, on=Delivery.message == Message.id)
        .where(
            Message.user_id.in_(people),
            Message.dedupe_key == f"cancelled:{subject}:{subject_id}",
        )
        .group_by(Delivery.state)
        .tuples()
    )
    counts = {state: int(count) for state, count in rows}
    return Told(
        people=sum(counts.values()),
        carried=sum(counts.get(state, 0) for state in _CARRIED),
        waiting=sum(counts.get(state, 0) for state in _UNDERWAY),
    )


def record_result(
    activity: Activity, text: str, *, expected: int, actor: Actor, now: dt.datetime
) -> Activity:
    """Write down what came of an activity that has begun, for everybody to read, and return it; an
    empty text takes it back. Raises Invalid before the first session, VersionConflict."""
    begun = Session.select().where(
        Session.activity == activity,
        Session.state != SessionState.CANCELLED,
        Session.starts_at <= now,
    )
    if activity.state == ActivityState.DRAFT or not begun.exists():
        raise Invalid(fields={"result": "活动开始后才能填写结果"})
    with db.atomic():
        before = activity.result
        _change(activity, expected=expected, now=now, by=actor.id, result=text.strip())
        audit.record(
            actor,
            "activities.result",
            activity,
            now=now,
            org_unit_id=activity.space_id,
            before={"result": before},
            after={"result": text.strip()},
        )
    return activities.get(activity.id)


def archive(activity: Activity, *, expected: int, actor: Actor, now: dt.datetime) -> Activity:
    """Put away an activity that has ended and return it; nothing of it is lost. Raises Invalid,
    VersionConflict."""
    if activity.state == ActivityState.ARCHIVED:
        return activity
    if activity.state != ActivityState.ENDED:
        raise Invalid("结束了的活动才能归档")
    with db.atomic():
        _change(activity, expected=expected, now=now, by=actor.id, state=ActivityState.ARCHIVED)
        audit.record(actor, "activities.archive", activity, now=now, org_unit_id=activity.space_id)
    return activities.get(activity.id)


def _change(activity: Activity, *, expected: int, **values: Any) -> None:
    if not activity.change(expected=expected, **values):
        raise VersionConflict(current=activities.current(activities.get(activity.id)))
