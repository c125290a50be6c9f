"""Activities of a Space: drafted, published, cancelled, and ended by the clock."""

import datetime as dt
from typing import Any

from peewee import JOIN, IntegrityError

from models import Activity, Series, Session, Space, Venue, db
from models.activities import ActivityState, SessionState, SignupMode
from server.clock import month_bounds
from server.errors import Invalid, NotFound, VersionConflict
from server.schemas.activities import ActivityIn
from server.services import activities_eligibility as eligibility
from server.services import activities_onces as onces
from server.services import activities_questions as questions
from server.services import activities_sessions as sessions
from server.services import audit, needs_invites
from server.services import signups_draws as draws
from server.services import signups_seats as seats
from server.services.audit import Actor


def get(activity_id: int) -> Activity:
    """Return an activity with series, Space and venue joined in, drafts too. Raises NotFound.

    For staff: the face asks its scope about `activity.space_id` before anything else.
    """
    activity: Activity | None = _joined().where(Activity.id == activity_id).first()
    if activity is None:
        raise NotFound
    return activity


def of_space(space_id: int, *, state: ActivityState | None = None) -> Any:
    """Return a select of a Space's activities, drafts and rehearsals too, newest first."""
    query = _joined().where(Activity.space == space_id)
    if state is not None:
        query = query.where(Activity.state == state)
    return query.order_by(Activity.id.desc())


def of_ids(activity_ids: list[int]) -> list[Activity]:
    """Return these activities with series, Space and venue joined in, in one query."""
    return list(_joined().where(Activity.id.in_(activity_ids)).order_by(Activity.id))


def in_month(space_id: int, month: str) -> list[Activity]:
    """Return a Space's activities with a session starting in the Shanghai month (`YYYY-MM`), in the
    order of their first one there: drafts and cancelled ones too, rehearsals not. Raises
    ValueError on a malformed month."""
    first, following = month_bounds(month)
    rows = seats.sessions().where(
        Session.space == space_id,
        Session.starts_at >= first,
        Session.starts_at < following,
        Activity.is_rehearsal == False,  # noqa: E712
    )
    found: dict[int, Activity] = {}
    for session in rows.order_by(Session.starts_at, Session.id):
        found.setdefault(session.activity_id, session.activity)
    return list(found.values())


def draft(space_id: int, form: ActivityIn, *, actor: Actor, now: dt.datetime) -> Activity:
    """Write a new draft and return it. Raises Invalid."""
    values = _values(space_id, form)
    with db.atomic():
        activity = Activity.add(now=now, by=actor.id, space=space_id, **values)
        _record(actor, "activities.draft", activity, now=now, after={"title": activity.title})
    return get(activity.id)


def edit(
    activity: Activity, form: ActivityIn, *, expected: int, actor: Actor, now: dt.datetime
) -> Activity:
    """Change an activity and return it; one already published must stay fit to be. `expected` is
    the version the editor saw. Raises Invalid, SessionOver, VersionConflict."""
    values = _values(activity.space_id, form)
    before = {"title": activity.title, "theme": activity.theme}
    known = questions.keys_of(activity)
    try:
        with db.atomic():
            _require_changeable(activity, form)
            draws.refuse_change(activity, values)
            _change(activity, now=now, by=actor.id, expected=expected, **values)
            fresh = get(activity.id)
            if fresh.state == ActivityState.SCHEDULED:
                _require_ready(fresh, now=now)
                draws.promise_all(fresh, now=now)
            questions.follow(known, fresh, now=now)
            onces.carry_over(fresh, now=now)
            after = {"title": fresh.title, "theme": fresh.theme}
            _record(actor, "activities.edit", fresh, now=now, before=before, after=after)
    except IntegrityError:
        raise Invalid(fields={"one_session_each": "已有人报了其中几场，不能再限每人一场"}) from None
    return fresh


def publish(activity: Activity, *, expected: int, actor: Actor, now: dt.datetime) -> Activity:
    """Make a draft visible and open to signups as its window says, whoever asked for it invited
    first; return it. Publishing what is published already changes nothing. Raises Invalid, SessionOver, VersionConflict."""
    if activity.state == ActivityState.SCHEDULED:
        return activity
    with db.atomic():
        if activity.state != ActivityState.DRAFT:
            raise sessions.SessionOver
        _require_ready(activity, now=now)
        _change(activity, now=now, by=actor.id, expected=expected, state=ActivityState.SCHEDULED)
        draws.promise_all(activity, now=now)
        _record(actor, "activities.publish", activity, now=now)
        needs_invites.invite(activity, actor=actor, now=now)
    return get(activity.id)


def cancel(
    activity: Activity, reason: str, *, expected: int, actor: Actor, now: dt.datetime
) -> Activity:
    """Call an activity off: its sessions still to end and all their live signups are cancelled,
    and everybody concerned is told, once. Sessions that have ended stay what they were. Raises
    Invalid without a reason, SessionOver, VersionConflict."""
    reason = sessions.reason_of(reason)
    with db.atomic():
        if activity.state not in (ActivityState.DRAFT, ActivityState.SCHEDULED):
            raise sessions.SessionOver
        _change(
            activity,
            now=now,
            by=actor.id,
            expected=expected,
            state=ActivityState.CANCELLED,
            cancel_reason=reason,
        )
        rows = Session.select(Session.id).where(
            Session.activity == activity,
            Session.state == SessionState.SCHEDULED,
            Session.ends_at > now,
        )
        # In the order of their ids, as everybody locks several sessions.
        for session_id in sorted(int(row.id) for row in rows):
            session = seats.lock(session_id)
            sessions.call_off(session, reason, whole=True, actor=actor, now=now)
        _record(actor, "activities.cancel", activity, now=now, reason=reason)
    return get(activity.id)


