"""The way from company to company: by building, floor and room, and whom to ask for there."""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from models import EnterpriseMember, Need, User, VisitCampaign, VisitTarget
from models.enterprises import MemberRole, MemberStatus
from server.crypto import Vault
from server.services import needs_desk, users
from server.services.staff import Scope
from server.services.visits_rules import SETTLED

_FLOOR = re.compile(r"(B\d)(?!\d)|(\d{1,3})\s*(?:F|楼|层)", re.I)
_ROOM = re.compile(r"(\d{1,2})\d{2}(?!\d)")


@dataclass(frozen=True)
class Contact:
    """Whom to ask for at a company; the phone as far as it may be shown."""

    name: str
    phone: str


def route(targets: Iterable[VisitTarget]) -> list[VisitTarget]:
    """Return targets in the order of a walk: by building, then floor, then room."""

    def place(target: VisitTarget) -> tuple[Any, ...]:
        company = target.enterprise
        tower = company.building.name if company.building else ""
        return (not tower, tower, floor_of(company.room)[0], company.room, company.name)

    return sorted(targets, key=place)


def floor_of(room: str) -> tuple[int, str]:
    """Return the floor a room is on as a number to sort by and as people say it; the highest
    number and nothing where the room does not tell."""
    said = _FLOOR.search(room)
    if said:
        below, above = said.groups()
        return (-int(below[1:]), below.upper()) if below else (int(above), above)
    numbered = _ROOM.search(room)
    return (int(numbered[1]), numbered[1]) if numbered else (999, "")


def contacts(enterprise_ids: Iterable[int], vault: Vault) -> dict[int, Contact]:
    """Return whom to ask for at each company: its verified contact, the phone masked."""
    rows: Any = (
        EnterpriseMember.select(EnterpriseMember, User)
        .join(User, on=(EnterpriseMember.user_id == User.id), attr="user")
        .where(
            EnterpriseMember.enterprise.in_(list(enterprise_ids)),
            EnterpriseMember.role == MemberRole.CONTACT,
            EnterpriseMember.status == MemberStatus.VERIFIED,
        )
        .order_by(EnterpriseMember.id.desc())
    )
    return {
        row.enterprise_id: Contact(
            users.display_name(row.user), users.masked_phone(row.user, vault) or ""
        )
        for row in rows
    }


def waiting(
    scope: Scope, campaign: VisitCampaign, enterprise_ids: Iterable[int], *, now: dt.datetime
) -> dict[int, list[Need]]:
    """Return the open needs of each company whose words the staff may read, the soonest due
    first."""
    filters = needs_desk.Filters(space_id=campaign.space_id)
    query = needs_desk.filtered(scope, filters, now=now).where(
        Need.enterprise_id.in_(list(enterprise_ids)),
        Need.state.not_in([state.value for state in SETTLED]),
    )
    found: dict[int, list[Need]] = {}
    for need in query.order_by(Need.due_resolve, Need.id):
        found.setdefault(need.enterprise_id or 0, []).append(need)
    return found
