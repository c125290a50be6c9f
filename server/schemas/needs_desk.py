"""Shapes of needs as staff work on them; every step names the version they were looking at."""

from typing import Annotated, Literal, Self

from pydantic import Field

from models import Need
from models.needs import NeedState, Urgency
from server.schemas.base import (
    Bool,
    Id,
    In,
    Line,
    OptionalLine,
    OptionalParagraph,
    Out,
    PageQuery,
    Paragraph,
    Plain,
)
from server.schemas.files import Attachments
from server.schemas.needs import Answers, Code, NeedOut, PromiseOut
from server.schemas.needs_dispatches import HandsOut, Version


class StaffNeedOut(NeedOut):
    """The same as staff see it, with whose it is, the notes between colleagues, and who has it in
    hand."""

    submitter: str
    enterprise: str
    staff_summary: str
    paused_days: int | None
    consulted: str
    hands: HandsOut


class BoardQuery(PageQuery):
    """The board of staff: filters may be combined; `q` looks into titles and numbers."""

    space: Id | None = None
    state: NeedState | None = None
    category: Code | None = None
    partner_id: Id | None = Field(None, description="Only what this partner leads.")
    mine: Literal["true"] | None = Field(None, description="Only what I lead or assist.")
    overdue: Literal["true", "false"] | None = None
    q: Annotated[OptionalLine, Field(max_length=60)] = ""


class StaffNeedIn(In):
    """A need heard on the phone, on a visit, at a meeting or in a survey."""

    space_id: Id
    source: Literal["phone", "visit", "meeting", "survey"]
    category: Code
    title: Line
    body: Paragraph
    answers: Answers = {}
    urgency: Urgency = Urgency.NORMAL
    contact_times: OptionalLine = ""
    user_id: Id | None = None
    enterprise_id: Id | None = None
    attachments: Attachments = []


class TriageIn(In):
    version: Version
    summary: Annotated[OptionalParagraph, Field(max_length=300)] | None = None
    lead_unit: OptionalLine | None = None
    category: Code | None = None
    is_cross: Bool = False


class ReplyIn(In):
    """`public` false: a note only colleagues read."""

    version: Version
    text: Paragraph
    public: Bool = True
    attachments: Attachments = []


class StaffTextIn(In):
    version: Version
    text: Paragraph


class ResumeIn(In):
    version: Version
    text: OptionalParagraph = ""


class AnswerIn(In):
    version: Version
    outcome: Literal["solved", "partly", "explained", "transferred", "duplicate_of"]
    text: Paragraph
    duplicate_of: Annotated[Plain, Field(max_length=24)] | None = Field(
        None, description="The number of the need that goes on, with outcome duplicate_of."
    )
    consulted: OptionalLine = Field(
        "",
        description="With outcome explained: the level asked before saying that it cannot be done.",
    )
    attachments: Attachments = []


class CreatedNeedOut(Out):
    """What staff get back for a need taken in: they may not be allowed to read it later."""

    id: Id
    no: str
    version: int
    promise: PromiseOut

    @classmethod
    def of(cls, need: Need) -> Self:
        return cls(id=need.id, no=need.no, version=need.version, promise=PromiseOut.of(need))
