"""Who goes on visits: the staff of a Space whose roles say so."""

import datetime as dt

from models import Grant, Staff
from server.clock import day_of
from server.services.staff import ROLE_VERBS, Verb

_ROLES = [role.value for role, verbs in ROLE_VERBS.items() if Verb.VISIT in verbs]


def visitors_of(space_id: int, *, now: dt.datetime) -> list[Staff]:
    """Return the open accounts that may visit for the Space today, by name."""
    today = day_of(now)
    # These roles are held at the Space itself (staff_roles.PLACES).
    holding = Grant.select(Grant.staff).where(
        Grant.org_unit == space_id,
        Grant.role.in_(_ROLES),
        Grant.revoked_at.is_null(),
        Grant.from_on <= today,
        Grant.to_on.is_null() | (Grant.to_on >= today),
    )
    rows = Staff.select().where(Staff.id.in_(holding), Staff.active == True)  # noqa: E712
    return list(rows.order_by(Staff.name, Staff.id))
