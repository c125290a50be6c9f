"""Surveys that break a rule about them, one each, for the doctor to name."""

import datetime as dt
from typing import Any

import models
from tests import factories


def survey(now: dt.datetime, **over: Any) -> models.Survey:
    space = factories.make_space()
    values = {
        "org_unit": space.org_unit_id,
        "space": space,
        "title": "食堂好不好",
        "starts_on": now.date(),
        "ends_on": now.date(),
        "published_at": now,
    }
    row: models.Survey = models.Survey.add(now=now, **values | over)
    return row


def _answer(row: models.Survey, **over: Any) -> None:
    models.SurveyAnswer.create(space=row.space_id, survey=row, answers={"0": 5}, **over)


def _receive(row: models.Survey) -> None:
    models.SurveyReceipt.create(space=row.space_id, survey=row, token="0" * 64)


def make_sound(now: dt.datetime) -> None:
    """Make one of each, as it should be."""
    open_one = survey(now, answered=1)
    _answer(open_one)
    _receive(open_one)
    _answer(survey(now, answered=1, is_anonymous=False), user=factories.make_user())
    _answer(survey(now, answered=1, closed_at=now))


def count_what_nobody_answered(now: dt.datetime) -> models.BaseModel:
    return survey(now, answered=5)


def name_who_answered(now: dt.datetime) -> models.BaseModel:
    row = survey(now, answered=1)
    _answer(row, user=factories.make_user())
    return row


def remember_who_answered(now: dt.datetime) -> models.BaseModel:
    row = survey(now, closed_at=now)
    _receive(row)
    return row


BREAKERS = {
    "every survey counts the answers it keeps": (count_what_nobody_answered,),
    "an anonymous answer names nobody": (name_who_answered,),
    "who answered is forgotten when a survey is over": (remember_who_answered,),
}
