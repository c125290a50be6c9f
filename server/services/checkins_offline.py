"""The list of a session that a phone at the door takes along, for when its network goes."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from models import Device, Session, Signup, db
from models.signups import LIVE
from server.crypto import Vault
from server.services import audit, users
from server.services import checkins_passes as passes
from server.services import signups_roster as roster
from server.services.audit import Actor


@dataclass(frozen=True)
class Expected:
    """A line of the list. `pass_key` verifies this person at this session, and nothing else."""

    signup: Signup
    name: str
    enterprise: str | None
    checked_in_at: dt.datetime | None
    pass_key: str


def snapshot(
    session: Session, device: Device, *, vault: Vault, actor: Actor, now: dt.datetime
) -> list[Expected]:
    """Return everybody who stands on the list, in whatever state, without phone numbers. That the
    phone took it along is on record."""
    with db.atomic():
        told = {"device": device.name}
        audit.record(
            actor, "checkins.snapshot", session, now=now, org_unit_id=session.space_id, after=told
        )
    rows: Any = roster.of_session(session, LIVE)
    return [_expected(row, session, vault) for row in rows]


def _expected(signup: Any, session: Session, vault: Vault) -> Expected:
    company, checkin = signup.enterprise, signup.checkin
    return Expected(
        signup,
        users.display_name(signup.user),
        company.name if company else None,
        checkin.occurred_at if checkin else None,
        passes.pass_key(session, signup.user_id, vault),
    )
