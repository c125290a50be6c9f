"""The dated occurrences of an activity: when, where, how many, and whether they take place."""

import datetime as dt
import secrets
from typing import Any

from models import Activity, Session, Signup, Venue, Zone, db
from models.activities import ActivityState, SessionState
from models.signups import LIVE, SignupState
from server.clock import day_of, iso
from server.config import CheckinsConfig
from server.errors import Conflict, Invalid, NotFound, VersionConflict
from server.schemas.activities import Announce, SessionIn
from server.schemas.activities_seen import place_of
from server.services import activities_questions as questions
from server.services import audit
from server.services import signups_draws as draws
from server.services import signups_notices as notices
from server.services import signups_seats as seats
from server.services import spaces_zones as zones
from server.services.audit import Actor


class SessionOver(Conflict):
    code, message = "ended", "已经结束或取消，不能再修改"


def get(session_id: int) -> Session:
    """Return a session with activity, series, Space, venues and zone. Raises NotFound."""
    session: Session | None = seats.sessions().where(Session.id == session_id).first()
    if session is None:
        raise NotFound
    return session


def of_activity(activity: Activity) -> list[Session]:
    """Return the sessions of an activity, the earliest first, cancelled ones too."""
    query = seats.sessions().where(Session.activity == activity)
    return list(query.order_by(Session.starts_at, Session.id))


def of_activities(activity_ids: list[int]) -> dict[int, list[Session]]:
    """Return the sessions of several activities, the earliest first, in one query."""
    found: dict[int, list[Session]] = {activity_id: [] for activity_id in activity_ids}
    query = seats.sessions().where(Session.activity.in_(activity_ids))
    for session in query.order_by(Session.starts_at, Session.id):
        found[session.activity_id].append(session)
    return found


def of_day(space_ids: frozenset[int], start: dt.datetime, end: dt.datetime) -> list[Session]:
    """Return the sessions of these Spaces that touch the time from `start` up to `end`, drafts
    excepted, the earliest first."""
    query = seats.sessions().where(
        Session.space.in_(space_ids),
        Session.starts_at < end,
        Session.ends_at > start,
        Activity.state != ActivityState.DRAFT,
    )
    return list(query.order_by(Session.starts_at, Session.id))


def add(
    activity: Activity, form: SessionIn, *, checkins: CheckinsConfig, actor: Actor, now: dt.datetime
) -> Session:
    """Give an activity one more session and return it. Raises Invalid, SessionOver."""
    values = _values(activity, form, checkins)
    with db.atomic():
        _require_editable(activity)
        session = Session.add(
            now=now,
            by=actor.id,
            space=activity.space_id,
            activity=activity,
            qr_key=secrets.token_hex(32),
            **values,
        )
        zones.book_session(session, by=actor.id, now=now)
        if activity.state == ActivityState.SCHEDULED:
            draws.promise_all(activity, now=now)
        _record(actor, "sessions.add", session, now=now, after=_shown(values))
    return get(session.id)


def edit(
    session: Session,
    form: SessionIn,
    *,
    expected: int,
    announce: Announce | None,
    checkins: CheckinsConfig,
    actor: Actor,
    now: dt.datetime,
) -> Session:
    """Change a session and return it. `expected` is the version the editor saw.

    When time or place change and people hold or wait for a place, `announce` must say whether they
    are told now (old and new) or with a change still to come; cancelling is free for them again
    either way. More places let people move up. Raises Invalid, SessionOver, VersionConflict.
    """
    values = _values(session.activity, form, checkins, kept=session.zone_id)
    with db.atomic():
        session = seats.lock(session.id)
        _require_editable(session.activity)
        if session.state != SessionState.SCHEDULED:
            raise SessionOver
        is_other = values["capacity"] != session.capacity
        if is_other and values["capacity"] is not None and values["capacity"] < session.seats_taken:
            text = f"已有 {session.seats_taken} 人占用名额，不能少于这个数"
            raise Invalid(fields={"capacity": text})
        before = {name: getattr(session, name) for name in values}
        news = _news(session, values, announce)
        if news is not None:
            values |= {"changed_at": now, "previous": news}
        if not session.change(now=now, by=actor.id, expected=expected, **values):
            raise VersionConflict(current=current(session))
        trail = {"before": _shown(before), "after": _shown(values)}
        _record(actor, "sessions.edit", session, now=now, **trail)
        session = get(session.id)
        zones.book_session(session, by=actor.id, now=now)
        if news is not None and announce == Announce.NOW:
            _announce(session, news, now=now)
        seats.promote(session, now=now)
    return session


