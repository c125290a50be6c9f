"""问卷: what is open to the member, and answering it."""

from flask import Response

from server.api.door import no_content, problems, reply, word
from server.clock import utcnow
from server.context import current_user, vault, wechat
from server.schemas.surveys import (
    SurveyAnswersIn,
    SurveyBriefOut,
    SurveyOut,
    SurveyPath,
    SurveysOut,
)
from server.services import surveys_answers
from server.services.needs_texts import Checker

bp = word("surveys")


@bp.get("/surveys", summary="Surveys open to me", responses={200: SurveysOut})
def index() -> Response:
    found = surveys_answers.of_user(current_user(), vault=vault(), now=utcnow())
    items = [SurveyBriefOut.of(each.survey, is_answered=each.is_answered) for each in found]
    return reply(SurveysOut(items=items))


@bp.get(
    "/surveys/<id:survey_id>",
    summary="A survey with what it asks",
    responses={200: SurveyOut},
    openapi_extensions=problems(409),
)
def show(path: SurveyPath) -> Response:
    found = surveys_answers.get(current_user(), path.survey_id, vault=vault(), now=utcnow())
    return reply(SurveyOut.of(found.survey, is_answered=found.is_answered))


@bp.post(
    "/surveys/<id:survey_id>/answers",
    summary="Answer a survey, once",
    description="Takes no `Idempotency-Key`: what is kept under one would tie the answers of an "
    "anonymous survey to the person. A repeat gets 409 `already_answered`.",
    responses={204: None},
    openapi_extensions=problems(409),
)
def create(path: SurveyPath, body: SurveyAnswersIn) -> Response:
    user, now = current_user(), utcnow()
    asked = surveys_answers.get(user, path.survey_id, vault=vault(), now=now)
    if not asked.is_answered:
        words = surveys_answers.texts(asked.survey, body.answers)
        Checker(wechat(), vault(), user).accept_for_staff(words)
    surveys_answers.answer(user, path.survey_id, body.answers, vault=vault(), now=now)
    return no_content()
