"""诉求 in many hands: the desk sends, asks for days and calls; the keeper decides."""

from flask import Response

from server.api.door import problems, reply, staff_word
from server.api.needs_desk import desk_of, told_need
from server.clock import utcnow
from server.context import current_scope
from server.schemas.needs import NeedPath
from server.schemas.needs_desk import StaffNeedOut, StaffTextIn
from server.schemas.needs_dispatches import (
    ChoiceOut,
    ChoicesOut,
    DispatchIn,
    EscalateIn,
    ExtendIn,
    ExtensionDecisionIn,
    NeedDispatchPath,
    NeedExtensionPath,
    RecallIn,
)
from server.services import (
    needs_desk,
    needs_dispatches,
    needs_escalations,
    needs_extensions,
    resources_partners,
)

staff_bp = staff_word("needs_dispatches")


@staff_bp.get(
    "/needs/<id:need_id>/dispatch",
    summary="To whom a need can be sent",
    responses={200: ChoicesOut},
)
def choices(path: NeedPath) -> Response:
    need = needs_desk.get(current_scope(), path.need_id)
    partners = resources_partners.usable_in(need.space_id)
    team = needs_dispatches.colleagues(need.space_id, now=utcnow())
    return reply(
        ChoicesOut(
            partners=[ChoiceOut(id=row.id, name=row.name) for row in partners],
            staff=[ChoiceOut(id=row.id, name=row.name) for row in team],
        )
    )


@staff_bp.post(
    "/needs/<id:need_id>/dispatch",
    summary="Send a need to who leads it or assists",
    responses={200: StaffNeedOut},
    openapi_extensions=problems(409),
)
def dispatch(path: NeedPath, body: DispatchIn) -> Response:
    given = body.model_dump(exclude={"version", "lead_unit"})
    errand = needs_dispatches.Errand(**given, unit=body.lead_unit)
    now = utcnow()
    return told_need(needs_dispatches.dispatch(desk_of(path, body.version), errand, now=now))


@staff_bp.post(
    "/needs/<id:need_id>/return",
    summary="Take a need back from who leads it, to be taken up anew",
    responses={200: StaffNeedOut},
    openapi_extensions=problems(409),
)
def give_back(path: NeedPath, body: StaffTextIn) -> Response:
    desk = desk_of(path, body.version)
    return told_need(needs_dispatches.give_back(desk, body.text, now=utcnow()))


@staff_bp.post(
    "/needs/<id:need_id>/dispatches/<id:dispatch_id>/recall",
    summary="Let a body that assists go",
    responses={200: StaffNeedOut},
    openapi_extensions=problems(409),
)
def recall(path: NeedDispatchPath, body: RecallIn) -> Response:
    desk = desk_of(path, body.version)
    need = needs_dispatches.recall(desk, path.dispatch_id, body.reason, now=utcnow())
    return told_need(need)


@staff_bp.post(
    "/needs/<id:need_id>/extend",
    summary="Ask for more working days; the keeper decides",
    responses={200: StaffNeedOut},
    openapi_extensions=problems(409),
)
def extend(path: NeedPath, body: ExtendIn) -> Response:
    desk = desk_of(path, body.version)
    return told_need(needs_extensions.ask(desk, body.days, body.reason, now=utcnow()))


@staff_bp.post(
    "/needs/<id:need_id>/extensions/<id:extension_id>/decision",
    summary="Grant or refuse the days asked for",
    responses={200: StaffNeedOut},
    openapi_extensions=problems(409),
)
def decide(path: NeedExtensionPath, body: ExtensionDecisionIn) -> Response:
    need = needs_extensions.decide(
        desk_of(path, body.version),
        path.extension_id,
        is_approved=body.approved,
        words=body.words,
        now=utcnow(),
    )
    return told_need(need)


@staff_bp.post(
    "/needs/<id:need_id>/escalate",
    summary="Call the town or a body to a need",
    responses={200: StaffNeedOut},
    openapi_extensions=problems(409),
)
def escalate(path: NeedPath, body: EscalateIn) -> Response:
    need = needs_escalations.call(
        desk_of(path, body.version),
        body.reason,
        partner_id=body.partner_id,
        days=body.days,
        now=utcnow(),
    )
    return told_need(need)
