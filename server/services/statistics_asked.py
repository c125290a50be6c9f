"""What is asked: which Spaces, which time, narrowed to what, and as things stood on which day."""

import datetime as dt
import json
from dataclasses import dataclass, field, replace
from typing import Any

from peewee import Case, fn

from models import Activity, Building, Checkin, Enterprise, EnterpriseMerge, Session
from models.activities import ActivityKind, SessionState


@dataclass(frozen=True)
class Only:
    """What the rows are narrowed to; None: not at all. The first three are an activity's, the
    others those of the company people came with."""

    series_id: int | None = None
    kind: ActivityKind | None = None
    goal: str | None = None
    enterprise_id: int | None = None
    building_id: int | None = None
    grid: str | None = None

    @property
    def is_of_company(self) -> bool:
        """Whether it narrows to companies."""
        return not (self.enterprise_id is None and self.building_id is None and self.grid is None)


@dataclass(frozen=True)
class Asked:
    """Over which Spaces and which time, as things stood at `as_of`.

    `roots` tells the root of companies that were merged or parted since `as_of`; None: nothing
    was, the present merges hold.
    """

    space_ids: tuple[int, ...]
    starts_at: dt.datetime
    ends_at: dt.datetime
    as_of: dt.datetime
    only: Only = field(default_factory=Only)
    is_past: bool = False
    roots: tuple[tuple[int, int], ...] | None = None

    def at(self, then: dt.datetime) -> "Asked":
        """Return the same question as it would have been answered at an earlier moment."""
        return replace(self, as_of=then, is_past=True, roots=_roots_at(then))


def _roots_at(then: dt.datetime) -> tuple[tuple[int, int], ...] | None:
    merges = list(EnterpriseMerge.select().order_by(EnterpriseMerge.id))
    if not any(each.created_at > then or (each.undone_at or then) > then for each in merges):
        return None
    stood = {
        each.source_id: each.target_id
        for each in merges
        if each.created_at <= then and (each.undone_at is None or each.undone_at > then)
    }
    roots = []
    for source in {each.source_id for each in merges}:
        root = source
        while root in stood:
            root = stood[root]
        roots.append((source, root))
    return tuple(roots)


def root_of(company: Any, asked: Asked) -> Any:
    """Return the expression for the root of a company as merges stood."""
    now = fn.COALESCE(company.merged_into, company.id)
    if not asked.roots:
        return now
    return Case(company.id, asked.roots, now)


def counted(asked: Asked) -> Any:
    """Return the condition on sessions and activities: of the Spaces, in the period, not cancelled
    and no rehearsal."""
    told = (
        Session.space.in_(asked.space_ids)
        & (Session.starts_at >= asked.starts_at)
        & (Session.starts_at < asked.ends_at)
        & (Session.state != SessionState.CANCELLED)
        & (Activity.is_rehearsal == False)  # noqa: E712
    )
    only = asked.only
    if only.series_id is not None:
        told &= Activity.series == only.series_id
    if only.kind is not None:
        told &= Activity.kind == only.kind
    if only.goal is not None:
        told &= _has_goal(only.goal)
    return told


def held(asked: Asked) -> Any:
    """Return the condition that a session that counts was over."""
    over = counted(asked) & (Session.state == SessionState.ENDED)
    return over & (Session.ends_at <= asked.as_of) if asked.is_past else over


def _has_goal(goal: str) -> Any:
    """SQLite keeps lists as they were dumped, PostgreSQL with their letters unescaped."""
    text: Any = Activity.five_goals.cast("TEXT")
    return text.contains(json.dumps(goal)) | text.contains(json.dumps(goal, ensure_ascii=False))


def valid(asked: Asked) -> Any:
    """Return the condition that a check-in was known and stood: what was voided later counts."""
    if not asked.is_past:
        return Checkin.voided_at.is_null()
    stood = Checkin.voided_at.is_null() | (Checkin.voided_at > asked.as_of)
    return (Checkin.recorded_at <= asked.as_of) & stood


def of_companies(column: Any, asked: Asked) -> Any:
    """Return the condition that the company in `column` is one of those asked for; None where all
    are."""
    only = asked.only
    if not only.is_of_company:
        return None
    company = Enterprise.alias()
    root = root_of(company, asked)
    if only.enterprise_id is not None:
        return column.in_(company.select(company.id).where(root == only.enterprise_id))
    there = Building.select(Building.id)
    if only.building_id is not None:
        there = there.where(Building.id == only.building_id)
    if only.grid is not None:
        there = there.where(Building.grid_code == only.grid)
    head = Enterprise.alias()
    heads = head.select(head.id).where(head.building.in_(there))
    return column.in_(company.select(company.id).where(root.in_(heads)))
