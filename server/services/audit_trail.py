"""The trail as people read it: who may see which line, and how much of what people wrote."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, Final

from models import AuditLog, OrgUnit
from models.staff import Role
from server.clock import at_shanghai
from server.errors import Forbidden
from server.paging import Page, keyset
from server.services.staff import Scope
from server.services.staff_roles import ROLE_VERBS, Verb

_ABOUT_PEOPLE: Final = frozenset(
    {"needs", "tasks", "meetings", "visits", "enterprises", "signups", "users", "checkins"}
    | {"resources", "clusters", "cases", "surveys"}
)
"""Words whose lines may quote what people wrote, or name them."""
_ALWAYS: Final = frozenset({"state", "role", "due_on", "from", "to", "rows", "added", "month"})
"""Facts that name nobody."""


@dataclass(frozen=True)
class Filters:
    """Which lines are asked for; what is empty asks nothing."""

    who: str = ""
    word: str = ""
    object_type: str = ""
    object_id: int | None = None
    from_on: dt.date | None = None
    to_on: dt.date | None = None


@dataclass(frozen=True)
class Line:
    """One line of the trail as the reader may see it: each change as (name, before, after)."""

    row: AuditLog
    place: str
    changes: list[tuple[str, Any, Any]]
    reason: str


def search(by: Scope, filters: Filters, *, cursor: str | None, limit: int) -> Page[Any]:
    """Return a page of lines of the reader's places, and of the reader's own, latest first. Raises
    Forbidden, PageUnknown."""
    rows = AuditLog.select().where(_seen(by), *_asked(filters))
    page = keyset(rows, by=AuditLog.at, cursor=cursor, limit=limit)
    units = {row.org_unit_id for row in page.items if row.org_unit_id is not None}
    names = {row.id: row.name for row in OrgUnit.select().where(OrgUnit.id.in_(units))}
    desks = by.space_ids(Verb.WORK_NEEDS)
    lines = [_line(row, names.get(row.org_unit_id, ""), by, desks) for row in page.items]
    return Page(lines, page.next)


def _line(row: AuditLog, place: str, by: Scope, desks: frozenset[int]) -> Line:
    """Who does not work at that desk reads what happened, not what people wrote."""
    is_own = row.actor_kind == "staff" and row.actor_id == by.staff_id
    word = row.action.partition(".")[0]
    reads_all = is_own or word not in _ABOUT_PEOPLE or row.org_unit_id in desks
    names = [*row.before, *(name for name in row.after if name not in row.before)]
    changes = [
        (name, row.before.get(name), row.after.get(name))
        for name in names
        if (reads_all or name in _ALWAYS) and row.before.get(name) != row.after.get(name)
    ]
    return Line(row, place, changes, row.reason if reads_all else "")


def _seen(by: Scope) -> Any:
    held = [(role, path) for role, path in by.grants if Verb.READ_AUDIT in ROLE_VERBS[role]]
    if not held:
        raise Forbidden
    own = (AuditLog.actor_kind == "staff") & (AuditLog.actor_id == by.staff_id)
    if any(role is Role.PLATFORM_ADMIN for role, _ in held):
        return AuditLog.id.is_null(False)
    below = reduce(or_, (OrgUnit.path.startswith(path) for _, path in held))
    return own | AuditLog.org_unit_id.in_(OrgUnit.select(OrgUnit.id).where(below))


def _asked(filters: Filters) -> list[Any]:
    asked: list[Any] = []
    if filters.who:
        asked.append(AuditLog.actor_name.contains(filters.who))
    if filters.word:
        asked.append(AuditLog.action.startswith(f"{filters.word}."))
    if filters.object_type:
        asked.append(AuditLog.object_type == filters.object_type)
    if filters.object_id is not None:
        asked.append(AuditLog.object_id == filters.object_id)
    if filters.from_on:
        asked.append(AuditLog.at >= at_shanghai(filters.from_on, dt.time()))
    if filters.to_on:
        after = filters.to_on + dt.timedelta(days=1)
        asked.append(AuditLog.at < at_shanghai(after, dt.time()))
    return asked
