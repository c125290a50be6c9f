"""联席会议: the meeting of the three standing parties, from its plan to its minutes."""

from __future__ import annotations

import datetime as dt
from typing import Any

from peewee import IntegrityError

from models import JointMeeting, Partner, Resolution, Space, db
from models.meetings import MeetingState
from models.resources import PartnerType
from server.clock import day_of, iso
from server.errors import Invalid, NotFound, VersionConflict
from server.schemas.meetings import MeetingIn, MinutesIn
from server.services import audit, meetings_agenda, resources_partners
from server.services.audit import Actor
from server.services.meetings_states import (
    MeetingClash,
    MeetingNotYet,
    MeetingOver,
    current,
    require_planned,
)
from server.services.staff import Scope, Verb

PARTIES = (
    ("united_front", PartnerType.UNITED_FRONT, "统战部门"),
    ("party_branch", PartnerType.PARTY, "园区党组织"),
    ("operator", PartnerType.OPERATOR, "运营方"),
)
"""The three who stand: the column, what kind of partner it is, what people call it."""
_FARTHEST = dt.timedelta(days=366)


def get(scope: Scope, meeting_id: int) -> JointMeeting:
    """Return a meeting of the staff's Spaces with Space and parties joined. Raises NotFound."""
    meeting: JointMeeting | None = search(scope).where(JointMeeting.id == meeting_id).first()
    if meeting is None:
        raise NotFound
    return meeting


def search(
    scope: Scope,
    *,
    space_id: int | None = None,
    state: MeetingState | None = None,
    text: str = "",
) -> Any:
    """Return a select of the meetings of the staff's Spaces with Space and parties joined; `text`
    looks into place, minutes and what was resolved."""
    front, branch, runs = (Partner.alias(name) for name, _, _ in PARTIES)
    query = (
        JointMeeting.select(JointMeeting, Space, front, branch, runs)
        .join_from(JointMeeting, Space)
        .join_from(JointMeeting, front, on=JointMeeting.united_front)
        .join_from(JointMeeting, branch, on=JointMeeting.party_branch)
        .join_from(JointMeeting, runs, on=JointMeeting.operator)
        .where(JointMeeting.space.in_(list(scope.space_ids(Verb.READ_VISITS))))
    )
    if space_id is not None:
        query = query.where(JointMeeting.space == space_id)
    if state is not None:
        query = query.where(JointMeeting.state == state)
    if text:
        resolved = Resolution.select(Resolution.meeting).where(Resolution.text.contains(text))
        words = JointMeeting.place.contains(text) | JointMeeting.minutes.contains(text)
        query = query.where(words | JointMeeting.id.in_(resolved))
    return query


def candidates(space_id: int) -> dict[str, list[Partner]]:
    """Return for each of the three seats the partners of the Space that can take it."""
    found = resources_partners.usable_in(space_id)
    return {name: [row for row in found if row.type is kind] for name, kind, _ in PARTIES}


def plan(
    space_id: int, form: MeetingIn, *, scope: Scope, actor: Actor, now: dt.datetime
) -> JointMeeting:
    """Plan a meeting with its agenda drafted, and return it; one that took place already may be
    entered too. Raises NotFound, Forbidden, Invalid, MeetingClash."""
    scope.require(Verb.VISIT, space_id)
    values = _checked(space_id, form, now)
    try:
        with db.atomic():
            meeting = JointMeeting.add(now=now, by=actor.id, space=space_id, **values)
            meetings_agenda.refresh(meeting, scope=scope, actor=actor, now=now)
            _record(actor, "meetings.plan", meeting, now=now)
    except IntegrityError:
        raise MeetingClash from None
    return get(scope, meeting.id)


