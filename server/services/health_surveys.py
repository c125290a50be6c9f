"""What must hold of surveys, so that a figure is what was answered and an answer stays nobody's."""

from collections.abc import Iterable

from peewee import JOIN, fn

from models import Survey, SurveyAnswer, SurveyReceipt
from server.services.health_rules import REPORT, Rule, rows


def _miscounted() -> Iterable[str]:
    held = fn.COUNT(SurveyAnswer.id)
    query = (
        Survey.select(Survey.id, Survey.answered, held)
        .join(SurveyAnswer, JOIN.LEFT_OUTER)
        .group_by(Survey.id, Survey.answered)
        .having(held != Survey.answered)
        .order_by(Survey.id)
    )
    for survey_id, counted, found in rows(query):
        yield f"survey {survey_id}: {counted} answers counted, {found} kept"


def _named() -> Iterable[str]:
    query = (
        SurveyAnswer.select(SurveyAnswer.survey)
        .distinct()
        .join(Survey)
        .where(Survey.is_anonymous == True, SurveyAnswer.user.is_null(False))  # noqa: E712
    )
    for (survey_id,) in rows(query):
        yield f"survey {survey_id} is anonymous and an answer names a person"


def _receipts_left() -> Iterable[str]:
    query = (
        SurveyReceipt.select(SurveyReceipt.survey)
        .distinct()
        .join(Survey)
        .where(Survey.closed_at.is_null(False))
    )
    for (survey_id,) in rows(query):
        yield f"survey {survey_id} is over and still tells who answered"


RULES = (
    Rule("every survey counts the answers it keeps", _miscounted, REPORT),
    Rule("an anonymous answer names nobody", _named, REPORT),
    Rule("who answered is forgotten when a survey is over", _receipts_left, REPORT),
)
