"""Needs and the activities held for them: tied, untied, and how each pair stands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from peewee import IntegrityError, fn

from models import Activity, Category, Need, NeedActivityLink, Session, db
from models.activities import ActivityState, SessionState
from server.errors import Conflict, Invalid, NotFound
from server.services import activities_sessions as sessions
from server.services import audit, needs_invites, needs_scope
from server.services.audit import Actor
from server.services.needs_states import TABLE, Act, Move, lock, transition
from server.services.staff import Scope

_STANDING = (ActivityState.DRAFT, ActivityState.SCHEDULED, ActivityState.ENDED)
"""States of an activity that can answer a need."""


class AlreadyLinked(Conflict):
    code, message = "already_linked", "这件诉求已经关联了这个活动"


class AlreadyInvited(Conflict):
    code, message = "already_invited", "已经邀请过提出人，不能再取消关联"


@dataclass(frozen=True)
class Tie:
    """A link with its need or its activity, and when the activity first takes place."""

    link: NeedActivityLink
    starts_at: dt.datetime | None
    ended_at: dt.datetime | None
    """When the last of its sessions was over; None while one is still to come."""

    @property
    def need(self) -> Need:
        return self.link.need

    @property
    def activity(self) -> Activity:
        return self.link.activity


def of_need(need: Need, *, drafts: bool = True, now: dt.datetime) -> list[Tie]:
    """Return the activities tied to a need, the latest tie first; without `drafts`, only those
    that members may know of."""
    query = _joined().where(NeedActivityLink.need == need)
    if not drafts:
        query = query.where(
            Activity.state != ActivityState.DRAFT, NeedActivityLink.invited_at.is_null(False)
        )
    return _ties(query.order_by(NeedActivityLink.id.desc()), now)


def of_activity(activity_id: int, *, now: dt.datetime) -> list[Tie]:
    """Return the needs tied to an activity, in the order they were."""
    query = _joined().where(NeedActivityLink.activity == activity_id)
    return _ties(query.order_by(NeedActivityLink.id), now)


def of_needs(need_ids: Iterable[int], *, now: dt.datetime) -> list[Tie]:
    """Return every tie of these needs, by activity."""
    query = _joined().where(NeedActivityLink.need.in_(list(need_ids)))
    return _ties(query.order_by(NeedActivityLink.activity.desc(), NeedActivityLink.id), now)


def of_spaces(
    space_ids: Iterable[int], start: dt.datetime, end: dt.datetime, *, now: dt.datetime
) -> list[Tie]:
    """Return the ties of activities of these Spaces that first took place in a time."""
    first = (
        Session.select(Session.activity)
        .where(Session.state != SessionState.CANCELLED)
        .group_by(Session.activity)
        .having(fn.MIN(Session.starts_at) >= start, fn.MIN(Session.starts_at) < end)
    )
    query = _joined().where(
        NeedActivityLink.space.in_(list(space_ids)), NeedActivityLink.activity.in_(first)
    )
    return _ties(query.order_by(NeedActivityLink.activity.desc(), NeedActivityLink.id), now)


def link(
    scope: Scope,
    need_id: int,
    activity_id: int,
    *,
    wants_seat: bool = True,
    expected: int | None = None,
    actor: Actor,
    now: dt.datetime,
) -> NeedActivityLink:
    """Tie a need to an activity of its Space and return the link; where the activity is out
    already, its owner is invited at once. `expected`: the version of the need that was looked at.
    Raises NotFound, Invalid, AlreadyLinked, WrongState, VersionConflict."""
    if needs_scope.readable(scope).where(Need.id == need_id).first() is None:
        raise NotFound
    try:
        with db.atomic():
            need = lock(need_id)
            activity = _linkable(need, activity_id)
            text = f"关联活动《{activity.title}》"
            move = Move(Act.LINK, text, is_public=False)
            transition(need, move, actor, now=now, expected=expected)
            made = NeedActivityLink.add(
                now=now,
                by=actor.id,
                space=need.space_id,
                need=need,
                activity=activity,
                wants_seat=wants_seat,
            )
            after = {"activity_id": str(activity.id), "title": activity.title}
            place = need.space_id
            audit.record(actor, "needs.link", need, now=now, org_unit_id=place, after=after)
            if activity.state == ActivityState.SCHEDULED:
                needs_invites.invite(activity, actor=actor, now=now)
    except IntegrityError:
        raise AlreadyLinked from None
    return NeedActivityLink.get_by_id(made.id)


def unlink(scope: Scope, link_id: int, *, actor: Actor, now: dt.datetime) -> None:
    """Untie a need nobody was invited for yet. Raises NotFound, AlreadyInvited."""
    found = get(scope, link_id)
    with db.atomic():
        need = lock(found.need_id)
        gone = NeedActivityLink.delete().where(
            NeedActivityLink.id == link_id,
            NeedActivityLink.invited_at.is_null(),
            NeedActivityLink.asked_at.is_null(),
        )
        if not gone.execute():
            raise AlreadyInvited
        text = f"取消关联活动《{found.activity.title}》"
        transition(need, Move(Act.NOTE, text, is_public=False), actor, now=now)
        before = {"activity_id": str(found.activity_id)}
        place = need.space_id
        audit.record(actor, "needs.unlink", need, now=now, org_unit_id=place, before=before)


def get(scope: Scope, link_id: int) -> NeedActivityLink:
    """Return a link of a need the staff work on, need and activity joined in. Raises NotFound."""
    found: NeedActivityLink | None = _joined().where(NeedActivityLink.id == link_id).first()
    if found is None:
        raise NotFound
    if needs_scope.readable(scope).where(Need.id == found.need_id).first() is None:
        raise NotFound
    return found


def possible(need: Need, *, now: dt.datetime) -> list[Activity]:
    """Return the activities of a need's Space that could be tied to it: drafts, and those with a
    session still to come, the latest written first. None where the need is past that."""
    if need.state not in TABLE[Act.LINK]:
        return []
    tied = NeedActivityLink.select(NeedActivityLink.activity).where(NeedActivityLink.need == need)
    to_come = Session.select(Session.activity).where(
        Session.space == need.space_id,
        Session.ends_at > now,
        Session.state == SessionState.SCHEDULED,
    )
    rows = Activity.select().where(
        Activity.space == need.space_id,
        Activity.is_rehearsal == False,  # noqa: E712
        (Activity.state == ActivityState.DRAFT)
        | ((Activity.state == ActivityState.SCHEDULED) & Activity.id.in_(to_come)),
        Activity.id.not_in(tied),
    )
    return list(rows.order_by(Activity.id.desc()).limit(60))


def _linkable(need: Need, activity_id: int) -> Activity:
    activity: Activity | None = Activity.get_or_none(
        Activity.id == activity_id, Activity.space == need.space_id
    )
    if activity is None:
        raise Invalid(fields={"activity_id": "请选择本空间的活动"})
    if activity.state not in _STANDING or activity.is_rehearsal:
        raise Invalid(fields={"activity_id": "取消的活动和演练不能关联诉求"})
    return activity


def _joined() -> Any:
    return (
        NeedActivityLink.select(NeedActivityLink, Need, Category, Activity)
        .join(Need)
        .join(Category)
        .switch(NeedActivityLink)
        .join(Activity)
    )


def _ties(query: Any, now: dt.datetime) -> list[Tie]:
    links = list(query)
    held = sessions.of_activities(list({row.activity_id for row in links}))
    return [_tie(row, held[row.activity_id], now) for row in links]


def _tie(row: NeedActivityLink, held: list[Session], now: dt.datetime) -> Tie:
    standing = [each for each in held if each.state != SessionState.CANCELLED]
    last = max((each.ends_at for each in standing), default=None)
    starts = min((each.starts_at for each in standing), default=None)
    return Tie(row, starts, last if last is not None and last <= now else None)
