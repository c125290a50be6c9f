"""诉求: members say what they need, follow it, and judge the answer."""

import re
from typing import Annotated, Any

from flask import Response
from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from models import Need, User
from models.needs import NeedSource
from server.api import files as files_api
from server.api.door import IDEMPOTENCY_KEY, once, problems, reply, word
from server.clock import utcnow
from server.context import actor, config, current_user, vault, wechat
from server.errors import Invalid
from server.schemas.base import ListOut
from server.schemas.needs import (
    DETAILS,
    CategoriesOut,
    CategoryOut,
    NeedBriefOut,
    NeedIn,
    NeedLineOut,
    NeedOut,
    NeedPatchIn,
    NeedPath,
    NeedRatingIn,
    NeedRatingOut,
    NeedsQuery,
    PromiseOut,
    PromiseQuery,
    ReopenIn,
    SupplementIn,
    WithdrawIn,
)
from server.schemas.needs_dispatches import NeedAppealIn
from server.schemas.needs_links import NeedActivityOut, VerdictIn
from server.services import (
    needs,
    needs_appeals,
    needs_clock,
    needs_intake,
    needs_links,
    needs_verdicts,
    surveys_answers,
)
from server.services.files_links import Reader
from server.services.needs_texts import Checker, texts_of

bp = word("needs")


class VersionRequired(Invalid):
    """A change that does not say what it changes could overwrite somebody's words."""

    code, message = "version_required", "请先刷新页面，再保存修改"


class IfMatch(BaseModel):
    """The `version` the change was written against. Said to be required, but missing it is
    our own refusal, after the need itself: what is not theirs is not there."""

    model_config = ConfigDict(json_schema_extra={"required": ["If-Match"]})
    if_match: Annotated[
        str | None,
        Field(alias="If-Match"),
        WithJsonSchema({"type": "string", "pattern": '^"[0-9]{1,9}"$'}),
    ] = None


def _checker(user: User) -> Checker:
    return Checker(wechat(), vault(), user)


def details(need: Need, lines: list[needs.Line]) -> dict[str, Any]:
    """Return the members of an answer that both faces of a need share."""
    rating, reader = needs.rating_of(need), Reader.of(actor())
    return {
        **{name: getattr(need, name) for name in DETAILS},
        "is_overdue": needs_clock.is_overdue(need, now=utcnow()),
        "rating": NeedRatingOut.of(rating) if rating else None,
        "attachments": files_api.seen(needs.attachments_of(need), reader),
        "activities": [
            NeedActivityOut.of(tie)
            for tie in needs_links.of_need(need, drafts=actor().kind == "staff", now=utcnow())
        ],
        "timeline": [
            NeedLineOut.of(line.event, line.name, files_api.seen(line.files, reader))
            for line in lines
        ],
    }


def _seen(need: Need) -> NeedOut:
    """The need as its reader sees it now."""
    acts = needs.possible(current_user(), need, now=utcnow())
    actions = [act.value for act in acts]
    if needs.is_own(current_user(), need) and needs_appeals.may_appeal(need, now=utcnow()):
        actions.append("appeal")
    return NeedOut.of(need, actions=actions, **details(need, needs.timeline(need)))


def _told(need: Need) -> Response:
    """Answer with the need; the ETag goes into the next If-Match."""
    return reply(_seen(need), ETag=f'"{need.version}"')


@bp.get(
    "/needs/categories",
    summary="Kinds of needs, with their questions",
    responses={200: CategoriesOut},
)
def categories() -> Response:
    kinds = needs_intake.categories()
    return reply(CategoriesOut(items=[CategoryOut.of(kind) for kind in kinds]))


@bp.get(
    "/needs/promise",
    summary="What would be promised for a need sent now",
    responses={200: PromiseOut},
)
def promise(query: PromiseQuery) -> Response:
    given = needs_intake.preview(query.category, query.urgency, now=utcnow())
    out = PromiseOut(
        respond_by=given.respond_by,
        resolve_by=given.resolve_by,
        explained=list(given.explained),
        provisional=given.provisional,
    )
    return reply(out)


@bp.get("/needs", summary="My needs, or my company's", responses={200: ListOut[NeedBriefOut]})
def index(query: NeedsQuery) -> Response:
    read = needs.of_company if query.scope == "company" else needs.of_user
    page = read(current_user(), cursor=query.cursor, limit=query.limit)
    now = utcnow()
    items = [
        NeedBriefOut.of(need, is_overdue=needs_clock.is_overdue(need, now=now))
        for need in page.items
    ]
    return reply(ListOut[NeedBriefOut](items=items, next=page.next))


