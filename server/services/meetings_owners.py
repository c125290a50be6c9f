"""Who can be given a task: staff of the Space or above it, and the partners it can call on."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from models import Grant, OrgUnit, Partner, Staff
from server.clock import day_of
from server.errors import Invalid
from server.schemas.meetings import TaskIn
from server.services import resources_partners
from server.services.staff_roles import ROLE_VERBS, Verb


@dataclass(frozen=True)
class Owners:
    """Who may be chosen, each list by name."""

    staff: list[Staff]
    partners: list[Partner]


def possible(space_id: int, *, now: dt.datetime) -> Owners:
    """Return who can be given a task of the Space's meetings today."""
    return Owners(_staff(space_id, now), resources_partners.usable_in(space_id))


def require(space_id: int, form: TaskIn, *, now: dt.datetime) -> None:
    """Let pass an owner there is: one account or one partner, or a name where neither fits. Raises
    Invalid."""
    if form.owner_staff_id is not None and form.owner_partner_id is not None:
        raise Invalid(fields={"owner_text": "负责人只能选一个：工作人员或共建单位"})
    if form.owner_staff_id is not None:
        if form.owner_staff_id not in {account.id for account in _staff(space_id, now)}:
            raise Invalid(fields={"owner_staff_id": "请选择本空间或镇里的工作人员"})
    elif form.owner_partner_id is not None:
        if resources_partners.find_usable(form.owner_partner_id, space_id) is None:
            raise Invalid(fields={"owner_partner_id": "请选择名录中的共建单位"})
    elif not form.owner_text.strip():
        raise Invalid(fields={"owner_text": "请选择或填写由谁负责"})


def _staff(space_id: int, now: dt.datetime) -> list[Staff]:
    """Return the open accounts that see the Space today by a role held there or above."""
    today = day_of(now)
    path = OrgUnit.get_by_id(space_id).path
    above = [int(part) for part in path.strip("/").split("/")]
    seeing = [role.value for role, verbs in ROLE_VERBS.items() if Verb.SEE in verbs]
    held: Any = Grant.select(Grant.staff).where(
        Grant.org_unit.in_(above),
        Grant.role.in_(seeing),
        Grant.revoked_at.is_null(),
        Grant.from_on <= today,
        Grant.to_on.is_null() | (Grant.to_on >= today),
    )
    rows = Staff.select().where(Staff.id.in_(held), Staff.active == True)  # noqa: E712
    return list(rows.order_by(Staff.name, Staff.id))
