"""企业库: the companies a Space looks after, found, looked at and kept up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from peewee import JOIN, ModelSelect, fn

from models import Building, Enterprise, EnterpriseMember, SpaceBuilding, User, db
from models.enterprises import EnterpriseStatus, MemberRole, MemberStatus
from server.clock import day_of
from server.errors import Conflict, Invalid, NotFound
from server.services import audit, enterprises, enterprises_touches, files_sheets
from server.services import spaces as places
from server.services.audit import Actor

HEAD = (
    "企业名称", "简称", "统一社会信用代码", "楼宇", "房间号", "行业", "规模",
    "入驻日期", "租约到期", "标签",
)  # fmt: skip
"""The columns of a sheet of companies, in and out."""
WIDTHS = (34, 16, 22, 20, 10, 14, 14, 13, 13, 20)


class NotThere(Conflict):
    code, message = "enterprise_not_there", "这家企业已经不在驻"


@dataclass(frozen=True)
class Filters:
    """Which companies to show; empty means all that are there."""

    text: str = ""
    building_id: int | None = None
    industry: str = ""
    status: EnterpriseStatus = EnterpriseStatus.ACTIVE
    has_contact: bool | None = None
    silent_months: int | None = None
    """Not in touch for so long."""
    lease_months: int | None = None
    """Whose lease ends within so many months, or has ended."""


def towers_of(space_ids: Iterable[int]) -> list[Building]:
    """Return the towers these Spaces look after, by name."""
    rows = Building.select().where(Building.id.in_(_towers(space_ids)))
    return list(rows.order_by(Building.name, Building.id))


def _towers(space_ids: Iterable[int]) -> Any:
    return SpaceBuilding.select(SpaceBuilding.building).where(
        SpaceBuilding.space.in_(list(space_ids))
    )


def keepers_of(enterprise: Enterprise, space_ids: Iterable[int]) -> list[int]:
    """Return which of these Spaces look after the company; all of them where it is in no tower."""
    spaces = sorted(space_ids)
    if enterprise.building_id is None:
        return spaces
    rows = SpaceBuilding.select(SpaceBuilding.space).where(
        SpaceBuilding.building == enterprise.building_id, SpaceBuilding.space.in_(spaces)
    )
    return sorted(row.space_id for row in rows)


def require_tower(building_id: int | None, space_ids: Iterable[int]) -> None:
    """Let pass a tower these Spaces look after. Raises Invalid."""
    if building_id not in {row.id for row in towers_of(space_ids)}:
        raise Invalid(fields={"building_id": "请选择您负责的一栋楼"})


def is_kept_by(space_ids: Iterable[int]) -> Any:
    """Return the condition on `Enterprise` that these Spaces look after it: by its tower, or, in no
    tower, by a person of theirs who says they work there."""
    spaces = list(space_ids)
    own = (
        EnterpriseMember.select(EnterpriseMember.enterprise)
        .join(User, on=(EnterpriseMember.user_id == User.id))
        .where(User.home_space.in_(spaces), EnterpriseMember.status != MemberStatus.ENDED)
    )
    loose = Enterprise.building.is_null() & Enterprise.id.in_(own)
    return Enterprise.building.in_(_towers(spaces)) | loose


def get(enterprise_id: int, space_ids: Iterable[int]) -> Enterprise:
    """Return a company these Spaces look after, with its tower; for a merged one its root. Raises
    NotFound, also for a company of others."""
    root = enterprises.get(enterprise_id)
    found: Enterprise | None = (
        _with_tower().where(Enterprise.id == root.id, is_kept_by(space_ids)).first()
    )
    if found is None:
        raise NotFound
    return found


def _with_tower() -> Any:
    return Enterprise.select(Enterprise, Building).join(Building, JOIN.LEFT_OUTER)


def search(
    space_ids: Iterable[int], filters: Filters, *, now: dt.datetime
) -> ModelSelect[Enterprise]:
    """Return the companies these Spaces look after, with their tower. Raises Invalid."""
    spaces = list(space_ids)
    query = _with_tower().where(is_kept_by(spaces), Enterprise.status == filters.status)
    if filters.text.strip():
        query = query.where(_is_or_was_called(filters.text.strip()))
    if filters.building_id is not None:
        query = query.where(Enterprise.building == filters.building_id)
    if filters.industry:
        query = query.where(Enterprise.industry == filters.industry)
    if filters.has_contact is not None:
        contacts = EnterpriseMember.select(EnterpriseMember.enterprise).where(
            EnterpriseMember.role == MemberRole.CONTACT,
            EnterpriseMember.status == MemberStatus.VERIFIED,
        )
        has = Enterprise.id.in_(contacts)
        query = query.where(has if filters.has_contact else ~has)
    if filters.silent_months is not None:
        then = enterprises_touches.months_ago(filters.silent_months, now=now)
        query = query.where(enterprises_touches.silent(spaces, then))
    if filters.lease_months is not None:
        until = enterprises_touches.months_from(day_of(now), filters.lease_months)
        query = query.where(Enterprise.tenancy_to <= until)
    return query  # type: ignore[no-any-return]  # peewee's stubs end here


def _is_or_was_called(text: str) -> Any:
    """A company is also found by the name it was entered under a second time."""
    merged = Enterprise.alias()
    former = merged.select(merged.merged_into).where(
        merged.merged_into.is_null(False),
        merged.name.contains(text) | merged.short_name.contains(text),
    )
    return enterprises.is_called(text) | Enterprise.id.in_(former)


def counts(space_ids: Iterable[int]) -> dict[EnterpriseStatus, int]:
    """Return how many companies these Spaces look after, there and moved out."""
    rows: Any = (
        Enterprise.select(Enterprise.status, fn.COUNT(Enterprise.id))
        .where(is_kept_by(space_ids))
        .group_by(Enterprise.status)
        .tuples()
    )
    return dict.fromkeys(EnterpriseStatus, 0) | {
        EnterpriseStatus(status): int(count) for status, count in rows
    }


def industries(space_ids: Iterable[int]) -> list[str]:
    """Return the industries named in the register of these Spaces, the most common first."""
    rows: Any = (
        Enterprise.select(Enterprise.industry)
        .where(is_kept_by(space_ids), Enterprise.industry != "")
        .group_by(Enterprise.industry)
        .order_by(fn.COUNT(Enterprise.id).desc(), Enterprise.industry)
        .limit(60)
        .tuples()
    )
    return [industry for (industry,) in rows]


def move_out(
    enterprise: Enterprise, on: dt.date, reason: str, *, actor: Actor, now: dt.datetime
) -> Enterprise:
    """Write down that the company left its tower; its file and its figures stay. Raises NotThere,
    VersionConflict."""
    if enterprise.status != EnterpriseStatus.ACTIVE:
        raise NotThere
    wanted = {"status": EnterpriseStatus.MOVED_OUT, "tenancy_to": on}
    return _moved("enterprises.move_out", enterprise, wanted, reason, actor=actor, now=now)


def move_back(enterprise: Enterprise, *, actor: Actor, now: dt.datetime) -> Enterprise:
    """Write down that a company that had left is there again. Raises VersionConflict."""
    wanted = {"status": EnterpriseStatus.ACTIVE, "tenancy_to": None}
    return _moved("enterprises.move_back", enterprise, wanted, "", actor=actor, now=now)


def _moved(
    action: str,
    enterprise: Enterprise,
    wanted: dict[str, Any],
    reason: str,
    *,
    actor: Actor,
    now: dt.datetime,
) -> Enterprise:
    with db.atomic():
        # One act, one line in the trail with its own word and reason, after the change's own.
        enterprises.change(enterprise, wanted, actor=actor, now=now)
        audit.record(actor, action, enterprise, now=now, reason=reason.strip())
    return enterprise


def workbook(
    space_ids: Iterable[int], filters: Filters, reason: str, *, actor: Actor, now: dt.datetime
) -> bytes:
    """Return the companies the filters let through as .xlsx, in the columns an import reads, and
    leave in the trail who took them along and why. Nobody's name is in it. Raises Invalid."""
    reason = audit.purpose(reason)
    spaces = sorted(space_ids)
    with db.atomic():
        rows = list(search(spaces, filters, now=now).order_by(Enterprise.name, Enterprise.id))
        for space in places.named(spaces):
            audit.record(
                actor,
                "enterprises.export",
                space,
                org_unit_id=space.id,
                now=now,
                after={"rows": len(rows)},
                reason=reason,
            )
    return files_sheets.workbook("企业", HEAD, [line_of(row) for row in rows], WIDTHS)


def line_of(row: Enterprise) -> list[str]:
    """Return a company as a line of a sheet."""
    return [
        row.name,
        row.short_name,
        row.credit_code or "",
        row.building.name if row.building else "",
        row.room,
        row.industry,
        row.size_band,
        row.tenancy_from.isoformat() if row.tenancy_from else "",
        row.tenancy_to.isoformat() if row.tenancy_to else "",
        "、".join(row.tags),
    ]
