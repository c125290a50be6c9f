"""问卷 as members meet them: what is open to them, and answering it once.

An anonymous answer is kept without the person, without a moment, and under an id of pure chance; that
somebody has answered is kept apart, as a keyed hash. Neither tells in which order the other came.
"""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass
from typing import Any

from peewee import IntegrityError

from models import Survey, SurveyAnswer, SurveyReceipt, User, db
from server.clock import day_of
from server.crypto import Vault
from server.errors import Conflict, Invalid, NotFound
from server.services import surveys, visits_records
from server.services.surveys import SurveyClosed


class AlreadyAnswered(Conflict):
    code, message = "already_answered", "这份问卷您已经填过了，谢谢"


@dataclass(frozen=True)
class Asked:
    """A survey as the member finds it."""

    survey: Survey
    is_answered: bool


def of_user(user: User, *, vault: Vault, now: dt.datetime) -> list[Asked]:
    """Return the surveys open to the member, those not answered yet first."""
    found = list(surveys.open_for(user, now=now))
    told = _answered(found, user, vault)
    asked = [Asked(row, row.id in told) for row in found]
    return sorted(asked, key=lambda each: each.is_answered)


def get(user: User, survey_id: int, *, vault: Vault, now: dt.datetime) -> Asked:
    """Return a survey the member was asked. Raises NotFound, SurveyClosed once it is over."""
    row = require_asked(user, survey_id)
    if day_of(now) < row.starts_on:
        raise NotFound
    if surveys.state_of(row, now=now) is surveys.SurveyState.OVER:
        raise SurveyClosed
    return Asked(row, row.id in _answered([row], user, vault))


def require_asked(user: User, survey_id: int) -> Survey:
    """Return a survey, over or not, that asks the member. Raises NotFound."""
    row: Survey | None = surveys.with_places().where(Survey.id == survey_id).first()
    if row is None or row.published_at is None:
        raise NotFound
    if user.home_space_id not in surveys.space_ids_of(row):
        raise NotFound
    return row


def answer(
    user: User, survey_id: int, answers: dict[str, str], *, vault: Vault, now: dt.datetime
) -> Survey:
    """Take in the member's answers, once, and return the survey. Raises NotFound, SurveyClosed,
    AlreadyAnswered, Invalid naming each answer that is wrong."""
    row = get(user, survey_id, vault=vault, now=now).survey
    given = visits_records.checked_answers(row.questions, answers)
    if not given:
        raise Invalid(fields={"answers": "请至少回答一个问题"})
    try:
        with db.atomic():
            number = _count(row)
            SurveyReceipt.create(
                id=secrets.randbits(62),
                space=row.space_id,
                survey=row,
                token=_token(row.id, user, vault),
            )
            if row.is_anonymous:
                _mix_in(row, given, number)
            else:
                SurveyAnswer.create(space=row.space_id, survey=row, user=user, answers=given)
    except IntegrityError:
        raise AlreadyAnswered from None
    return row


def texts(row: Survey, answers: dict[str, str]) -> list[str]:
    """Return what a member wrote in their own words, for WeChat's content check."""
    free = {question["key"] for question in row.questions if question["kind"] == "text"}
    return [text for key, text in sorted(answers.items()) if key in free]


def copy_of(user_id: int) -> list[dict[str, Any]]:
    """Return what the person answered under their name; whose the others are nobody knows."""
    rows: Any = (
        SurveyAnswer.select(SurveyAnswer, Survey)
        .join(Survey)
        .where(SurveyAnswer.user == user_id)
        .order_by(SurveyAnswer.id)
    )
    return [
        {
            "title": row.survey.title,
            "answers": {
                question["label"]: row.answers[question["key"]]
                for question in row.survey.questions
                if question["key"] in row.answers
            },
        }
        for row in rows
    ]


def forget(user_id: int) -> None:
    """Let go of the person's name and own words; what they chose stays as a count."""
    rows: Any = (
        SurveyAnswer.select(SurveyAnswer, Survey).join(Survey).where(SurveyAnswer.user == user_id)
    )
    for row in list(rows):
        chosen = {each["key"] for each in row.survey.questions if each["kind"] != "text"}
        kept = {key: text for key, text in row.answers.items() if key in chosen}
        SurveyAnswer.update(user=None, answers=kept).where(SurveyAnswer.id == row.id).execute()


def _answered(rows: list[Survey], user: User, vault: Vault) -> set[int]:
    tokens = [_token(row.id, user, vault) for row in rows]
    found = SurveyReceipt.select(SurveyReceipt.survey).where(SurveyReceipt.token.in_(tokens))
    return {receipt.survey_id for receipt in found}


def _token(survey_id: int, user: User, vault: Vault) -> str:
    return vault.blind(f"{survey_id}:{user.id}", place="survey_receipt")


def _count(row: Survey) -> int:
    """Count one more and return the number. Holds the survey until the answer is written: it does
    not close in between, and two answers are mixed in one after the other. Raises SurveyClosed."""
    counted = (
        Survey.update(answered=Survey.answered + 1)
        .where(Survey.id == row.id, Survey.closed_at.is_null())
        .returning(Survey.answered)
        .execute()
    )
    for each in counted:
        return int(each.answered)
    raise SurveyClosed


def _mix_in(row: Survey, given: dict[str, str], number: int) -> None:
    """Write an anonymous answer into a place picked by chance; what stood there moves to the end.
    A file of rows keeps them as they came, and receipts came in the same order."""
    place = secrets.randbelow(number)
    stood = (
        SurveyAnswer.select()
        .where(SurveyAnswer.survey == row)
        .order_by(SurveyAnswer.id)
        .offset(place)
        .limit(1)
        .first()
    )
    last = given
    if stood is not None:
        SurveyAnswer.update(answers=given).where(SurveyAnswer.id == stood.id).execute()
        last = stood.answers
    SurveyAnswer.create(id=secrets.randbits(62), space=row.space_id, survey=row, answers=last)
