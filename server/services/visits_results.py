"""What came of a season's questions: counts per option, and nothing while too few have answered to
hide behind each other."""

from collections import Counter
from dataclasses import dataclass
from typing import Any, Final

from models import VisitAnswer, VisitCampaign
from server.schemas.visits_questions import SCALE, VisitQuestionKind

LEAST: Final = 5
"""How many must have answered an anonymous season before anything of it is shown."""


@dataclass(frozen=True)
class Result:
    """What came of one question. `counts`: each option with how many chose it; `average` of a
    scale; `texts` of a text, in an order that tells nothing."""

    question: dict[str, Any]
    answered: int
    counts: list[tuple[str, int]]
    average: float | None
    texts: list[str]


@dataclass(frozen=True)
class Results:
    """What came of all questions. `is_held_back`: anonymous, and too few have answered yet."""

    answered: int
    is_held_back: bool
    questions: list[Result]


def of_campaign(campaign: VisitCampaign) -> Results:
    """Return the results of a season."""
    given = answers_of(campaign)
    is_held_back = campaign.is_anonymous and len(given) < LEAST
    shown = [] if is_held_back else campaign.questions
    return Results(len(given), is_held_back, [result_of(each, given) for each in shown])


def answers_of(campaign: VisitCampaign) -> list[dict[str, str]]:
    """Return the answers of everybody who answered. In an anonymous season their order is chance:
    so are the ids."""
    rows = VisitAnswer.select().where(VisitAnswer.campaign == campaign).order_by(VisitAnswer.id)
    return [row.answers for row in rows]


def result_of(question: dict[str, Any], given: list[dict[str, str]]) -> Result:
    """Return what came of one question, from what everybody answered."""
    kind, key = VisitQuestionKind(question["kind"]), question["key"]
    said = [answers[key] for answers in given if answers.get(key)]
    if kind is VisitQuestionKind.TEXT:
        return Result(question, len(said), [], None, sorted(said))
    parts = [part for answer in said for part in answer.split("\n")]
    counted = Counter(parts)
    options = SCALE if kind is VisitQuestionKind.SCALE else question["options"]
    counts = [(option, counted[option]) for option in options]
    average = None
    if kind is VisitQuestionKind.SCALE and said:
        average = round(sum(int(answer) for answer in said) / len(said), 2)
    return Result(question, len(said), counts, average, [])
