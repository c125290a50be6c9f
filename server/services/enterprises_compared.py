"""Two companies side by side: what making one of them would move, fill in and restate."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from models import (
    Checkin,
    Enterprise,
    EnterpriseCare,
    EnterpriseMember,
    Need,
    ResourceUse,
    Signup,
    VisitRecord,
    VisitTarget,
)
from models.enterprises import EnterpriseStatus, MemberStatus
from server.errors import Invalid
from server.services import enterprises, enterprises_restated
from server.services.enterprises import EnterpriseMerged

_FACTS: Final = (
    "short_name", "credit_code", "building_id", "room", "industry", "size_band",
    "tenancy_from", "tenancy_to",
)  # fmt: skip


class SameEnterprise(Invalid):
    code, message = "same_enterprise", "请选择两家不同的企业"


@dataclass(frozen=True)
class Preview:
    """What a merge would do, before it does."""

    source: Enterprise
    target: Enterprise
    counts: dict[str, int]
    """How many rows of each kind count for the target afterwards."""
    fills: dict[str, Any]
    """Facts the target has not and takes over."""
    warnings: list[str]
    restated: list[enterprises_restated.Change]
    """Figures that will read differently."""


def preview(source: Enterprise, target: Enterprise, *, now: dt.datetime) -> Preview:
    """Return what merging would do. Writes nothing. Raises SameEnterprise, EnterpriseMerged."""
    require_two(source, target)
    return Preview(
        source,
        target,
        _counts(enterprises.family_of(source)),
        fills(source, target),
        list(_warnings(source, target)),
        enterprises_restated.foresee(source, target, now=now),
    )


def require_two(source: Enterprise, target: Enterprise) -> None:
    """Let pass two companies that can be merged. Raises SameEnterprise, EnterpriseMerged."""
    if source.id == target.id:
        raise SameEnterprise
    if EnterpriseStatus.MERGED in (source.status, target.status):
        raise EnterpriseMerged


def _counts(family: tuple[int, ...]) -> dict[str, int]:
    def count(column: Any, *where: Any) -> int:
        return int(column.model.select().where(column.in_(family), *where).count())

    live = EnterpriseMember.status != MemberStatus.ENDED
    return {
        "members": count(EnterpriseMember.enterprise, live),
        "former_members": count(EnterpriseMember.enterprise, ~live),
        "needs": count(Need.enterprise_id),
        "signups": count(Signup.enterprise_id),
        "checkins": count(Checkin.enterprise_id, Checkin.voided_at.is_null()),
        "visits": count(VisitRecord.enterprise),
        "visit_targets": count(VisitTarget.enterprise, VisitTarget.removed_at.is_null()),
        "resources": count(ResourceUse.enterprise),
        "care": count(EnterpriseCare.enterprise),
        "merged": len(family) - 1,
    }


def fills(source: Enterprise, target: Enterprise) -> dict[str, Any]:
    """Return the facts the target has not and takes over; its tags become those of both."""
    missing = {
        name: getattr(source, name)
        for name in _FACTS
        if getattr(source, name) and not getattr(target, name)
    }
    if source.building_id != target.building_id and target.building_id:
        missing.pop("room", None)  # a room of another tower
    tags = [tag for tag in source.tags if tag not in target.tags]
    return missing | ({"tags": [*target.tags, *tags]} if tags else {})


def _warnings(source: Enterprise, target: Enterprise) -> Iterable[str]:
    codes = {source.credit_code, target.credit_code} - {None, ""}
    if len(codes) == 2:
        yield "两家的统一社会信用代码不同，通常不是同一家企业，请核对后再合并。"
    if source.building_id and target.building_id and source.building_id != target.building_id:
        yield "两家登记在不同的楼，合并后以保留的一家为准。"
    if target.status != EnterpriseStatus.ACTIVE:
        yield "保留的一家已经搬离；如果还在驻，请反过来合并。"