def cancel(
    session: Session, reason: str, *, expected: int, actor: Actor, now: dt.datetime
) -> Session:
    """Call one session off, its signups with it, and tell everybody who had one. Raises Invalid
    without a reason, SessionOver, VersionConflict."""
    reason = reason_of(reason)
    with db.atomic():
        locked = seats.lock(session.id)
        if locked.version != expected:
            raise VersionConflict(current=current(locked))
        if locked.state != SessionState.SCHEDULED:
            raise SessionOver
        call_off(locked, reason, whole=False, actor=actor, now=now)
    return get(session.id)


def call_off(session: Session, reason: str, *, whole: bool, actor: Actor, now: dt.datetime) -> None:
    """Cancel a locked session and every live signup of it, and tell the people, inside the
    caller's transaction. `whole`: because the whole activity is cancelled."""
    people = _holders(session)
    Signup.update(
        state=SignupState.CANCELLED,
        position=None,
        hold_until=None,
        ended_at=now,
        end_reason=f"主办方取消：{reason}"[:120],
        updated_at=now,
        updated_by=actor.id,
        version=Signup.version + 1,
    ).where(Signup.session == session, Signup.state.in_(LIVE)).execute()
    session.change(now=now, by=actor.id, state=SessionState.CANCELLED, seats_taken=0)
    zones.free_session(session, by=actor.id, now=now)
    _record(actor, "sessions.cancel", session, now=now, reason=reason)
    for user_id in people:
        notices.tell_cancelled(user_id, session, whole=whole, reason=reason, now=now)


def reason_of(text: str) -> str:
    """Return the reason for calling something off, fit to be told to people. Raises Invalid."""
    reason = text.strip()
    if not 1 <= len(reason) <= 60:
        raise Invalid(fields={"reason": "请填写取消原因（60字以内），会告诉所有已报名的人"})
    return reason


def current(session: Session) -> dict[str, Any]:
    """Return how a session stands now, for an editor who was overtaken."""
    return {
        "id": str(session.id),
        "version": session.version,
        "starts_at": iso(session.starts_at),
        "ends_at": iso(session.ends_at),
        "capacity": session.capacity,
        "seats_taken": session.seats_taken,
        "state": session.state,
    }


def _values(
    activity: Activity, form: SessionIn, checkins: CheckinsConfig, *, kept: int | None = None
) -> dict[str, Any]:
    """Return the columns a form means; the zone `kept` stays allowed. Raises Invalid."""
    if form.starts_at >= form.ends_at:
        raise Invalid(fields={"ends_at": "结束时间应晚于开始时间"})
    purge_on = questions.next_purge(activity.questions)
    if purge_on is not None and purge_on <= day_of(form.ends_at):
        text = f"有问题的回答将在 {purge_on} 清除，请先把清除日期改到这一场之后"
        raise Invalid(fields={"ends_at": text})
    early = dt.timedelta(minutes=checkins.opens_before_minutes)
    late = dt.timedelta(minutes=checkins.closes_after_minutes)
    opens = form.checkin_opens_at or form.starts_at - early
    closes = form.checkin_closes_at or form.ends_at + late
    if opens >= closes or opens > form.ends_at:
        raise Invalid(fields={"checkin_opens_at": "签到开放时间应早于签到截止时间和活动结束时间"})
    return {
        "starts_at": form.starts_at.astimezone(dt.UTC),
        "ends_at": form.ends_at.astimezone(dt.UTC),
        "checkin_opens_at": opens.astimezone(dt.UTC),
        "checkin_closes_at": closes.astimezone(dt.UTC),
        "capacity": form.capacity,
    } | _room(activity.space_id, form.venue_id, form.zone_id, kept=kept)


