"""Handover: a keeper's term ends and another's begins. What the old one did keeps their name; what is
still open goes over."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from models import Dispatch, Grant, Need, NeedEvent, OrgUnit, Staff, Task, VisitTarget, db
from models.meetings import TaskState
from models.needs import ActorKind
from models.needs_dispatches import LIVE_DISPATCH, DispatchRole, DispatchState
from models.staff import Role
from models.visits import TargetState
from server.clock import day_of
from server.errors import Invalid
from server.services import audit, staff
from server.services.audit import Actor
from server.services.needs_leads import OPEN_DISPATCH
from server.services.needs_states import Act
from server.services.staff import Scope
from server.services.staff_roles import Verb


@dataclass(frozen=True)
class Duties:
    """What somebody still has in hand in a Space."""

    needs: list[Dispatch]
    tasks: list[Task]
    visits: list[VisitTarget]

    @property
    def count(self) -> int:
        """Return how many there are."""
        return len(self.needs) + len(self.tasks) + len(self.visits)


@dataclass(frozen=True)
class Handover:
    """From whom to whom, in which Space, from which day on."""

    space_id: int
    giver: Staff
    taker: Staff
    from_on: dt.date


def duties(account: Staff, space_id: int) -> Duties:
    """Return what is still open of the account in the Space."""
    needs: Any = (
        Dispatch.select(Dispatch, Need)
        .join(Need)
        .where(
            Dispatch.staff == account,
            Dispatch.space == space_id,
            Dispatch.state.in_(OPEN_DISPATCH),
        )
        .order_by(Dispatch.due_at, Dispatch.id)
    )
    tasks: Any = (
        Task.select()
        .where(Task.owner_staff == account, Task.space == space_id, Task.state == TaskState.OPEN)
        .order_by(Task.due_on, Task.id)
    )
    visits: Any = VisitTarget.select().where(
        VisitTarget.assignee == account,
        VisitTarget.space == space_id,
        VisitTarget.removed_at.is_null(),
        VisitTarget.state != TargetState.DONE,
    )
    return Duties(list(needs), list(tasks), list(visits))


def colleagues(account: Staff, space_id: int, *, now: dt.datetime) -> list[Staff]:
    """Return who could take over today: the others who work on the Space's needs, by name."""
    return [
        row for row in staff.working_in(space_id, Verb.WORK_NEEDS, now=now) if row.id != account.id
    ]


def hand_over(change: Handover, *, by: Scope, actor: Actor, now: dt.datetime) -> int:
    """Let another be keeper from a day on: the old one's term ends the day before. From today on, what
    is open moves at once; return how much that is. Raises Forbidden, Invalid, VersionConflict."""
    unit = OrgUnit.get_by_id(change.space_id)
    staff.require_grant(by, Role.KEEPER, unit)
    today = day_of(now)
    if change.from_on < today:
        raise Invalid(fields={"from_on": "接任日期不能早于今天"})
    if change.taker.id == change.giver.id or not change.taker.active:
        raise Invalid(fields={"taker": "请选择另一位在用的账号"})
    with db.atomic():
        if not _end_term(change, actor, now):
            raise Invalid("这位同事现在不是这个空间的掌门人")
        if not _is_keeper(change):
            staff.grant(
                change.taker,
                Role.KEEPER,
                unit,
                by=by,
                actor=actor,
                now=now,
                from_on=change.from_on,
            )
        told = {
            "from": change.giver.name,
            "to": change.taker.name,
            "from_on": change.from_on.isoformat(),
        }
        audit.record(
            actor, "staff.hand_over", change.giver, now=now, org_unit_id=unit.id, after=told
        )
        return _move(change, actor, now) if change.from_on == today else 0


def pass_on(change: Handover, *, by: Scope, actor: Actor, now: dt.datetime) -> int:
    """Give everything the account still has in hand to a colleague; return how much that is. Raises
    NotFound, Forbidden, Invalid."""
    by.require(Verb.GRANT, change.space_id)
    if change.taker.id not in {
        row.id for row in colleagues(change.giver, change.space_id, now=now)
    }:
        raise Invalid(fields={"taker": "请选择本空间在岗的同事"})
    with db.atomic():
        count = _move(change, actor, now)
        told = {"from": change.giver.name, "to": change.taker.name, "duties": count}
        place = change.space_id
        audit.record(actor, "staff.pass_on", change.giver, now=now, org_unit_id=place, after=told)
    return count


def _end_term(change: Handover, actor: Actor, now: dt.datetime) -> int:
    """End what the old keeper holds the day before; a term that begins today just ends now."""
    last = change.from_on - dt.timedelta(days=1)
    rows: Any = Grant.select().where(
        Grant.staff == change.giver,
        Grant.role == Role.KEEPER,
        Grant.org_unit == change.space_id,
        Grant.revoked_at.is_null(),
        Grant.to_on.is_null() | (Grant.to_on >= last),
    )
    ended = 0
    for row in list(rows):
        values: dict[str, Any] = {"to_on": last} if row.from_on <= last else {"revoked_at": now}
        ended += bool(row.change(now=now, by=actor.id, **values))
    if change.from_on == day_of(now):
        staff.end_logins(change.giver.id, now)
    return ended


def _is_keeper(change: Handover) -> bool:
    return bool(
        Grant.select()
        .where(
            Grant.staff == change.taker,
            Grant.role == Role.KEEPER,
            Grant.org_unit == change.space_id,
            Grant.revoked_at.is_null(),
            Grant.from_on <= change.from_on,
            Grant.to_on.is_null(),
        )
        .exists()
    )


def _move(change: Handover, actor: Actor, now: dt.datetime) -> int:
    held = duties(change.giver, change.space_id)
    for row in held.needs:
        _move_need(row, change, actor, now)
    for task in held.tasks:
        task.change(now=now, by=actor.id, owner_staff=change.taker)
    for target in held.visits:
        target.change(now=now, by=actor.id, assignee=change.taker)
    return held.count


def _move_need(row: Dispatch, change: Handover, actor: Actor, now: dt.datetime) -> None:
    """Who takes over may have a part of the need already: then the greater of the two stays."""
    other: Dispatch | None = Dispatch.get_or_none(
        Dispatch.need == row.need_id,
        Dispatch.staff == change.taker,
        Dispatch.state.in_(LIVE_DISPATCH),
    )
    if other is not None:
        loser = other if row.role is DispatchRole.LEAD else row
        loser.change(
            now=now, by=actor.id, state=DispatchState.RECALLED, reason="交接", ended_at=now
        )
    if other is None or row.role is DispatchRole.LEAD:
        row.change(now=now, by=actor.id, staff=change.taker)
    if row.role is DispatchRole.LEAD:
        row.need.change(now=now, by=actor.id, lead_unit=change.taker.name)
    NeedEvent.create(
        space=change.space_id,
        need=row.need_id,
        at=now,
        actor_kind=ActorKind.STAFF if actor.kind == "staff" else ActorKind.SYSTEM,
        actor_id=actor.id,
        type=Act.ASSIST.value,
        is_public=False,
        text=f"工作交接：由{change.giver.name}移交{change.taker.name}",
    )
