"""Shapes of surveys: what staff ask, what a member is asked and answers."""

import datetime as dt
from typing import Annotated, Any, Self

from pydantic import Field

from models.surveys import SurveyKind
from server.schemas.base import Bool, Day, Id, In, Line, OptionalParagraph, Out
from server.schemas.visits_questions import VisitAnswers, VisitQuestionOut, VisitQuestions

Intro = Annotated[OptionalParagraph, Field(max_length=300)]
"""What is said before the first question: what it is for, and what becomes of the answers."""


class SurveyIn(In):
    """A survey. `org_unit_id` is the Space, or the town, whose members are asked."""

    org_unit_id: Id
    title: Line
    intro: Intro = ""
    questions: Annotated[VisitQuestions, Field(min_length=1)]
    is_anonymous: Bool = True
    starts_on: Day
    ends_on: Day


class SurveyAnswersIn(In):
    """The answers by the key of their question; each travels as text, see `VisitQuestionKind`."""

    answers: VisitAnswers


class SurveyPath(In):
    """Which survey."""

    survey_id: Id


class SurveyBriefOut(Out):
    """A survey open to the member who asks."""

    id: Id
    kind: SurveyKind
    title: str
    from_name: str = Field(description="The Space or the town that asks.")
    is_anonymous: bool
    ends_on: dt.date
    questions_count: int
    is_answered: bool

    @classmethod
    def of(cls, row: Any, *, is_answered: bool, **over: Any) -> Self:
        """Return it from its row."""
        return cls(**_brief(row, is_answered=is_answered), **over)


class SurveyOut(SurveyBriefOut):
    """A survey with what it asks."""

    intro: str
    questions: list[VisitQuestionOut]

    @classmethod
    def of(cls, row: Any, *, is_answered: bool, **over: Any) -> Self:
        """Return it from its row."""
        asked = [VisitQuestionOut.model_validate(each) for each in row.questions]
        return cls(**_brief(row, is_answered=is_answered), intro=row.intro, questions=asked, **over)


class SurveysOut(Out):
    """What is open to the member, what they have not answered first."""

    items: list[SurveyBriefOut]


def _brief(row: Any, *, is_answered: bool) -> dict[str, Any]:
    return {
        "id": row.id,
        "kind": row.kind,
        "title": row.title,
        "from_name": row.space.name if row.space_id else row.org_unit.name,
        "is_anonymous": row.is_anonymous,
        "ends_on": row.ends_on,
        "questions_count": len(row.questions),
        "is_answered": is_answered,
    }