def _room(
    space_id: int, venue_id: int | None, zone_id: int | None, *, kept: int | None
) -> dict[str, int | None]:
    if zone_id is None:
        if venue_id is not None and not owns_venue(space_id, venue_id):
            raise Invalid(fields={"venue_id": "请选择本空间的场地"})
        return {"venue": venue_id, "zone": None}
    allowed = zones.bookable_by(space_id)
    zone = Zone.get_or_none(Zone.id == zone_id)
    is_open = zone_id == kept or zone_id in {each.id for each in allowed}
    if zone is None or not is_open or venue_id not in (None, zone.venue_id):
        raise Invalid(fields={"zone_id": "请选择该场地内的分区，其他空间的须已共享"})
    return {"venue": zone.venue_id, "zone": zone_id}


def owns_venue(space_id: int, venue_id: int) -> bool:
    """Say whether the venue is one of the Space's."""
    return bool(Venue.select().where(Venue.id == venue_id, Venue.space == space_id).exists())


def _require_editable(activity: Activity) -> None:
    if activity.state not in (ActivityState.DRAFT, ActivityState.SCHEDULED):
        raise SessionOver


def _is_material(session: Session, values: dict[str, Any]) -> bool:
    """Say whether people would come at the wrong time or to the wrong place."""
    now_there = (session.starts_at, session.ends_at, session.venue_id, session.zone_id)
    new = (values["starts_at"], values["ends_at"], values["venue"], values["zone"])
    return now_there != new


def _news(
    session: Session, values: dict[str, Any], announce: Announce | None
) -> dict[str, Any] | None:
    """Return the time and place people believe in, if that is no longer so and somebody holds or
    waits for a place; None if there is nothing to tell. Raises Invalid when staff have not said
    whether to tell it now."""
    is_material = _is_material(session, values)
    is_owed = bool(session.previous) and not session.previous["told"]
    people = len(_holders(session)) if is_material or is_owed else 0
    if not people:
        return None
    if is_material and announce is None:
        text = f"时间或地点有变，请选择是否立即通知 {people} 位已报名的人"
        raise Invalid(fields={"announce": text})
    if not is_material and announce != Announce.NOW:
        return None
    known = {"starts_at": iso(session.starts_at), "place": place_of(session)}
    if is_owed:
        known = {name: session.previous[name] for name in known}
    return known | {"told": announce == Announce.NOW}


def holders_of(session: Session) -> int:
    """Return how many people hold or wait for a place, and so are owed the news of a change."""
    return len(_holders(session))


def _holders(session: Session) -> list[int]:
    """Return who has a live signup, each once."""
    rows = Signup.select(Signup.user_id).where(Signup.session == session, Signup.state.in_(LIVE))
    return [row.user_id for row in rows.order_by(Signup.id)]


def _announce(session: Session, known: dict[str, Any], *, now: dt.datetime) -> None:
    before = dt.datetime.fromisoformat(known["starts_at"])
    was = f"{notices.moment_text(before)} {known['place']}"
    for user_id in _holders(session):
        notices.tell_changed(user_id, session, was=was, now=now)


def _shown(values: dict[str, Any]) -> dict[str, Any]:
    """Return columns as the audit trail can keep them."""
    return {
        name: iso(value) if isinstance(value, dt.datetime) else getattr(value, "id", value)
        for name, value in values.items()
    }


def _record(actor: Actor, action: str, session: Session, **rest: Any) -> None:
    audit.record(actor, action, session, org_unit_id=session.space_id, **rest)
