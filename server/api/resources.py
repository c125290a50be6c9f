"""资源与专家 for programs of staff: partners, experts, resources, and what was given to whom."""

from typing import Any

from flask import Response

from models import Expert, Partner, Resource, ResourceUse
from server.api.door import no_content, problems, reply, staff_word
from server.clock import utcnow
from server.context import actor, current_scope, vault
from server.paging import keyset
from server.schemas.base import ListOut
from server.schemas.resources import (
    ExpertChangeIn,
    ExpertFullOut,
    ExpertOut,
    ExpertPath,
    NewExpertIn,
    NewPartnerIn,
    NewResourceIn,
    NewUseIn,
    PartnerChangeIn,
    PartnerFullOut,
    PartnerOut,
    PartnerPath,
    PartnerQuery,
    RegisterQuery,
    ResourceChangeIn,
    ResourceOut,
    ResourcePath,
    ResourceQuery,
    UseOut,
    UsePath,
    UseQuery,
    UseVoidIn,
)
from server.services import (
    resources,
    resources_experts,
    resources_partners,
    resources_register,
    resources_uses,
)
from server.services.staff import Verb

staff_bp = staff_word("resources")


def _by() -> dict[str, Any]:
    return {"scope": current_scope(), "actor": actor(), "now": utcnow()}


def _asked(query: RegisterQuery) -> dict[str, Any]:
    return {"text": query.q, "space_id": query.space, "active": query.active == "true"}


def _partner(row: Partner, status: int = 200) -> Response:
    phone = resources_register.phone_of(row, vault())
    return reply(PartnerFullOut.with_phone(row, phone), status)


def _expert(row: Expert, status: int = 200) -> Response:
    phone = resources_register.phone_of(row, vault())
    spaces = current_scope().space_ids(Verb.READ_VISITS)
    hours = resources_experts.hours_given([row], spaces)[row.id]
    return reply(ExpertFullOut.with_phone(row, phone, hours), status)


@staff_bp.get(
    "/partners", summary="Partners my Spaces can call on", responses={200: ListOut[PartnerOut]}
)
def partners(query: PartnerQuery) -> Response:
    found = resources_partners.search(current_scope(), type=query.type, **_asked(query))
    page = keyset(found, by=Partner.created_at, cursor=query.cursor, limit=query.limit)
    items = [PartnerOut.of(row) for row in page.items]
    return reply(ListOut[PartnerOut](items=items, next=page.next))


@staff_bp.post(
    "/partners",
    summary="Enter a partner of a Space or of the town",
    responses={201: PartnerFullOut},
    openapi_extensions=problems(409),
)
def create_partner(body: NewPartnerIn) -> Response:
    row = resources_partners.add(body.org_unit_id, body, vault=vault(), **_by())
    return _partner(row, 201)


@staff_bp.get(
    "/partners/<partner_id>", summary="A partner, with its phone", responses={200: PartnerFullOut}
)
def show_partner(path: PartnerPath) -> Response:
    return _partner(resources_partners.get(current_scope(), path.partner_id))


@staff_bp.put(
    "/partners/<partner_id>",
    summary="Write a partner anew, or retire it",
    responses={200: PartnerFullOut},
    openapi_extensions=problems(409),
)
def update_partner(path: PartnerPath, body: PartnerChangeIn) -> Response:
    row = resources_partners.get(current_scope(), path.partner_id)
    how: dict[str, Any] = {"expected": body.version, "active": body.active, "vault": vault()}
    return _partner(resources_partners.change(row, body, **how, **_by()))


@staff_bp.get("/experts", summary="Experts my Spaces can ask", responses={200: ListOut[ExpertOut]})
def experts(query: RegisterQuery) -> Response:
    found = resources_experts.search(current_scope(), **_asked(query))
    page = keyset(found, by=Expert.created_at, cursor=query.cursor, limit=query.limit)
    items = [ExpertOut.of(row) for row in page.items]
    return reply(ListOut[ExpertOut](items=items, next=page.next))