def change(
    meeting: JointMeeting,
    form: MeetingIn,
    *,
    expected: int,
    scope: Scope,
    actor: Actor,
    now: dt.datetime,
) -> JointMeeting:
    """Change when, where and with whom, while it is planned, and return it. Raises NotFound,
    Forbidden, Invalid, MeetingOver, MeetingClash, VersionConflict."""
    require_planned(meeting, scope)
    values = _checked(meeting.space_id, form, now, kept=meeting)
    try:
        with db.atomic():
            if not meeting.change(now=now, by=actor.id, expected=expected, **values):
                raise VersionConflict(current=current(get(scope, meeting.id)))
            _record(actor, "meetings.change", meeting, now=now)
    except IntegrityError:
        raise MeetingClash from None
    return get(scope, meeting.id)


def minute(
    meeting: JointMeeting, form: MinutesIn, *, scope: Scope, actor: Actor, now: dt.datetime
) -> JointMeeting:
    """Write the minutes; with `held` the meeting has taken place, which needs them and its day to
    have come. Minutes of a held meeting may be mended, not emptied. Raises NotFound, Forbidden,
    Invalid, MeetingOver, MeetingNotYet, VersionConflict."""
    scope.require(Verb.VISIT, meeting.space_id)
    if meeting.state is MeetingState.CANCELLED:
        raise MeetingOver
    is_held = form.held or meeting.state is MeetingState.HELD
    if is_held and not form.minutes.strip():
        raise Invalid(fields={"minutes": "开过的会要有纪要"})
    if form.held and day_of(meeting.starts_at) > day_of(now):
        raise MeetingNotYet
    values: dict[str, Any] = {"minutes": form.minutes, "present": form.present}
    if is_held:
        values |= {"state": MeetingState.HELD, "held_at": meeting.held_at or now}
    was = meeting.state
    with db.atomic():
        if not meeting.change(now=now, by=actor.id, expected=form.version, **values):
            raise VersionConflict(current=current(get(scope, meeting.id)))
        act = "meetings.hold" if is_held and was is MeetingState.PLANNED else "meetings.minute"
        _record(actor, act, meeting, now=now)
    return get(scope, meeting.id)


def cancel(
    meeting: JointMeeting,
    reason: str,
    *,
    expected: int,
    scope: Scope,
    actor: Actor,
    now: dt.datetime,
) -> None:
    """Call a planned meeting off; its row stays. Raises NotFound, Forbidden, Invalid, MeetingOver,
    VersionConflict."""
    require_planned(meeting, scope)
    if not reason.strip():
        raise Invalid(fields={"reason": "请填写取消的原因"})
    if Resolution.select().where(Resolution.meeting == meeting).exists():
        raise MeetingOver("已经记下决议，会议不能再取消；请填写纪要并登记为已召开")
    values = {"state": MeetingState.CANCELLED, "cancel_reason": reason}
    with db.atomic():
        if not meeting.change(now=now, by=actor.id, expected=expected, **values):
            raise VersionConflict(current=current(get(scope, meeting.id)))
        _record(actor, "meetings.cancel", meeting, now=now, reason=reason)


def _checked(
    space_id: int, form: MeetingIn, now: dt.datetime, kept: JointMeeting | None = None
) -> dict[str, Any]:
    """Return the columns of the plan; a party that stood there may stay, though it was retired."""
    starts_at = form.starts_at.astimezone(dt.UTC)
    if abs(starts_at - now) > _FARTHEST:
        raise Invalid(fields={"starts_at": "会议时间应在前后一年之内"})
    for name, kind, called in PARTIES:
        party_id = getattr(form, f"{name}_id")
        if kept is not None and party_id == getattr(kept, f"{name}_id"):
            continue
        party = resources_partners.find_usable(party_id, space_id)
        if party is None or party.type is not kind:
            raise Invalid(fields={f"{name}_id": f"请从名录中选择{called}"})
    return form.model_dump(include=set(MeetingIn.model_fields)) | {"starts_at": starts_at}


def _record(
    actor: Actor, action: str, meeting: JointMeeting, *, now: dt.datetime, reason: str = ""
) -> None:
    after = {"starts_at": iso(meeting.starts_at), "state": meeting.state.value}
    audit.record(
        actor, action, meeting, now=now, org_unit_id=meeting.space_id, after=after, reason=reason
    )
