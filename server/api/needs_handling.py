"""待办 on the phone: what one was sent or called to, and what one does with it."""

from collections.abc import Sequence
from typing import Any

from flask import Response

from models import Dispatch, Escalation, Need
from server.api import files as files_api
from server.api.door import no_content, problems, reply, staff_word
from server.clock import utcnow
from server.context import actor, current_scope
from server.schemas.base import ListOut
from server.schemas.needs import NeedLineOut
from server.schemas.needs_dispatches import (
    CallOut,
    CallPageOut,
    DispatchOut,
    DispatchPath,
    ErrandOut,
    ErrandPageOut,
    EscalationAnswerIn,
    EscalationOut,
    EscalationPath,
    HandIn,
    HandReasonIn,
    HandReplyIn,
    HandResultIn,
    NeedHeadOut,
    NeedWordsOut,
    OpenQuery,
)
from server.services import (
    needs_desk,
    needs_escalations,
    needs_handling,
    needs_leads,
    needs_scope,
)
from server.services.files_links import Reader
from server.services.needs_handling import Hand

staff_bp = staff_word("needs_handling")


def _errand(row: Dispatch) -> dict[str, Any]:
    late = (
        row.due_at is not None and row.due_at < utcnow() and row.state in needs_leads.OPEN_DISPATCH
    )
    return {
        "dispatch": DispatchOut.of(row, needs_leads.name_of(row)),
        "need": NeedHeadOut.of(row.need),
        "is_overdue": late,
    }


def _words(need: Need) -> NeedWordsOut:
    seen = needs_scope.get(current_scope(), need.id)
    submitter, enterprise = needs_desk.submitter(need)
    reader = Reader.of(actor())
    return NeedWordsOut(
        body=need.body,
        answers=need.answers,
        contact_times=need.contact_times,
        submitter=submitter,
        enterprise=enterprise,
        timeline=[
            NeedLineOut.of(line.event, line.name, files_api.seen(line.files, reader))
            for line in needs_handling.timeline(current_scope(), seen, now=utcnow())
        ],
    )


def _shown(row: Dispatch) -> Response:
    out = ErrandPageOut(
        **_errand(row), words=_words(row.need), actions=needs_handling.possible(row)
    )
    return reply(out, ETag=f'"{row.version}"')


def _hand(path: DispatchPath, body: HandIn, attachments: Sequence[int] = ()) -> Hand:
    return Hand(current_scope(), path.dispatch_id, body.version, actor(), attachments)


@staff_bp.get(
    "/needs/dispatches",
    summary="What I or my partner was sent, the soonest due first",
    responses={200: ListOut[ErrandOut]},
)
def errands(query: OpenQuery) -> Response:
    rows = needs_handling.mine(current_scope(), is_open=query.open == "true")
    return reply(ListOut[ErrandOut](items=[ErrandOut(**_errand(row)) for row in rows], next=None))


@staff_bp.get(
    "/needs/dispatches/<id:dispatch_id>",
    summary="What I was sent, with the need it is about",
    responses={200: ErrandPageOut},
)
def errand(path: DispatchPath) -> Response:
    return _shown(needs_handling.get(current_scope(), path.dispatch_id))


@staff_bp.post(
    "/needs/dispatches/<id:dispatch_id>/accept",
    summary="Take on what was sent",
    responses={200: ErrandPageOut},
    openapi_extensions=problems(409),
)
def accept(path: DispatchPath, body: HandIn) -> Response:
    return _shown(needs_handling.accept(_hand(path, body), now=utcnow()))


@staff_bp.post(
    "/needs/dispatches/<id:dispatch_id>/return",
    summary="Give back what was sent and say why",
    responses={204: None},
    openapi_extensions=problems(409),
)
def return_errand(path: DispatchPath, body: HandReasonIn) -> Response:
    needs_handling.give_back(_hand(path, body), body.reason, now=utcnow())
    return no_content()


@staff_bp.post(
    "/needs/dispatches/<id:dispatch_id>/done",
    summary="Report one's part done",
    responses={200: ErrandPageOut},
    openapi_extensions=problems(409),
)
def done(path: DispatchPath, body: HandResultIn) -> Response:
    return _shown(
        needs_handling.finish(_hand(path, body, body.attachments), body.result, now=utcnow())
    )


@staff_bp.post(
    "/needs/dispatches/<id:dispatch_id>/reply",
    summary="Say something to the submitter, as who leads, or note it for colleagues",
    responses={200: ErrandPageOut},
    openapi_extensions=problems(409),
)
def say(path: DispatchPath, body: HandReplyIn) -> Response:
    row = needs_handling.say(
        _hand(path, body, body.attachments),
        body.text,
        is_public=body.public,
        seen_version=body.need_version,
        now=utcnow(),
    )
    return _shown(row)


def _call(row: Escalation) -> dict[str, Any]:
    late = needs_escalations.is_overdue(row, now=utcnow())
    name = needs_escalations.name_of(row, row.need)
    return {
        "escalation": EscalationOut.of(row, name, is_overdue=late),
        "need": NeedHeadOut.of(row.need),
    }


@staff_bp.get(
    "/needs/escalations",
    summary="What I was called to, the soonest due first",
    responses={200: ListOut[CallOut]},
)
def calls(query: OpenQuery) -> Response:
    rows = needs_escalations.mine(current_scope(), is_open=query.open == "true")
    return reply(ListOut[CallOut](items=[CallOut(**_call(row)) for row in rows], next=None))


@staff_bp.get(
    "/needs/escalations/<id:escalation_id>",
    summary="What I was called to, with the need it is about",
    responses={200: CallPageOut},
)
def call(path: EscalationPath) -> Response:
    row = needs_escalations.get(current_scope(), path.escalation_id)
    return reply(CallPageOut(**_call(row), words=_words(row.need)))


@staff_bp.post(
    "/needs/escalations/<id:escalation_id>/answer",
    summary="Advise, take part, or stand by an answer appealed against",
    responses={200: CallPageOut},
    openapi_extensions=problems(409),
)
def answer(path: EscalationPath, body: EscalationAnswerIn) -> Response:
    row = needs_escalations.answer(
        current_scope(),
        path.escalation_id,
        body.answer,
        body.text,
        actor=actor(),
        now=utcnow(),
    )
    return reply(CallPageOut(**_call(row), words=_words(row.need)))
