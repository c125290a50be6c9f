"""The register behind partners, experts and resources: who sees a row, who keeps it, its writing."""

from __future__ import annotations

import datetime as dt
import functools
import operator
from collections.abc import Iterable
from typing import Any, TypeVar

from peewee import JOIN, IntegrityError

from models import Expert, OrgUnit, Partner, Resource, db, new_id
from models.spaces import OrgKind
from server.crypto import Vault
from server.errors import Conflict, Forbidden, Invalid, NotFound, VersionConflict
from server.services import audit
from server.services.audit import Actor
from server.services.staff import Scope, Verb

T = TypeVar("T", Partner, Expert, Resource)


class NameTaken(Conflict):
    code, message = "name_taken", "这里已经有同名的一条，请直接使用或修改那一条"


class NotYours(Forbidden):
    message = "这一条由上级或其他空间维护，您可以使用，不能修改"


def select(table: type[T]) -> Any:
    """Return a select of rows with their knot of the tree, and their partner if they have one."""
    if table is Partner:
        return table.select(table, OrgUnit).join(OrgUnit)
    query = table.select(table, OrgUnit, Partner).join(OrgUnit).switch(table)
    return query.join(Partner, JOIN.LEFT_OUTER)


def usable(table: type[T], unit_ids: Iterable[int]) -> Any:
    """Return the condition that at least one of these units can use the row: it is kept there or
    above, or it is shared by a Space of the same town."""
    units = list(OrgUnit.select().where(OrgUnit.id.in_(list(unit_ids))))
    above = {int(part) for unit in units for part in unit.path.strip("/").split("/")}
    towns = {unit.parent_id for unit in units if unit.kind is OrgKind.SPACE}
    neighbours = OrgUnit.select(OrgUnit.id).where(
        OrgUnit.parent.in_(list(towns)), OrgUnit.kind == OrgKind.SPACE
    )
    lent = (table.is_shared == True) & table.org_unit.in_(neighbours)  # noqa: E712
    return table.org_unit.in_(list(above)) | lent


def search(
    table: type[T],
    scope: Scope,
    *,
    text: str = "",
    space_id: int | None = None,
    active: bool | None = True,
) -> Any:
    """Return a select of the rows the staff may look at; `space_id`: only what that Space can use;
    `active` None: retired ones too. Raises NotFound for a Space that is none of theirs."""
    mine = scope.space_ids(Verb.READ_VISITS)
    if space_id is not None and space_id not in mine:
        raise NotFound
    query = select(table).where(usable(table, mine if space_id is None else [space_id]))
    if active is not None:
        query = query.where(table.active == active)
    if text:
        query = query.where(_holds(table, text))
    return query


def _holds(table: type[T], text: str) -> Any:
    words: dict[str, tuple[str, ...]] = {
        "Partner": ("name", "contact_name", "note"),
        "Expert": ("name", "title", "skills"),
        "Resource": ("name", "terms"),
    }
    columns = [getattr(table, name) for name in words[table.__name__]]
    return functools.reduce(operator.or_, [column.contains(text) for column in columns])


def get(table: type[T], scope: Scope, row_id: int) -> T:
    """Return a row the staff may look at, retired ones too. Raises NotFound."""
    row: T | None = search(table, scope, active=None).where(table.id == row_id).first()
    if row is None:
        raise NotFound
    return row


def find_usable(table: type[T], row_id: int, unit_id: int) -> T | None:
    """Return the row if it is active and the unit can use it, or None."""
    row: T | None = (
        select(table)
        .where(table.id == row_id, table.active == True, usable(table, [unit_id]))  # noqa: E712
        .first()
    )
    return row


def usable_in(table: type[T], unit_id: int) -> list[T]:
    """Return the active rows a Space can use, by name."""
    query = select(table).where(usable(table, [unit_id]), table.active == True)  # noqa: E712
    return list(query.order_by(table.name, table.id))


def keeps(scope: Scope, unit: OrgUnit) -> bool:
    """Say whether the staff may add and change rows of that knot of the tree."""
    return scope.holds(Verb.KEEP_RESOURCES, unit.path)


def units_kept(scope: Scope) -> list[OrgUnit]:
    """Return the knots, from the top down, in which the staff may keep rows: own Spaces, and the
    town for whoever works there."""
    units = OrgUnit.select().where(OrgUnit.active == True).order_by(OrgUnit.path)  # noqa: E712
    return [unit for unit in units if keeps(scope, unit)]