@staff_bp.post("/experts", summary="Enter an expert", responses={201: ExpertFullOut})
def create_expert(body: NewExpertIn) -> Response:
    row = resources_experts.add(body.org_unit_id, body, vault=vault(), **_by())
    return _expert(row, 201)


@staff_bp.get(
    "/experts/<expert_id>",
    summary="An expert, with the phone and the hours given",
    responses={200: ExpertFullOut},
)
def show_expert(path: ExpertPath) -> Response:
    return _expert(resources_experts.get(current_scope(), path.expert_id))


@staff_bp.put(
    "/experts/<expert_id>",
    summary="Write an expert anew, or retire them",
    responses={200: ExpertFullOut},
    openapi_extensions=problems(409),
)
def update_expert(path: ExpertPath, body: ExpertChangeIn) -> Response:
    row = resources_experts.get(current_scope(), path.expert_id)
    how: dict[str, Any] = {"expected": body.version, "active": body.active, "vault": vault()}
    return _expert(resources_experts.change(row, body, **how, **_by()))


@staff_bp.get(
    "/resources", summary="Resources my Spaces can give", responses={200: ListOut[ResourceOut]}
)
def index(query: ResourceQuery) -> Response:
    found = resources.search(current_scope(), kind=query.kind, **_asked(query))
    page = keyset(found, by=Resource.created_at, cursor=query.cursor, limit=query.limit)
    items = [ResourceOut.of(row) for row in page.items]
    return reply(ListOut[ResourceOut](items=items, next=page.next))


@staff_bp.post(
    "/resources",
    summary="Enter a resource",
    responses={201: ResourceOut},
    openapi_extensions=problems(409),
)
def create(body: NewResourceIn) -> Response:
    return reply(ResourceOut.of(resources.add(body.org_unit_id, body, **_by())), 201)


@staff_bp.get("/resources/<resource_id>", summary="A resource", responses={200: ResourceOut})
def show(path: ResourcePath) -> Response:
    return reply(ResourceOut.of(resources.get(current_scope(), path.resource_id)))


@staff_bp.put(
    "/resources/<resource_id>",
    summary="Write a resource anew, or retire it",
    responses={200: ResourceOut},
    openapi_extensions=problems(409),
)
def update(path: ResourcePath, body: ResourceChangeIn) -> Response:
    row = resources.get(current_scope(), path.resource_id)
    how: dict[str, Any] = {"expected": body.version, "active": body.active}
    return reply(ResourceOut.of(resources.change(row, body, **how, **_by())))


def _use(use: ResourceUse) -> UseOut:
    return UseOut.of(use, resources_uses.thing_of(use), resources_uses.receiver_of(use))


@staff_bp.get(
    "/resources/uses",
    summary="What was given to whom in my Spaces",
    responses={200: ListOut[UseOut]},
)
def uses(query: UseQuery) -> Response:
    of = query.model_dump(include={"resource", "expert", "enterprise", "need"})
    found = resources_uses.search(current_scope(), space_id=query.space, **of)
    page = keyset(found, by=ResourceUse.created_at, cursor=query.cursor, limit=query.limit)
    return reply(ListOut[UseOut](items=[_use(row) for row in page.items], next=page.next))


@staff_bp.post(
    "/resources/uses",
    summary="Write down that something was given",
    responses={201: UseOut},
)
def create_use(body: NewUseIn) -> Response:
    return reply(_use(resources_uses.record(body.space_id, body, **_by())), 201)


@staff_bp.post(
    "/resources/uses/<use_id>/void",
    summary="Let a use entered by mistake count no more",
    responses={204: None},
    openapi_extensions=problems(409),
)
def void_use(path: UsePath, body: UseVoidIn) -> Response:
    resources_uses.void(resources_uses.get(current_scope(), path.use_id), body.reason, **_by())
    return no_content()
