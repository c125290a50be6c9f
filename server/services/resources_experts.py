"""专家: people a Space can ask, what they are good at, when they have time and what they gave."""

from __future__ import annotations

import datetime as dt
from typing import Any

from peewee import fn

from models import Expert, ResourceUse
from server.crypto import Vault
from server.schemas.resources import ExpertIn
from server.services import resources_register as register
from server.services.audit import Actor
from server.services.staff import Scope


def search(
    scope: Scope, *, text: str = "", space_id: int | None = None, active: bool | None = True
) -> Any:
    """Return a select of the experts the staff may look at. Raises NotFound for a Space that is
    none of theirs."""
    return register.search(Expert, scope, text=text, space_id=space_id, active=active)


def get(scope: Scope, expert_id: int) -> Expert:
    """Return an expert the staff may look at, retired ones too. Raises NotFound."""
    return register.get(Expert, scope, expert_id)


def usable_in(space_id: int) -> list[Expert]:
    """Return the active experts a Space can ask, by name."""
    return register.usable_in(Expert, space_id)


def add(
    unit_id: int, form: ExpertIn, *, scope: Scope, vault: Vault, actor: Actor, now: dt.datetime
) -> Expert:
    """Enter an expert and return them. Raises NotFound, Forbidden, Invalid."""
    values = form.model_dump(include=set(ExpertIn.model_fields))
    return register.add(Expert, unit_id, values, scope=scope, vault=vault, actor=actor, now=now)


def change(
    expert: Expert,
    form: ExpertIn,
    *,
    expected: int,
    active: bool = True,
    scope: Scope,
    vault: Vault,
    actor: Actor,
    now: dt.datetime,
) -> Expert:
    """Write an expert anew and return them. Raises Forbidden, VersionConflict, Invalid."""
    values = form.model_dump(include=set(ExpertIn.model_fields)) | {"active": active}
    return register.change(
        expert, values, expected=expected, scope=scope, vault=vault, actor=actor, now=now
    )


def hours_given(experts: list[Expert], space_ids: frozenset[int]) -> dict[int, float]:
    """Return how many hours each expert gave the Spaces so far, by id; 0 for who gave none."""
    rows: Any = (
        ResourceUse.select(ResourceUse.expert, fn.SUM(ResourceUse.hours))
        .where(
            ResourceUse.expert.in_([expert.id for expert in experts]),
            ResourceUse.space.in_(list(space_ids)),
            ResourceUse.voided_reason == "",
        )
        .group_by(ResourceUse.expert)
    )
    found = {int(expert): float(hours or 0) for expert, hours in rows.tuples()}
    return {expert.id: found.get(expert.id, 0.0) for expert in experts}
