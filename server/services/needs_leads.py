"""Who has a need in hand: the one that leads, those that assist, and how their rows begin and end."""

from __future__ import annotations

import datetime as dt
from typing import Any

from peewee import JOIN

from models import Dispatch, Grant, Need, NeedEvent, Partner, Staff
from models.needs import ActorKind
from models.needs_dispatches import LIVE_DISPATCH, DispatchRole, DispatchState
from models.staff import Role
from server.clock import day_of
from server.services.audit import Actor
from server.services.staff import Verb, working_in

OPEN_DISPATCH = (DispatchState.SENT, DispatchState.ACCEPTED)
"""States in which something is still to be done."""


def with_names() -> Any:
    """Return the select of dispatches with the partner or the colleague they went to."""
    return (
        Dispatch.select(Dispatch, Partner, Staff)
        .join_from(Dispatch, Partner, JOIN.LEFT_OUTER)
        .join_from(Dispatch, Staff, JOIN.LEFT_OUTER)
    )


def of_need(need: Need) -> list[Dispatch]:
    """Return all dispatches of a need: who leads first, then those that assist, then the past."""
    rows = list(with_names().where(Dispatch.need == need).order_by(Dispatch.id))
    return sorted(
        rows, key=lambda row: (row.state not in LIVE_DISPATCH, row.role != DispatchRole.LEAD)
    )


def name_of(dispatch: Dispatch) -> str:
    """Return what the body or the colleague is called."""
    held = dispatch.partner if dispatch.partner_id else dispatch.staff
    return str(held.name) if held else ""


def lead_of(need: Need) -> Dispatch | None:
    """Return the dispatch that leads now, or None."""
    found: Dispatch | None = (
        with_names()
        .where(
            Dispatch.need == need,
            Dispatch.role == DispatchRole.LEAD,
            Dispatch.state.in_(LIVE_DISPATCH),
        )
        .first()
    )
    return found


def leading(space_ids: frozenset[int]) -> list[Partner]:
    """Return the partners that lead something in the Spaces, by name, to look for theirs."""
    led = Dispatch.select(Dispatch.partner).where(
        Dispatch.space.in_(sorted(space_ids)),
        Dispatch.role == DispatchRole.LEAD,
        Dispatch.state.in_(LIVE_DISPATCH),
    )
    return list(Partner.select().where(Partner.id.in_(led)).order_by(Partner.name))


def hold(need: Need, actor: Actor, *, now: dt.datetime) -> None:
    """Let who works on a need nobody leads lead it, in the caller's transaction: what is worked on
    is always somebody's."""
    if actor.kind != "staff" or actor.id is None or lead_of(need) is not None:
        return
    leave(need, staff_id=actor.id, by=actor, now=now)
    Dispatch.add(
        now=now,
        by=actor.id,
        space=need.space_id,
        need=need,
        staff=actor.id,
        role=DispatchRole.LEAD,
        state=DispatchState.ACCEPTED,
        accepted_at=now,
        due_at=need.due_resolve,
    )


def wake(need: Need, *, now: dt.datetime) -> None:
    """Let who leads a need that is worked on again begin anew, in the caller's transaction. A need
    an activity solved may have had nobody: then it is whose hands it last went through."""
    lead = lead_of(need)
    if lead is not None:
        lead.change(now=now, state=DispatchState.ACCEPTED, ended_at=None, due_at=need.due_resolve)
        return
    heir = _last_at_it(need, now=now)
    if heir is not None:
        hold(need, Actor("staff", heir.id, heir.name), now=now)


def _last_at_it(need: Need, *, now: dt.datetime) -> Staff | None:
    """Return the colleague who did something with the need last and still works there, else a
    keeper; None for a Space nobody works in."""
    team = {row.id: row for row in working_in(need.space_id, Verb.WORK_NEEDS, now=now)}
    theirs = (NeedEvent.actor_kind == ActorKind.STAFF) & NeedEvent.actor_id.in_(sorted(team))
    last: NeedEvent | None = (
        NeedEvent.select()
        .where(NeedEvent.need == need, theirs)
        .order_by(NeedEvent.at.desc(), NeedEvent.id.desc())
        .first()
    )
    if last is not None and last.actor_id is not None:
        return team[last.actor_id]
    return next(iter(working_in(need.space_id, Verb.APPROVE_EXTENSION, now=now)), None)


def end(
    dispatch: Dispatch,
    state: DispatchState,
    reason: str,
    *,
    by: Actor,
    now: dt.datetime,
) -> None:
    """End somebody's part: given back by them or taken back by the desk."""
    dispatch.change(now=now, by=by.id, state=state, reason=reason, ended_at=now)


def leave(
    need: Need,
    *,
    partner_id: int | None = None,
    staff_id: int | None = None,
    by: Actor,
    now: dt.datetime,
) -> None:
    """End what a body or colleague has of a need, so that it can be given another part of it."""
    holder = Dispatch.partner == partner_id if partner_id else Dispatch.staff == staff_id
    rows = Dispatch.select().where(Dispatch.need == need, holder, Dispatch.state.in_(LIVE_DISPATCH))
    for row in list(rows):
        end(row, DispatchState.RECALLED, "改派", by=by, now=now)


def handlers_of(partner_id: int, *, now: dt.datetime) -> list[Staff]:
    """Return the open accounts that handle what the partner is sent, today."""
    today = day_of(now)
    rows = (
        Staff.select()
        .distinct()
        .join(Grant)
        .where(
            Grant.role == Role.PARTNER_HANDLER,
            Grant.partner_id == partner_id,
            Grant.revoked_at.is_null(),
            Grant.from_on <= today,
            Grant.to_on.is_null() | (Grant.to_on >= today),
            Staff.active == True,  # noqa: E712
        )
    )
    return list(rows.order_by(Staff.id))
