"""Shapes of what was sent to partners and colleagues, of days asked for, and of levels called."""

from typing import Annotated, Literal, Self

from pydantic import Field

from models import Dispatch, Escalation, Extension, Need
from models.needs_dispatches import (
    DispatchRole,
    DispatchState,
    EscalationAnswer,
    EscalationState,
    ExtensionState,
)
from server.schemas.base import (
    Bool,
    Day,
    Id,
    In,
    Moment,
    OptionalLine,
    OptionalParagraph,
    Out,
    Paragraph,
    Whole,
)
from server.schemas.files import Attachments
from server.schemas.needs import STATE_NAMES, NeedLineOut, NeedPath

Version = Annotated[int, Field(ge=1, le=2**31 - 1), Whole]
Days = Annotated[int, Field(ge=1, le=30), Whole]
Words = Annotated[Paragraph, Field(max_length=300)]
OptionalWords = Annotated[OptionalParagraph, Field(max_length=300)]

ROLE_NAMES = {DispatchRole.LEAD: "主责", DispatchRole.ASSIST: "协办"}
DISPATCH_NAMES = {
    DispatchState.SENT: "待接单",
    DispatchState.ACCEPTED: "办理中",
    DispatchState.DONE: "已办完",
    DispatchState.RETURNED: "已退回",
    DispatchState.RECALLED: "已收回",
}


class DispatchPath(In):
    dispatch_id: Id


class NeedDispatchPath(NeedPath):
    dispatch_id: Id


class NeedExtensionPath(NeedPath):
    extension_id: Id


class EscalationPath(In):
    escalation_id: Id


class OpenQuery(In):
    """`open` false: what is over."""

    open: Literal["true", "false"] = "true"


class DispatchIn(In):
    """To whom: a partner, a colleague, or, as `lead_unit`, a body that is in no register, for which
    the sender keeps the lead. `due_on` left out: when the answer is due."""

    version: Version
    partner_id: Id | None = None
    staff_id: Id | None = None
    lead_unit: OptionalLine = ""
    role: DispatchRole = DispatchRole.LEAD
    due_on: Day | None = None
    note: OptionalWords = ""


class RecallIn(In):
    version: Version
    reason: OptionalWords = ""


class ExtendIn(In):
    version: Version
    days: Days
    reason: Words


class ExtensionDecisionIn(In):
    """`words` are required with a refusal."""

    version: Version
    approved: Bool
    words: OptionalWords = ""


class EscalateIn(In):
    """`partner_id` left out: the town is called."""

    version: Version
    reason: Annotated[Paragraph, Field(max_length=500)]
    partner_id: Id | None = None
    days: Annotated[int, Field(ge=1, le=15), Whole] = 3


class HandIn(In):
    """`version` of the dispatch."""

    version: Version


class HandReasonIn(HandIn):
    reason: Words


class HandResultIn(HandIn):
    result: Annotated[Paragraph, Field(max_length=500)]
    attachments: Attachments = []


class HandReplyIn(HandIn):
    """`need_version`: of the need one was looking at; `public`: to the submitter."""

    need_version: Version
    text: Paragraph
    public: Bool = False
    attachments: Attachments = []


class EscalationAnswerIn(In):
    """`advice` to a call, `upheld` to an appeal, `takes_part` to either."""

    answer: EscalationAnswer
    text: Paragraph


class NeedAppealIn(In):
    reason: Annotated[Paragraph, Field(max_length=500)]


class DispatchOut(Out):
    """A part of a need somebody has in hand."""

    id: Id
    version: int
    role: DispatchRole
    role_name: str
    state: DispatchState
    state_name: str
    partner_id: Id | None
    staff_id: Id | None
    name: str
    due_at: Moment | None
    note: str
    reason: str
    result: str

    @classmethod
    def of(cls, row: Dispatch, name: str) -> Self:
        same = ("id", "version", "role", "state", "due_at", "note", "reason", "result")
        return cls(
            **{field: getattr(row, field) for field in same},
            role_name=ROLE_NAMES[row.role],
            state_name=DISPATCH_NAMES[row.state],
            partner_id=row.partner_id,
            staff_id=row.staff_id,
            name=name,
        )


class NeedHeadOut(Out):
    """Of a need what a list says."""

    id: Id
    no: str
    version: int
    space: str
    category_name: str
    title: str
    state_name: str
    due_resolve: Moment

    @classmethod
    def of(cls, need: Need) -> Self:
        return cls(
            id=need.id,
            no=need.no,
            version=need.version,
            space=need.space.name,
            category_name=need.category.name,
            title=need.title,
            state_name=STATE_NAMES[need.state],
            due_resolve=need.due_resolve,
        )


class ErrandOut(Out):
    """A dispatch in one's own hands, with the need it is about."""

    dispatch: DispatchOut
    need: NeedHeadOut
    is_overdue: bool


class NeedWordsOut(Out):
    """What one who was sent or called to a need reads of it."""

    body: str
    answers: dict[str, str]
    contact_times: str
    submitter: str
    enterprise: str
    timeline: list[NeedLineOut]


class ErrandPageOut(ErrandOut):
    words: NeedWordsOut
    actions: list[str]


class ExtensionOut(Out):
    id: Id
    days: int
    reason: str
    state: ExtensionState
    decision: str
    due_before: Moment
    due_after: Moment | None

    @classmethod
    def of(cls, row: Extension) -> Self:
        return cls(**{name: getattr(row, name) for name in cls.model_fields})


class EscalationOut(Out):
    """A level or body called to a need. `partner_id` null: the town."""

    id: Id
    partner_id: Id | None
    name: str
    is_appeal: bool
    reason: str
    due_at: Moment
    is_overdue: bool
    state: EscalationState
    answer: EscalationAnswer | None
    text: str
    answered_at: Moment | None

    @classmethod
    def of(cls, row: Escalation, name: str, *, is_overdue: bool) -> Self:
        given = {"name", "is_overdue"}
        same = {each: getattr(row, each) for each in cls.model_fields if each not in given}
        return cls(**same, name=name, is_overdue=is_overdue)


class CallOut(Out):
    """A call to oneself, with the need it is about."""

    escalation: EscalationOut
    need: NeedHeadOut


class CallPageOut(CallOut):
    words: NeedWordsOut


class HandsOut(Out):
    """Who has a need in hand, what was asked for it and who was called to it."""

    dispatches: list[DispatchOut]
    extensions: list[ExtensionOut]
    escalations: list[EscalationOut]


class ChoiceOut(Out):
    id: Id
    name: str


class ChoicesOut(Out):
    """To whom a need can be sent."""

    partners: list[ChoiceOut]
    staff: list[ChoiceOut]