def add(
    table: type[T],
    unit_id: int,
    values: dict[str, Any],
    *,
    scope: Scope,
    vault: Vault | None = None,
    actor: Actor,
    now: dt.datetime,
) -> T:
    """Write a new row of a knot of the tree and return it. Raises NotFound, Forbidden, NameTaken,
    Invalid."""
    unit = OrgUnit.get_or_none(OrgUnit.id == unit_id, OrgUnit.active)
    if unit is None:
        raise NotFound
    _require(scope, unit)
    row_id = new_id()
    told = _told(values)
    values = _sealed(table, row_id, values, vault)
    _check_partner(values, unit.id)
    try:
        with db.atomic():
            row = table.add(now=now, by=actor.id, id=row_id, org_unit=unit, **values)
            audit.record(
                actor, f"{_word(table)}.add", row, now=now, org_unit_id=unit.id, after=told
            )
    except IntegrityError:
        raise NameTaken from None
    return get(table, scope, row.id)


def change(
    row: T,
    values: dict[str, Any],
    *,
    expected: int,
    scope: Scope,
    vault: Vault | None = None,
    actor: Actor,
    now: dt.datetime,
) -> T:
    """Write a row anew and return it; `active` among the values retires or restores it. Raises
    Forbidden, VersionConflict, NameTaken, Invalid."""
    if not keeps(scope, row.org_unit):
        raise NotYours
    table = type(row)
    before = {name: getattr(row, name) for name in values if name != "phone"}
    told = _told(values)
    written = _sealed(table, row.id, values, vault)
    _check_partner(written, row.org_unit_id, kept=getattr(row, "partner_id", None))
    try:
        with db.atomic():
            if not row.change(now=now, by=actor.id, expected=expected, **written):
                raise VersionConflict(current=current(get(table, scope, row.id)))
            changed = [name for name in before if _plain(before[name]) != told[name]]
            audit.record(
                actor,
                f"{_word(table)}.{'change' if row.active else 'retire'}",
                row,
                now=now,
                org_unit_id=row.org_unit_id,
                before={name: _plain(before[name]) for name in changed},
                after={name: told[name] for name in changed},
            )
    except IntegrityError:
        raise NameTaken from None
    return get(table, scope, row.id)


def retire(
    row: T,
    *,
    active: bool = False,
    expected: int,
    scope: Scope,
    actor: Actor,
    now: dt.datetime,
) -> T:
    """Take a row out of every list to choose from, or bring it back (`active`); what it did stays.
    Raises Forbidden, VersionConflict, NameTaken."""
    return change(row, {"active": active}, expected=expected, scope=scope, actor=actor, now=now)


def phone_of(row: Partner | Expert, vault: Vault) -> str:
    """Return the phone as it was written down; empty if there is none."""
    if row.phone_enc is None:
        return ""
    return vault.open(bytes(row.phone_enc), place=_place(type(row), row.id))


def current(row: Any) -> dict[str, Any]:
    """Return what a person who was overtaken needs to see."""
    return {"version": row.version, "name": row.name, "active": row.active}


def _require(scope: Scope, unit: OrgUnit) -> None:
    """Existence is not told to strangers; who sees a unit learns that they may not."""
    if keeps(scope, unit):
        return
    mine = OrgUnit.select().where(OrgUnit.id.in_(list(scope.space_ids(Verb.READ_VISITS))))
    if any(space.path.startswith(unit.path) for space in mine):
        raise NotYours
    raise NotFound


def _check_partner(values: dict[str, Any], unit_id: int, kept: int | None = None) -> None:
    """A partner named must be one the unit can use; the one that stood there may stay."""
    partner_id = values.get("partner_id")
    if partner_id in (None, kept):
        return
    if find_usable(Partner, partner_id, unit_id) is None:
        raise Invalid(fields={"partner_id": "请选择名录中的共建单位"})


def _sealed(
    table: type[T], row_id: int, values: dict[str, Any], vault: Vault | None
) -> dict[str, Any]:
    """Return the columns to write: the phone as ciphertext."""
    columns = {name: value for name, value in values.items() if name != "phone"}
    if "phone" in values:
        assert vault is not None
        phone = values["phone"].strip()
        columns["phone_enc"] = vault.seal(phone, place=_place(table, row_id)) if phone else None
    return columns


def _told(values: dict[str, Any]) -> dict[str, Any]:
    """Return what the trail may keep: everything but the phone."""
    return {name: _plain(value) for name, value in values.items() if name != "phone"}


def _plain(value: Any) -> Any:
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _place(table: type[Any], row_id: int) -> str:
    return f"{table.__name__.lower()}.phone:{row_id}"


def _word(table: type[Any]) -> str:
    return f"{table.__name__.lower()}s"
