"""Shapes of cases: what staff write down."""

from typing import Annotated

from pydantic import Field

from models.cases import CaseReach
from server.schemas.base import In, Line, OptionalParagraph, ShortLine

MOST_FIGURES = 6


class CaseFigureIn(In):
    """One number of the story, as it is to be read: `参加人次`, `46 人次`."""

    name: ShortLine
    value: ShortLine


class CaseIn(In):
    """A case as far as it is written; what is missing is asked for when it is published."""

    title: Line
    before: OptionalParagraph = ""
    doing: OptionalParagraph = ""
    after: OptionalParagraph = ""
    figures: Annotated[list[CaseFigureIn], Field(max_length=MOST_FIGURES)] = []
    reach: CaseReach = CaseReach.SPACE