def finish_past(now: dt.datetime) -> int:
    """Mark sessions whose end has come as ended, and activities with nothing more to come; return
    how many sessions. For the timetable; running it twice changes nothing."""
    live = Activity.select(Activity.id).where(Activity.state == ActivityState.SCHEDULED)
    with db.atomic():
        ended: int = (
            Session.update(state=SessionState.ENDED, updated_at=now, version=Session.version + 1)
            .where(
                Session.state == SessionState.SCHEDULED,
                Session.ends_at <= now,
                Session.activity.in_(live),
            )
            .execute()
        )
        to_come = Session.select(Session.activity).where(Session.state == SessionState.SCHEDULED)
        over = Session.select(Session.activity).where(Session.state == SessionState.ENDED)
        Activity.update(
            state=ActivityState.ENDED, updated_at=now, version=Activity.version + 1
        ).where(
            Activity.state == ActivityState.SCHEDULED,
            Activity.id.in_(over),
            Activity.id.not_in(to_come),
        ).execute()
    return ended


def current(activity: Activity) -> dict[str, Any]:
    """Return how an activity stands now, for an editor who was overtaken."""
    return {
        "id": str(activity.id),
        "version": activity.version,
        "title": activity.title,
        "theme": activity.theme,
        "state": activity.state,
    }


def _joined() -> Any:
    return (
        Activity.select(Activity, Series, Space, Venue)
        .join(Series)
        .switch(Activity)
        .join(Space)
        .switch(Activity)
        .join(Venue, JOIN.LEFT_OUTER, on=Activity.venue == Venue.id)
    )


def _values(space_id: int, form: ActivityIn) -> dict[str, Any]:
    """Return the columns a form means. Raises Invalid for what belongs elsewhere."""
    if not Series.select().where(Series.id == form.series_id).exists():
        raise Invalid(fields={"series_id": "请选择一个系列"})
    if form.venue_id is not None and not sessions.owns_venue(space_id, form.venue_id):
        raise Invalid(fields={"venue_id": "请选择本空间的场地"})
    opens, closes = form.signup_opens_at, form.signup_closes_at
    if opens and closes and opens >= closes:
        raise Invalid(fields={"signup_closes_at": "报名截止应晚于报名开始"})
    values = form.model_dump(exclude={"series_id", "venue_id", "eligibility", "questions"})
    asked = [question.model_dump(mode="json") for question in form.questions]
    values |= {
        name: moment.astimezone(dt.UTC) if moment else None
        for name, moment in (("signup_opens_at", opens), ("signup_closes_at", closes))
    }
    rule = form.eligibility
    tags: dict[str, Any] = {"tags": rule.tags} if rule.tags else {}
    return values | {
        "series": form.series_id,
        "venue": form.venue_id,
        "questions": asked,
        "answers_purge_on": questions.next_purge(asked),
        "eligibility": {"rule": rule.rule.value, "ids": list(rule.ids)} | tags,
    }


def _require_changeable(activity: Activity, form: ActivityIn) -> None:
    """Let pass what may still be changed that way. Raises Invalid, SessionOver."""
    if activity.state not in (ActivityState.DRAFT, ActivityState.SCHEDULED):
        raise sessions.SessionOver
    if activity.state == ActivityState.SCHEDULED and form.is_rehearsal != activity.is_rehearsal:
        raise Invalid(fields={"is_rehearsal": "发布后不能再改为演练或正式活动"})


def _require_ready(activity: Activity, *, now: dt.datetime) -> None:
    """Every activity has a theme, and whom it leaves out is told why. Raises Invalid."""
    lacking = {}
    if not activity.theme.strip():
        lacking["theme"] = "请填写主题：次次有主题"
    if eligibility.is_restricted(activity) and not activity.eligibility_reason:
        lacking["eligibility_reason"] = "限制了参与范围，请写明公开的理由"
    if activity.signup_mode == SignupMode.LOTTERY:
        lacking |= draws.lacking_for(activity)
        if activity.share_quota is not None:
            lacking["share_quota"] = "抽签活动人人机会相同，不另设其他空间的名额"
    to_come = Session.select().where(
        Session.activity == activity,
        Session.state == SessionState.SCHEDULED,
        Session.ends_at > now,
    )
    if activity.state == ActivityState.DRAFT and not to_come.exists():
        lacking["sessions"] = "请至少安排一场尚未结束的场次"
    if lacking:
        raise Invalid(fields=lacking)


def _change(activity: Activity, *, expected: int, **values: Any) -> None:
    if not activity.change(expected=expected, **values):
        raise VersionConflict(current=current(get(activity.id)))


def _record(actor: Actor, action: str, activity: Activity, **rest: Any) -> None:
    audit.record(actor, action, activity, org_unit_id=activity.space_id, **rest)
