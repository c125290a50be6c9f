"""Console accounts: who may do what, where (product roles), and their making."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

from models import Grant, OrgUnit, Space, Staff
from models.staff import Role
from server.clock import day_of
from server.errors import Forbidden, NotFound


class Verb(StrEnum):
    """What staff may be allowed to do in a Space."""

    SEE = "see"
    SCAN = "scan"
    ADMIT = "admit"  # search, walk-in, void
    EDIT_ACTIVITIES = "edit_activities"
    EDIT_MENU = "edit_menu"
    PUBLISH_MENU = "publish_menu"
    CANCEL_ACTIVITY = "cancel_activity"
    OVERRIDE_CAPACITY = "override_capacity"
    SUBMIT_NEED = "submit_need"
    WORK_NEEDS = "work_needs"  # triage, dispatch, reply, answer
    READ_ESCALATED = "read_escalated"
    VISIT = "visit"
    READ_VISITS = "read_visits"
    EXPORT_PEOPLE = "export_people"
    STATISTICS = "statistics"
    STATISTICS_SUMS = "statistics_sums"
    GRANT = "grant"
    SETTINGS = "settings"


_SCANNER = {Verb.SEE, Verb.SCAN}
_OPERATOR = _SCANNER | {
    Verb.ADMIT,
    Verb.EDIT_ACTIVITIES,
    Verb.EDIT_MENU,
    Verb.SUBMIT_NEED,
    Verb.WORK_NEEDS,
    Verb.VISIT,
    Verb.READ_VISITS,
    Verb.STATISTICS,
}
_KEEPER = _OPERATOR | {
    Verb.PUBLISH_MENU,
    Verb.CANCEL_ACTIVITY,
    Verb.OVERRIDE_CAPACITY,
    Verb.EXPORT_PEOPLE,
    Verb.GRANT,
}

ROLE_VERBS: dict[Role, frozenset[Verb]] = {
    Role.SCANNER: frozenset(_SCANNER),
    Role.OPERATOR: frozenset(_OPERATOR),
    Role.KEEPER: frozenset(_KEEPER),
    Role.PARTNER_HANDLER: frozenset(),
    Role.TOWN_OFFICER: frozenset(
        {
            Verb.SEE,
            Verb.SUBMIT_NEED,
            Verb.READ_ESCALATED,
            Verb.READ_VISITS,
            Verb.STATISTICS,
            Verb.GRANT,
        }
    ),
    Role.DISTRICT_VIEWER: frozenset({Verb.STATISTICS_SUMS}),
    Role.PLATFORM_ADMIN: frozenset({Verb.SEE, Verb.GRANT, Verb.SETTINGS, Verb.STATISTICS_SUMS}),
}
"""The table of roles. The platform admin sees how things stand, never what people wrote."""


@dataclass(frozen=True)
class Scope:
    """What one staff account may do and where: the only place that decides it."""

    staff_id: int
    grants: tuple[tuple[Role, str], ...]
    """Each a role and the tree path it holds from."""

    @cached_property
    def _space_paths(self) -> dict[int, str]:
        rows: Any = (
            Space.select(Space.id, OrgUnit.path)
            .join(OrgUnit)
            .where(Space.active == True, OrgUnit.active == True)  # noqa: E712
            .tuples()
        )
        return {int(space_id): str(path) for space_id, path in rows}

    @property
    def roles(self) -> frozenset[Role]:
        """The roles held anywhere."""
        return frozenset(role for role, _ in self.grants)

    def space_ids(self, verb: Verb) -> frozenset[int]:
        """Return the Spaces in which the verb is allowed."""
        paths = [path for role, path in self.grants if verb in ROLE_VERBS[role]]
        return frozenset(
            space_id
            for space_id, path in self._space_paths.items()
            if any(path.startswith(held) for held in paths)
        )

    def allows(self, verb: Verb, space_id: int) -> bool:
        """Say whether the verb is allowed in the Space."""
        return space_id in self.space_ids(verb)

    def require(self, verb: Verb, space_id: int) -> None:
        """Let pass what is allowed. Raises NotFound where the Space is none of theirs (existence
        is not told to strangers), Forbidden where they see it but may not do this."""
        if self.allows(verb, space_id):
            return
        if self.allows(Verb.SEE, space_id):
            raise Forbidden
        raise NotFound


def scope_of(staff: Staff, *, now: dt.datetime) -> Scope:
    """Return what the account may do today: its grants that hold, by the Shanghai day."""
    today = day_of(now)
    rows: Any = (
        Grant.select(Grant.role, OrgUnit.path)
        .join(OrgUnit)
        .where(
            Grant.staff == staff,
            Grant.revoked_at.is_null(),
            Grant.from_on <= today,
            Grant.to_on.is_null() | (Grant.to_on >= today),
        )
        .tuples()
    )
    return Scope(staff.id, tuple((Role(role), str(path)) for role, path in rows))
