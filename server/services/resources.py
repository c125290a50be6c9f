"""资源: funds, venues, policies that can be given to companies, and until when."""

from __future__ import annotations

import datetime as dt
from typing import Any

from models import Resource
from models.resources import ResourceKind
from server.clock import day_of
from server.schemas.resources import ResourceIn
from server.services import resources_register as register
from server.services.audit import Actor
from server.services.staff import Scope


def search(
    scope: Scope,
    *,
    text: str = "",
    kind: ResourceKind | None = None,
    space_id: int | None = None,
    active: bool | None = True,
) -> Any:
    """Return a select of the resources the staff may look at. Raises NotFound for a Space that is
    none of theirs."""
    query = register.search(Resource, scope, text=text, space_id=space_id, active=active)
    return query if kind is None else query.where(Resource.kind == kind)


def get(scope: Scope, resource_id: int) -> Resource:
    """Return a resource the staff may look at, retired ones too. Raises NotFound."""
    return register.get(Resource, scope, resource_id)


def usable_in(space_id: int) -> list[Resource]:
    """Return the active resources a Space can give, by name; those that ran out too."""
    return register.usable_in(Resource, space_id)


def is_over(resource: Resource, *, now: dt.datetime) -> bool:
    """Say whether its last day has passed in Shanghai."""
    return resource.valid_to is not None and resource.valid_to < day_of(now)


def add(
    unit_id: int, form: ResourceIn, *, scope: Scope, actor: Actor, now: dt.datetime
) -> Resource:
    """Enter a resource and return it. Raises NotFound, Forbidden, NameTaken, Invalid."""
    values = form.model_dump(include=set(ResourceIn.model_fields))
    return register.add(Resource, unit_id, values, scope=scope, actor=actor, now=now)


def change(
    resource: Resource,
    form: ResourceIn,
    *,
    expected: int,
    active: bool = True,
    scope: Scope,
    actor: Actor,
    now: dt.datetime,
) -> Resource:
    """Write a resource anew and return it. Raises Forbidden, VersionConflict, NameTaken,
    Invalid."""
    values = form.model_dump(include=set(ResourceIn.model_fields)) | {"active": active}
    return register.change(resource, values, expected=expected, scope=scope, actor=actor, now=now)
