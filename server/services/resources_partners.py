"""共建单位: the bodies a Space works with, from the town's united-front office to a tax law firm."""

from __future__ import annotations

import datetime as dt
from typing import Any

from models import Partner
from models.resources import PartnerType
from server.crypto import Vault
from server.schemas.resources import PartnerIn
from server.services import resources_register as register
from server.services.audit import Actor
from server.services.staff import Scope


def search(
    scope: Scope,
    *,
    text: str = "",
    type: PartnerType | None = None,
    space_id: int | None = None,
    active: bool | None = True,
) -> Any:
    """Return a select of the partners the staff may look at. Raises NotFound for a Space that is
    none of theirs."""
    query = register.search(Partner, scope, text=text, space_id=space_id, active=active)
    return query if type is None else query.where(Partner.type == type)


def get(scope: Scope, partner_id: int) -> Partner:
    """Return a partner the staff may look at, retired ones too. Raises NotFound."""
    return register.get(Partner, scope, partner_id)


def find_usable(partner_id: int, space_id: int) -> Partner | None:
    """Return the partner if it is active and the Space can call on it, or None."""
    return register.find_usable(Partner, partner_id, space_id)


def usable_in(space_id: int) -> list[Partner]:
    """Return the active partners a Space can call on (its own, the town's, those other Spaces
    share), by name."""
    return register.usable_in(Partner, space_id)


def add(
    unit_id: int,
    form: PartnerIn,
    *,
    scope: Scope,
    vault: Vault,
    actor: Actor,
    now: dt.datetime,
) -> Partner:
    """Enter a partner of a Space or of a unit above and return it. Raises NotFound, Forbidden,
    NameTaken."""
    values = form.model_dump(include=set(PartnerIn.model_fields))
    return register.add(Partner, unit_id, values, scope=scope, vault=vault, actor=actor, now=now)


def change(
    partner: Partner,
    form: PartnerIn,
    *,
    expected: int,
    active: bool = True,
    scope: Scope,
    vault: Vault,
    actor: Actor,
    now: dt.datetime,
) -> Partner:
    """Write a partner anew and return it. Raises Forbidden, VersionConflict, NameTaken."""
    values = form.model_dump(include=set(PartnerIn.model_fields)) | {"active": active}
    return register.change(
        partner, values, expected=expected, scope=scope, vault=vault, actor=actor, now=now
    )
