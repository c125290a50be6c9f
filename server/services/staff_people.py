"""Who works where: the accounts one may look after, and what each of them holds."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from models import Grant, OrgUnit, Partner, Staff
from models.staff import Role
from server.clock import day_of
from server.errors import Forbidden, NotFound
from server.paging import NumberedPage, numbered
from server.services.staff import Scope, require_grant
from server.services.staff_roles import MAY_GRANT, PLACES, ROLE_VERBS, Verb


@dataclass(frozen=True)
class Held:
    """A role as the list shows it. `when`: now, later, over or revoked; `may_change`: the reader
    gives that role there."""

    grant: Grant
    when: str
    may_change: bool
    partner: str = ""


@dataclass(frozen=True)
class Person:
    """An account and what it holds where the reader looks after people."""

    account: Staff
    held: list[Held]


def search(by: Scope, text: str, *, number: int, now: dt.datetime) -> NumberedPage[Any]:
    """Return a page of the accounts that hold or held a role where the reader gives roles, by name;
    the platform admin's holds those without any role too."""
    rows = Staff.select().order_by(Staff.active.desc(), Staff.name, Staff.id)
    if not _is_everywhere(by):
        here = Grant.select(Grant.staff).join(OrgUnit).where(_below(by))
        rows = rows.where(Staff.id.in_(here))
    if text:
        rows = rows.where(Staff.name.contains(text) | Staff.login.contains(text))
    found = numbered(rows, number=number)
    held = _held([row.id for row in found.items], by, now)
    people = [Person(row, held.get(row.id, [])) for row in found.items]
    return NumberedPage(people, found.number, found.pages, found.total)


def get(by: Scope, staff_id: int, *, now: dt.datetime) -> Person:
    """Return an account the reader may see. Raises NotFound."""
    found: Staff | None = Staff.get_or_none(Staff.id == staff_id)
    try:
        held = _held([staff_id], by, now).get(staff_id, [])
    except Forbidden as error:  # who gives no roles anywhere does not learn who is there
        raise NotFound from error
    if found is None or not (held or _is_everywhere(by)):
        raise NotFound
    return Person(found, held)


def require_over(by: Scope, account: Staff, *, now: dt.datetime) -> None:
    """Let pass who gives every role the account holds or will hold: nobody opens or shuts the account
    of somebody above them. Raises Forbidden."""
    live: Any = (
        Grant.select(Grant, OrgUnit)
        .join(OrgUnit)
        .where(
            Grant.staff == account,
            Grant.revoked_at.is_null(),
            Grant.to_on.is_null() | (Grant.to_on >= day_of(now)),
        )
    )
    rows = list(live)
    for row in rows:
        require_grant(by, row.role, row.org_unit)
    if not rows and not _is_everywhere(by) and not _was_mine(by, account):
        raise Forbidden


def looks_after(by: Scope, account: Staff, *, now: dt.datetime) -> bool:
    """Say whether the reader may give the account a new password or close it."""
    try:
        require_over(by, account, now=now)
    except Forbidden:
        return False
    return True


def places(by: Scope) -> list[tuple[Role, list[OrgUnit]]]:
    """Return the roles one may give, each with where it can be held, by name."""
    given: dict[Role, list[OrgUnit]] = {}
    units = list(OrgUnit.select().where(OrgUnit.active == True, _below(by)).order_by(OrgUnit.name))  # noqa: E712
    for role in Role:
        paths = [path for held, path in by.grants if role in MAY_GRANT.get(held, ())]
        fits = [
            unit
            for unit in units
            if PLACES.get(role, unit.kind) == unit.kind
            and any(unit.path.startswith(path) for path in paths)
        ]
        if fits:
            given[role] = fits
    return list(given.items())


def _held(staff_ids: list[int], by: Scope, now: dt.datetime) -> dict[int, list[Held]]:
    rows: Any = (
        Grant.select(Grant, OrgUnit)
        .join(OrgUnit)
        .where(Grant.staff.in_(staff_ids), _below(by))
        .order_by(Grant.from_on.desc(), Grant.id.desc())
    )
    grants = list(rows)
    asked = {row.partner_id for row in grants if row.partner_id is not None}
    partners = {row.id: row.name for row in Partner.select().where(Partner.id.in_(asked))}
    found: dict[int, list[Held]] = {}
    for row in grants:
        may = any(
            row.role in MAY_GRANT.get(role, ()) and row.org_unit.path.startswith(path)
            for role, path in by.grants
        )
        partner = partners.get(row.partner_id, "")
        found.setdefault(row.staff_id, []).append(Held(row, _when(row, day_of(now)), may, partner))
    return found


def _when(row: Grant, today: dt.date) -> str:
    if row.revoked_at is not None:
        return "revoked"
    if row.to_on is not None and row.to_on < today:
        return "over"
    return "later" if row.from_on > today else "now"


def _is_everywhere(by: Scope) -> bool:
    return Role.PLATFORM_ADMIN in by.roles


def _was_mine(by: Scope, account: Staff) -> bool:
    return bool(Grant.select().join(OrgUnit).where(Grant.staff == account, _below(by)).exists())


def _below(by: Scope) -> Any:
    paths = [path for role, path in by.grants if Verb.GRANT in ROLE_VERBS[role]]
    if not paths:
        raise Forbidden
    return reduce(or_, (OrgUnit.path.startswith(path) for path in paths))
