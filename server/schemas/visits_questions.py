"""What is asked on a visit, and how the answers travel."""

from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator

from server.schemas.base import Bool, In, Line, OptionalParagraph, Out

MOST = 20
SCALE = ("1", "2", "3", "4", "5")
"""The steps of a scale, the least first."""


class VisitQuestionKind(StrEnum):
    """How a question is answered. Every answer travels as text: the options of a `multi` one to a
    line, a step of a `scale` as `1` to `5`."""

    CHOICE = "choice"
    MULTI = "multi"
    SCALE = "scale"
    TEXT = "text"


_CHOSEN = (VisitQuestionKind.CHOICE, VisitQuestionKind.MULTI)


class VisitQuestionIn(In):
    """A question. `options`: of a choice what can be chosen; of a scale what its two ends mean."""

    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,19}$")]
    label: Line
    kind: VisitQuestionKind = VisitQuestionKind.TEXT
    options: Annotated[list[Line], Field(max_length=20)] = []
    required: Bool = False

    @model_validator(mode="after")
    def _answerable(self) -> Self:
        count = len(self.options)
        if self.kind in _CHOSEN and count < 2:
            raise ValueError("单选题和多选题至少要有两个选项")
        if self.kind is VisitQuestionKind.SCALE and count not in (0, 2):
            raise ValueError("量表题写两行：最低分和最高分各代表什么")
        if self.kind is VisitQuestionKind.TEXT and count:
            raise ValueError("文字题不需要选项")
        if len(set(self.options)) < count or "\n" in "".join(self.options):
            raise ValueError("选项不能重复，每个选项一行")
        return self


def _one_of_each(questions: list[VisitQuestionIn]) -> list[VisitQuestionIn]:
    if len({question.key for question in questions}) < len(questions):
        raise ValueError("问题的标识不能重复")
    return questions


VisitQuestions = Annotated[
    list[VisitQuestionIn], Field(max_length=MOST), AfterValidator(_one_of_each)
]
VisitAnswers = Annotated[
    dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,19}$")], OptionalParagraph],
    Field(max_length=MOST, json_schema_extra={"additionalProperties": False}),
]


class VisitQuestionOut(Out):
    """A question as it is asked."""

    key: str
    label: str
    kind: VisitQuestionKind
    options: list[str]
    required: bool


class AnswerCountOut(Out):
    """How many gave an answer."""

    answer: str
    count: int


class QuestionResultOut(Out):
    """What came of a question: counts per option, the average of a scale, the texts of a text."""

    question: VisitQuestionOut
    answered: int
    counts: list[AnswerCountOut]
    average: float | None
    texts: list[str]

    @classmethod
    def of(cls, result: Any) -> Self:
        """Return it from the service's result."""
        return cls(
            question=VisitQuestionOut.model_validate(result.question),
            answered=result.answered,
            counts=[AnswerCountOut(answer=text, count=n) for text, n in result.counts],
            average=result.average,
            texts=result.texts,
        )
