"""What a person is asked when signing up."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from server.schemas.base import Bool, Day, In, Line, Out

MOST = 8
"""Whoever is asked more gives up halfway."""


class QuestionKind(StrEnum):
    """How a question is answered. Every answer travels as text: the options of a `multi` one to a
    line, `ages` (of the children brought along) parted by commas, `yes_no` as `yes` or `no`."""

    TEXT = "text"
    CHOICE = "choice"
    MULTI = "multi"
    YES_NO = "yes_no"
    NUMBER = "number"
    PHONE = "phone"
    AGES = "ages"


_CHOSEN = (QuestionKind.CHOICE, QuestionKind.MULTI)


class QuestionIn(In):
    """A question. Nobody on the staff reads the answers to a private one in a list; after the
    Shanghai day `purge_on` the answers are deleted."""

    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,19}$")]
    label: Line
    kind: QuestionKind = QuestionKind.TEXT
    options: Annotated[list[Line], Field(max_length=20)] = []
    required: Bool = False
    is_private: Bool = False
    purge_on: Day | None = None

    @model_validator(mode="after")
    def _answerable(self) -> Self:
        if (self.kind in _CHOSEN) != (len(self.options) >= 2):
            raise ValueError("单选题和多选题至少要有两个选项，其他题不需要选项")
        if len(set(self.options)) < len(self.options) or "\n" in "".join(self.options):
            raise ValueError("选项不能重复，每个选项一行")
        return self


def _one_of_each(questions: list[QuestionIn]) -> list[QuestionIn]:
    if len({question.key for question in questions}) < len(questions):
        raise ValueError("问题的标识不能重复")
    return questions


Questions = Annotated[list[QuestionIn], Field(max_length=MOST), AfterValidator(_one_of_each)]


class QuestionOut(Out):
    """A question as the person is asked it."""

    key: str
    label: str
    kind: QuestionKind
    options: list[str]
    required: bool
    is_private: bool = False
    purge_on: Day | None = None
