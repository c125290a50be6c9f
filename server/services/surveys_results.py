"""What came of a survey, and nothing of it while too few have answered to hide behind each other."""

import datetime as dt
from typing import Final

from models import Survey, SurveyAnswer
from server.services import surveys, visits_results
from server.services.surveys import SurveyState
from server.services.visits_results import Result

LEAST: Final = 10
"""How many must have answered an anonymous survey before anything of it is shown (product rule)."""


def is_held_back(row: Survey) -> bool:
    """Say whether nobody may look yet: an anonymous survey shows nothing before it has closed,
    because two looks would tell what was answered between them, and nothing below LEAST."""
    return row.is_anonymous and (row.closed_at is None or row.answered < LEAST)


def of_survey(row: Survey) -> list[Result]:
    """Return what came of each question; nothing while it is held back."""
    if is_held_back(row):
        return []
    given = [each.answers for each in answers_of(row)]
    return [visits_results.result_of(question, given) for question in row.questions]


def answers_of(row: Survey) -> list[SurveyAnswer]:
    """Return all answers. Of an anonymous survey their order is chance: so are the ids."""
    query = SurveyAnswer.select().where(SurveyAnswer.survey == row).order_by(SurveyAnswer.id)
    return list(query)


def rate(row: Survey) -> float | None:
    """Return the response rate: answers ÷ members who could answer, as they were when it closed;
    None where there is nobody. Who answered and then left does not lift it above one."""
    members = surveys.members_of(row)
    return min(1.0, row.answered / members) if members else None


def is_running(row: Survey, *, now: dt.datetime) -> bool:
    """Say whether answers may still come in."""
    return surveys.state_of(row, now=now) in (SurveyState.COMING, SurveyState.OPEN)
