"""诉求 at the desk: staff take needs up, ask back, answer."""

from collections.abc import Sequence
from typing import Any

from flask import Response

from models import Need
from models.needs import NeedSource, Outcome
from server.api.door import IDEMPOTENCY_KEY, once, problems, reply, staff_word
from server.api.needs import details
from server.clock import utcnow
from server.context import actor, current_scope, current_staff
from server.schemas.base import ListOut
from server.schemas.needs import NeedBriefOut, NeedPath
from server.schemas.needs_desk import (
    AnswerIn,
    BoardQuery,
    CreatedNeedOut,
    ReplyIn,
    ResumeIn,
    StaffNeedIn,
    StaffNeedOut,
    StaffTextIn,
    TriageIn,
)
from server.schemas.needs_dispatches import DispatchOut, EscalationOut, ExtensionOut, HandsOut
from server.services import (
    needs_clock,
    needs_desk,
    needs_escalations,
    needs_extensions,
    needs_intake,
    needs_leads,
)
from server.services.needs_desk import Desk

staff_bp = staff_word("needs")


def hands(need: Need) -> HandsOut:
    """Return who has a need in hand, what was asked for it and who was called to it."""
    now = utcnow()
    calls = needs_escalations.of_need(need)
    return HandsOut(
        dispatches=[
            DispatchOut.of(row, needs_leads.name_of(row)) for row in needs_leads.of_need(need)
        ],
        extensions=[ExtensionOut.of(row) for row in needs_extensions.of_need(need)],
        escalations=[
            EscalationOut.of(
                row,
                needs_escalations.name_of(row, need),
                is_overdue=needs_escalations.is_overdue(row, now=now),
            )
            for row in calls
        ],
    )


def desk_of(path: NeedPath, version: int, attachments: Sequence[int] = ()) -> Desk:
    """Return who acts on which need, and which version they were looking at."""
    return Desk(current_scope(), path.need_id, version, actor=actor(), attachments=attachments)


def told_need(need: Need) -> Response:
    """Answer with the need as the desk sees it."""
    submitter, enterprise = needs_desk.submitter(need)
    told = details(need, needs_desk.timeline(need))
    out = StaffNeedOut.of(
        need,
        submitter=submitter,
        enterprise=enterprise,
        staff_summary=need.staff_summary,
        paused_days=need.paused_days,
        consulted=need.consulted,
        hands=hands(need),
        actions=[act.value for act in needs_desk.possible(need)],
        **told,
    )
    return reply(out, ETag=f'"{need.version}"')


@staff_bp.get(
    "/needs",
    summary="The board: needs of my Spaces, the soonest due first",
    responses={200: ListOut[NeedBriefOut]},
)
def index(query: BoardQuery) -> Response:
    filters = needs_desk.Filters(
        space_id=query.space,
        states=(query.state,) if query.state else (),
        category=query.category,
        is_overdue=None if query.overdue is None else query.overdue == "true",
        text=query.q,
        partner_id=query.partner_id,
        staff_id=current_staff().id if query.mine else None,
    )
    now = utcnow()
    page = needs_desk.board(
        current_scope(), filters, cursor=query.cursor, limit=query.limit, now=now
    )
    items = [
        NeedBriefOut.of(need, is_overdue=needs_clock.is_overdue(need, now=now))
        for need in page.items
    ]
    return reply(ListOut[NeedBriefOut](items=items, next=page.next))


@staff_bp.post(
    "/needs",
    summary="Take in a need for somebody",
    responses={201: CreatedNeedOut},
    openapi_extensions=IDEMPOTENCY_KEY,
)
def create(body: StaffNeedIn) -> Response:
    theirs = {"space_id", "source", "user_id", "enterprise_id"}
    draft = needs_intake.Draft(**body.model_dump(exclude=theirs))
    now = utcnow()

    def act() -> tuple[int, dict[str, Any]]:
        need = needs_intake.submit_on_behalf(
            current_scope(),
            body.space_id,
            draft,
            source=NeedSource(body.source),
            user_id=body.user_id,
            enterprise_id=body.enterprise_id,
            actor=actor(),
            now=now,
        )
        return 201, CreatedNeedOut.of(need).model_dump(mode="json")

    return once(act, "needs.submit_on_behalf", body, now=now, by=current_staff().id)


@staff_bp.get(
    "/needs/<need_id>",
    summary="A need with its whole history",
    responses={200: StaffNeedOut},
)
def show(path: NeedPath) -> Response:
    return told_need(needs_desk.get(current_scope(), path.need_id))


@staff_bp.post(
    "/needs/<need_id>/triage",
    summary="Take a need up",
    responses={200: StaffNeedOut},
    openapi_extensions=problems(409),
)
def triage(path: NeedPath, body: TriageIn) -> Response:
    given = needs_desk.Triage(**body.model_dump(exclude={"version"}))
    return told_need(needs_desk.triage(desk_of(path, body.version), given, now=utcnow()))


@staff_bp.post(
    "/needs/<need_id>/reply",
    summary="Say something to the submitter, or note it for colleagues",
    responses={200: StaffNeedOut},
    openapi_extensions=problems(409),
)
def reply_to(path: NeedPath, body: ReplyIn) -> Response:
    say = needs_desk.reply if body.public else needs_desk.note
    return told_need(say(desk_of(path, body.version, body.attachments), body.text, now=utcnow()))


@staff_bp.post(
    "/needs/<need_id>/pause",
    summary="Ask the submitter for what is missing; the clock stops",
    responses={200: StaffNeedOut},
    openapi_extensions=problems(409),
)
def pause(path: NeedPath, body: StaffTextIn) -> Response:
    return told_need(needs_desk.request_info(desk_of(path, body.version), body.text, now=utcnow()))


@staff_bp.post(
    "/needs/<need_id>/resume",
    summary="Let the clock run on",
    responses={200: StaffNeedOut},
    openapi_extensions=problems(409),
)
def resume(path: NeedPath, body: ResumeIn) -> Response:
    return told_need(needs_desk.resume(desk_of(path, body.version), body.text, now=utcnow()))


@staff_bp.post(
    "/needs/<need_id>/answer",
    summary="Answer with what came of it",
    responses={200: StaffNeedOut},
    openapi_extensions=problems(409),
)
def answer(path: NeedPath, body: AnswerIn) -> Response:
    need = needs_desk.answer(
        desk_of(path, body.version, body.attachments),
        Outcome(body.outcome),
        body.text,
        duplicate_of=body.duplicate_of,
        consulted=body.consulted,
        now=utcnow(),
    )
    return told_need(need)