@bp.post(
    "/needs",
    summary="Send a need",
    responses={201: NeedOut},
    openapi_extensions=problems(409) | IDEMPOTENCY_KEY,
)
def create(body: NeedIn) -> Response:
    user, now = current_user(), utcnow()
    space_id = body.space_id if body.space_id is not None else user.home_space_id
    if space_id is None:
        raise Invalid(fields={"space_id": "请选择空间"})
    draft = needs_intake.Draft(**body.model_dump(exclude={"space_id", "survey_id"}))
    source = NeedSource.SELF
    if body.survey_id is not None:
        surveys_answers.require_asked(user, body.survey_id)
        source = NeedSource.SURVEY
    checker = _checker(user)
    # Asked here and remembered, because below a transaction holds the request's key.
    checker.accept(draft.title, texts_of(draft.body, draft.answers))

    def act() -> tuple[int, dict[str, Any]]:
        limit = config().needs.per_person_per_day
        need = needs_intake.submit(
            user, space_id, draft, source=source, checker=checker, per_day=limit, now=now
        )
        return 201, _seen(needs.get(user, need.id)).model_dump(mode="json")

    answer = once(act, "needs.create", space_id, body, now=now)
    answer.set_etag(str(answer.get_json()["version"]))
    return answer


@bp.get("/needs/<id:need_id>", summary="A need with its history", responses={200: NeedOut})
def show(path: NeedPath) -> Response:
    return _told(needs.get(current_user(), path.need_id))


@bp.patch(
    "/needs/<id:need_id>",
    summary="Change my words while nobody has taken the need up (If-Match: its version)",
    responses={200: NeedOut},
    openapi_extensions=problems(409),
)
def update(path: NeedPath, header: IfMatch, body: NeedPatchIn) -> Response:
    user = current_user()
    needs.get(user, path.need_id)  # what is not theirs is not there, whatever else is missing
    found = re.fullmatch(r'(?:W/)?"?([0-9]{1,9})"?', header.if_match or "")
    if found is None:
        raise VersionRequired
    need = needs_intake.edit(
        user,
        path.need_id,
        body.model_dump(exclude_none=True),
        expected=int(found[1]),
        checker=_checker(user),
        now=utcnow(),
    )
    return _told(needs.get(user, need.id))


@bp.post(
    "/needs/<id:need_id>/supplement",
    summary="Add words to a need",
    responses={200: NeedOut},
    openapi_extensions=problems(409),
)
def supplement(path: NeedPath, body: SupplementIn) -> Response:
    user = current_user()
    need = needs.supplement(
        user, path.need_id, body.text, body.attachments, checker=_checker(user), now=utcnow()
    )
    return _told(need)


@bp.post(
    "/needs/<id:need_id>/withdraw",
    summary="Take a need back before it is answered",
    responses={200: NeedOut},
    openapi_extensions=problems(409),
)
def withdraw(path: NeedPath, body: WithdrawIn) -> Response:
    user = current_user()
    need = needs.withdraw(user, path.need_id, body.reason, checker=_checker(user), now=utcnow())
    return _told(need)


@bp.post(
    "/needs/<id:need_id>/rating",
    summary="Judge the answer, which closes the need",
    responses={200: NeedOut},
    openapi_extensions=problems(409),
)
def rate(path: NeedPath, body: NeedRatingIn) -> Response:
    user = current_user()
    need = needs.rate(
        user,
        path.need_id,
        body.satisfaction,
        body.solved,
        text=body.text,
        checker=_checker(user),
        now=utcnow(),
    )
    return _told(need)


@bp.post(
    "/needs/<id:need_id>/reopen",
    summary="Say that the answer did not do, once within 15 days",
    responses={200: NeedOut},
    openapi_extensions=problems(409),
)
def reopen(path: NeedPath, body: ReopenIn) -> Response:
    user = current_user()
    need = needs.reopen(user, path.need_id, body.reason, checker=_checker(user), now=utcnow())
    return _told(need)


@bp.post(
    "/needs/<id:need_id>/appeal",
    summary="Turn to the town about an answer that says no, once within 15 days",
    responses={200: NeedOut},
    openapi_extensions=problems(409),
)
def appeal(path: NeedPath, body: NeedAppealIn) -> Response:
    user = current_user()
    need = needs_appeals.appeal(
        user, path.need_id, body.reason, checker=_checker(user), now=utcnow()
    )
    return _told(need)


@bp.post(
    "/needs/<id:need_id>/verdict",
    summary="Say whether an activity held for my need solved it",
    responses={200: NeedOut},
    openapi_extensions=problems(409),
)
def verdict(path: NeedPath, body: VerdictIn) -> Response:
    user = current_user()
    need = needs_verdicts.answer(
        user,
        path.need_id,
        body.activity_id,
        body.solved,
        text=body.text,
        checker=_checker(user),
        now=utcnow(),
    )
    return _told(need)
