"""What was given to whom: a resource or an expert's time that reached a company, need or activity."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from peewee import JOIN

from models import Activity, Enterprise, Expert, Need, Resource, ResourceUse, Space, db
from server.clock import day_of
from server.errors import Invalid, NotFound, VersionConflict
from server.schemas.resources import UseIn
from server.services import audit, enterprises, needs_desk
from server.services import resources_register as register
from server.services.audit import Actor
from server.services.staff import Scope, Verb

_THINGS = ("resource_id", "expert_id")
_RECEIVERS = ("enterprise_id", "need_id", "activity_id")


def record(
    space_id: int, form: UseIn, *, scope: Scope, actor: Actor, now: dt.datetime
) -> ResourceUse:
    """Write down that something was given, by staff who visit and meet for the Space, and return
    it joined as by `get`. Raises NotFound, Forbidden, Invalid."""
    scope.require(Verb.VISIT, space_id)
    if sum(getattr(form, name) is not None for name in _THINGS) != 1:
        raise Invalid(fields={"resource_id": "请选择一项资源或一位专家"})
    if sum(getattr(form, name) is not None for name in _RECEIVERS) != 1:
        raise Invalid(fields={"need_id": "请填写给了谁：企业、诉求、活动中的一项"})
    if form.used_on > day_of(now):
        raise Invalid(fields={"used_on": "还没到这一天，办过以后再记"})
    _check_thing(space_id, form)
    values = form.model_dump(include=set(UseIn.model_fields))
    values["enterprise_id"] = _receiver(scope, space_id, form)
    with db.atomic():
        use = ResourceUse.add(now=now, by=actor.id, space=space_id, **values)
        told = {name: str(values[name]) for name in (*_THINGS, *_RECEIVERS) if values[name]}
        audit.record(actor, "resources.use", use, now=now, org_unit_id=space_id, after=told)
    return get(scope, use.id)


def _check_thing(space_id: int, form: UseIn) -> None:
    if form.expert_id is not None:
        if register.find_usable(Expert, form.expert_id, space_id) is None:
            raise Invalid(fields={"expert_id": "请选择名录中的专家"})
        return
    resource = register.find_usable(Resource, form.resource_id or 0, space_id)
    if resource is None:
        raise Invalid(fields={"resource_id": "请选择名录中的资源"})
    if resource.valid_to is not None and resource.valid_to < form.used_on:
        raise Invalid(fields={"used_on": "这项资源那天已经到期"})


def _receiver(scope: Scope, space_id: int, form: UseIn) -> int | None:
    """Return the company that received it, a merged one as the one it went into; None where it was
    a need or an activity of the Space. Raises Invalid."""
    if form.need_id is not None:
        try:
            is_ours = needs_desk.get(scope, form.need_id).space_id == space_id
        except NotFound:
            is_ours = False
        if not is_ours:
            raise Invalid(fields={"need_id": "没有找到这件诉求"})
        return None
    if form.activity_id is not None:
        if (
            Activity.get_or_none(Activity.id == form.activity_id, Activity.space == space_id)
            is None
        ):
            raise Invalid(fields={"activity_id": "请选择本空间的活动"})
        return None
    company = enterprises.find(form.enterprise_id or 0)
    if company is None:
        raise Invalid(fields={"enterprise_id": "没有找到这家企业"})
    return company.id


def void(use: ResourceUse, reason: str, *, scope: Scope, actor: Actor, now: dt.datetime) -> None:
    """Let a use entered by mistake count no more; twice changes nothing. Raises NotFound,
    Forbidden, Invalid, VersionConflict."""
    scope.require(Verb.VISIT, use.space_id)
    if not reason.strip():
        raise Invalid(fields={"reason": "请填写作废的原因"})
    if use.voided_reason:
        return
    with db.atomic():
        if not use.change(now=now, by=actor.id, voided_reason=reason):
            raise VersionConflict
        audit.record(
            actor, "resources.void_use", use, now=now, org_unit_id=use.space_id, reason=reason
        )


def get(scope: Scope, use_id: int) -> ResourceUse:
    """Return a use in a Space whose visits the staff may read. Raises NotFound."""
    use: ResourceUse | None = search(scope).where(ResourceUse.id == use_id).first()
    if use is None:
        raise NotFound
    return use


def search(scope: Scope, *, space_id: int | None = None, **of: int | None) -> Any:
    """Return a select of what was given in the staff's Spaces, voided ones too, with names joined;
    `of` narrows it by `resource`, `expert`, `enterprise` or `need`."""
    spaces = scope.space_ids(Verb.READ_VISITS)
    query = _joined().where(ResourceUse.space.in_(list(spaces)))
    if space_id is not None:
        query = query.where(ResourceUse.space == space_id)
    for name, wanted in of.items():
        if wanted is not None:
            query = query.where(getattr(ResourceUse, name) == wanted)
    return query


def of_enterprise(enterprise_id: int, space_ids: Iterable[int]) -> list[ResourceUse]:
    """Return what a company received in these Spaces, by itself or through one of its needs, the
    newest first, with names joined; what was voided is left out."""
    merged = Enterprise.select(Enterprise.id).where(Enterprise.merged_into == enterprise_id)
    own = (Enterprise.id == enterprise_id) | Enterprise.id.in_(merged)
    companies = Enterprise.select(Enterprise.id).where(own)
    received = ResourceUse.enterprise.in_(companies) | Need.enterprise_id.in_(companies)
    return _standing(received & ResourceUse.space.in_(list(space_ids)))


def of_need(need_id: int) -> list[ResourceUse]:
    """Return what was given to a need, the newest first, with names joined; what was voided is left
    out. For staff: the caller has asked its scope about the need."""
    return _standing(ResourceUse.need == need_id)


def thing_of(use: ResourceUse) -> str:
    """Return what the resource or the expert is called."""
    if use.resource is not None:
        return use.resource.name
    return f"{use.expert.name}（专家）" if use.expert is not None else ""


def receiver_of(use: ResourceUse) -> str:
    """Return who received it: the company, the number of the need, or the activity. A need's own
    words are left to who may read needs."""
    if use.enterprise is not None:
        return use.enterprise.name
    if use.need is not None:
        return f"诉求 {use.need.no}"
    return f"活动《{use.activity.title}》" if use.activity is not None else ""


def _standing(condition: Any) -> list[ResourceUse]:
    query = _joined().where(condition, ResourceUse.voided_reason == "")
    return list(query.order_by(ResourceUse.used_on.desc(), ResourceUse.id.desc()))


def _joined() -> Any:
    query = ResourceUse.select(ResourceUse, Space, Resource, Expert, Enterprise, Need, Activity)
    query = query.join_from(ResourceUse, Space)
    for table in (Resource, Expert, Enterprise, Need, Activity):
        query = query.join_from(ResourceUse, table, JOIN.LEFT_OUTER)
    return query
