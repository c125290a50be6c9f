"""What the file of a company is told from: one Source per kind of row, each line with its door.

A new kind is a new line of SOURCES: how many rows there are, and the rows, the newest first.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from peewee import JOIN, fn

from models import (
    Activity,
    Checkin,
    Enterprise,
    EnterpriseCare,
    EnterpriseMerge,
    Expert,
    Need,
    Resource,
    ResourceUse,
    Session,
    Space,
    VisitCampaign,
    VisitRecord,
)
from models.activities import SessionState
from models.needs import NeedState, Outcome
from server.clock import at_shanghai
from server.services import needs_desk
from server.services.needs_desk import Filters
from server.services.needs_states import OPEN
from server.services.staff import Scope, Verb


@dataclass(frozen=True)
class Look:
    """Who looks at which company: `family` is its id and those of all that were merged into it."""

    scope: Scope
    family: tuple[int, ...]
    now: dt.datetime

    def spaces(self, verb: Verb) -> list[int]:
        """Return the Spaces whose rows they see, by what they may do there."""
        return sorted(self.scope.space_ids(verb))


@dataclass(frozen=True)
class Line:
    """One thing that happened. `row_id` is of what `kind` says (a visit's is its target's); `weight` is what it counts."""

    kind: str
    at: dt.datetime
    title: str
    detail: str
    row_id: int
    weight: int = 1
    tag: Any = None
    """How it stands, for kinds that have a state."""


@dataclass(frozen=True)
class Source:
    """A kind of line: its name, its select (with `weight`), by which moment, and how one reads."""

    kind: str
    name: str
    unit: str
    select: Callable[[Look], Any]
    by: Any
    line: Callable[[Look, Any], Line]

    def total(self, look: Look) -> int:
        """Return Σ weight of all its lines: the figure that opens to them."""
        rows = self.select(look).alias("rows")
        return int(rows.select_from(fn.COALESCE(fn.SUM(rows.c.weight), 0)).scalar())

    def count(self, look: Look) -> int:
        """Return how many lines there are."""
        return int(self.select(look).count())

    def lines(self, look: Look, *, offset: int = 0, limit: int = 20) -> list[Line]:
        """Return lines, the newest first."""
        table = self.by.model
        rows = self.select(look).order_by(self.by.desc(), table.id.desc())
        return [self.line(look, row) for row in rows.offset(offset).limit(limit)]


def _one() -> Any:
    return fn.COALESCE(1, 0).alias("weight")


def _needs(*wanted: Any) -> Callable[[Look], Any]:
    def select(look: Look) -> Any:
        # Whose words the staff may read is the desk's to say.
        query = needs_desk.filtered(look.scope, Filters(), now=look.now)
        query = query.select_extend(_one()).where(Need.enterprise_id.in_(look.family))
        return query.where(*wanted) if wanted else query

    return select


def _need(look: Look, row: Any) -> Line:
    detail = f"{row.no} · {row.category.name}"
    return Line("needs", row.received_at, row.title, detail, row.id, 1, row.state)


def _attended(look: Look) -> Any:
    there = fn.SUM(Checkin.party_present + 1)
    return (
        Session.select(Session, Activity, Space, there.alias("weight"))
        .join_from(Session, Activity)
        .join_from(Activity, Space)
        .join_from(Session, Checkin)
        .where(
            Checkin.enterprise_id.in_(look.family),
            Checkin.voided_at.is_null(),
            Session.space.in_(look.spaces(Verb.READ_VISITS)),
            Session.state != SessionState.CANCELLED,
            Activity.is_rehearsal == False,  # noqa: E712
        )
        .group_by(Session, Activity, Space)
    )


def _session(look: Look, row: Any) -> Line:
    detail = f"到场 {row.weight} 人次"
    return Line("activities", row.starts_at, row.activity.title, detail, row.id, row.weight)


def _visits(look: Look) -> Any:
    return (
        VisitRecord.select(VisitRecord, VisitCampaign, _one())
        .join(VisitCampaign)
        .where(
            VisitRecord.enterprise.in_(look.family),
            VisitRecord.space.in_(look.spaces(Verb.READ_VISITS)),
        )
    )


def _visit(look: Look, row: Any) -> Line:
    # Who was met and what was said is for those who visit; that there was a visit, for all.
    works = look.scope.allows(Verb.VISIT, row.space_id)
    said = row.summary.strip().splitlines() if works else []
    title = said[0][:80] if said else row.campaign.title
    return Line("visits", row.visited_at, title, row.met if works else "", row.target_id)


def _received(look: Look) -> Any:
    needs = Need.select(Need.id).where(Need.enterprise_id.in_(look.family))
    return (
        ResourceUse.select(ResourceUse, Resource, Expert, _one())
        .join_from(ResourceUse, Resource, JOIN.LEFT_OUTER)
        .join_from(ResourceUse, Expert, JOIN.LEFT_OUTER)
        .where(
            ResourceUse.enterprise.in_(look.family) | ResourceUse.need.in_(needs),
            ResourceUse.space.in_(look.spaces(Verb.READ_VISITS)),
            ResourceUse.voided_reason == "",
        )
    )


def _use(look: Look, row: Any) -> Line:
    what = row.resource.name if row.resource_id else row.expert.name
    at = at_shanghai(row.used_on, dt.time())
    said = " · ".join(part for part in (row.amount, row.outcome) if part)
    return Line("resources", at, what, said, row.id)


def _cared(look: Look) -> Any:
    return EnterpriseCare.select(EnterpriseCare, _one()).where(
        EnterpriseCare.enterprise.in_(look.family),
        EnterpriseCare.space.in_(look.spaces(Verb.READ_VISITS)),
    )


def _care(look: Look, row: Any) -> Line:
    at = at_shanghai(row.on_day, dt.time())
    text = row.text if look.scope.allows(Verb.VISIT, row.space_id) else "关怀"
    return Line("care", at, text, "", row.id, 1, row.kind)


def _merged(look: Look) -> Any:
    return (
        EnterpriseMerge.select(EnterpriseMerge, Enterprise, _one())
        .join(Enterprise, on=(EnterpriseMerge.source == Enterprise.id))
        .where(EnterpriseMerge.target.in_(look.family), EnterpriseMerge.undone_at.is_null())
    )


def _merge(look: Look, row: Any) -> Line:
    return Line("merges", row.created_at, f"“{row.source.name}”并入", row.reason, row.id)


_SOLVED = (NeedState.ANSWERED.value, NeedState.CLOSED.value)
_IS_OPEN = Need.state.in_([state.value for state in OPEN])
_IS_SOLVED = Need.state.in_(_SOLVED) & (Need.outcome == Outcome.SOLVED)
_STARTS, _HEARD = Session.starts_at, Need.received_at

SOURCES = {
    each.kind: each
    for each in (
        Source("visits", "走访", "次", _visits, VisitRecord.visited_at, _visit),
        Source("needs", "诉求", "件", _needs(), _HEARD, _need),
        Source("activities", "参加活动", "人次", _attended, _STARTS, _session),
        Source("resources", "得到的资源", "次", _received, ResourceUse.used_on, _use),
        Source("care", "关怀记录", "次", _cared, EnterpriseCare.on_day, _care),
        Source("merges", "企业合并", "次", _merged, EnterpriseMerge.created_at, _merge),
    )
}
"""Every kind of line of the file; together they are its timeline."""

PARTS = {
    each.kind: each
    for each in (
        Source("needs_open", "未办结", "件", _needs(_IS_OPEN), _HEARD, _need),
        Source("needs_solved", "已解决", "件", _needs(_IS_SOLVED), _HEARD, _need),
    )
}
"""Figures that are a part of a source, and open to rows of their own."""
