"""Who works in the companies a Space looks after, and staff's word on it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from peewee import ModelSelect

from models import Enterprise, EnterpriseMember, SpaceBuilding, User, db
from models.enterprises import MemberRole, MemberStatus
from server.clock import day_of
from server.errors import NotFound, VersionConflict
from server.services import audit


def search(
    space_ids: frozenset[int], status: MemberStatus | None = None
) -> ModelSelect[EnterpriseMember]:
    """Return the current members these Spaces look after, with company and person: by the company's
    tower, or by the person's own Space where the company is in no tower."""
    towers = SpaceBuilding.select(SpaceBuilding.building).where(
        SpaceBuilding.space.in_(list(space_ids))
    )
    theirs = Enterprise.building.in_(towers) | (
        Enterprise.building.is_null() & User.home_space.in_(list(space_ids))
    )
    query: ModelSelect[EnterpriseMember] = (
        EnterpriseMember.select(EnterpriseMember, Enterprise, User)
        .join(Enterprise)
        .switch(EnterpriseMember)
        .join(User, on=(EnterpriseMember.user_id == User.id), attr="user")
        .where(EnterpriseMember.status != MemberStatus.ENDED, theirs)
    )
    return query.where(EnterpriseMember.status == status) if status else query


def get(member_id: int, space_ids: frozenset[int]) -> EnterpriseMember:
    """Return one of `search`. Raises NotFound, also for somebody of other Spaces."""
    found: EnterpriseMember | None = (
        search(space_ids).where(EnterpriseMember.id == member_id).first()
    )
    if found is None:
        raise NotFound
    return found


def verify(
    member: EnterpriseMember, role: MemberRole, *, actor: audit.Actor, now: dt.datetime
) -> EnterpriseMember:
    """Confirm that the person works there, as plain staff or as the company's contact. Raises
    VersionConflict when they left meanwhile."""
    before = {"status": member.status, "role": member.role}
    after = {"status": MemberStatus.VERIFIED, "role": role}
    with db.atomic():
        if not member.change(now=now, by=actor.id, status=MemberStatus.VERIFIED, role=role):
            raise VersionConflict
        audit.record(actor, "enterprises.verify", member, now=now, before=before, after=after)
    return member


def refuse(
    member: EnterpriseMember, reason: str, *, actor: audit.Actor, now: dt.datetime
) -> EnterpriseMember:
    """Say that the person does not work there: the membership ends, its row stays. Raises
    VersionConflict when they left meanwhile."""
    before = {"status": member.status, "role": member.role}
    with db.atomic():
        today = day_of(now)
        if not member.change(now=now, by=actor.id, status=MemberStatus.ENDED, to_on=today):
            raise VersionConflict
        audit.record(
            actor, "enterprises.refuse", member, now=now, before=before, reason=reason.strip()
        )
    return member


def of_family(family: Iterable[int]) -> list[EnterpriseMember]:
    """Return who works in a company now, its contacts first, each with `user`; `family` is the
    company with all that were merged into it."""
    rows = (
        EnterpriseMember.select(EnterpriseMember, User)
        .join(User, on=(EnterpriseMember.user_id == User.id), attr="user")
        .where(
            EnterpriseMember.enterprise.in_(list(family)),
            EnterpriseMember.status != MemberStatus.ENDED,
        )
        .order_by(EnterpriseMember.role, EnterpriseMember.status.desc(), EnterpriseMember.id)
    )
    return list(rows)
