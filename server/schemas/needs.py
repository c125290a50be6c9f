"""Shapes of needs: what people write, what they read back, what staff see and say."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field

from models import Category, Need, NeedEvent, NeedRating
from models.needs import NeedSource, NeedState, Outcome, Satisfaction, Solved, TextCheck, Urgency
from server.schemas.base import (
    Bool,
    Id,
    In,
    Line,
    Moment,
    OptionalLine,
    OptionalParagraph,
    Out,
    PageQuery,
    Paragraph,
)
from server.schemas.files import Attachments, FileOut
from server.schemas.needs_links import NeedActivityOut

STATE_NAMES = {
    NeedState.SUBMITTED: "已提交",
    NeedState.TRIAGED: "已受理",
    NeedState.DISPATCHED: "已派单",
    NeedState.IN_PROGRESS: "办理中",
    NeedState.WAITING_INFO: "待补充",
    NeedState.RETURNED: "已退回",
    NeedState.ANSWERED: "已答复",
    NeedState.REOPENED: "已重开",
    NeedState.CLOSED: "已办结",
    NeedState.WITHDRAWN: "已撤回",
}
OUTCOME_NAMES = {
    Outcome.SOLVED: "已解决",
    Outcome.PARTLY: "部分解决",
    Outcome.EXPLAINED: "已说明原因",
    Outcome.TRANSFERRED: "已转办",
    Outcome.WITHDRAWN: "已撤回",
    Outcome.DUPLICATE: "与另一件合并办理",
}

Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,19}$")]
Answers = Annotated[
    dict[Code, OptionalLine],
    Field(max_length=10, json_schema_extra={"additionalProperties": False}),
]
Reason = Annotated[OptionalLine, Field(max_length=60)]
RatingText = Annotated[OptionalParagraph, Field(max_length=500)]


class NeedPath(In):
    need_id: Id


class NeedsQuery(PageQuery):
    """Whose needs: one's own, or those of the company one is verified contact of."""

    scope: Literal["mine", "company"] = "mine"


class PromiseQuery(In):
    category: Code
    urgency: Urgency = Urgency.NORMAL


class NeedIn(In):
    """A need. `space_id` may be left out by who has chosen a home Space."""

    space_id: Id | None = None
    category: Code
    title: Line
    body: Paragraph
    answers: Answers = {}
    urgency: Urgency = Urgency.NORMAL
    contact_times: OptionalLine = ""
    for_company: Bool = Field(False, description="On behalf of one's own company.")
    attachments: Attachments = []
    survey_id: Id | None = Field(None, description="The survey that made one think of it.")


class NeedPatchIn(In):
    """Other words for what nobody has taken up yet; what is left out stays."""

    title: Line | None = None
    body: Paragraph | None = None
    answers: Answers | None = None
    urgency: Urgency | None = None
    contact_times: OptionalLine | None = None
    attachments: Attachments | None = None


class SupplementIn(In):
    text: Paragraph
    attachments: Attachments = []


class WithdrawIn(In):
    reason: Reason = ""


class NeedRatingIn(In):
    satisfaction: Satisfaction
    solved: Solved
    text: RatingText = ""


class ReopenIn(In):
    reason: Paragraph


class CategoryOut(Out):
    """A kind of need; its questions are `{key, label, kind, options, required}`."""

    code: str
    name: str
    hint: str
    questions: list[dict[str, Any]]
    contact_days: int
    resolve_days: int
    urgent_days: int

    @classmethod
    def of(cls, category: Category) -> Self:
        return cls(**{name: getattr(category, name) for name in cls.model_fields})


class CategoriesOut(Out):
    items: list[CategoryOut]


class PromiseOut(Out):
    """When somebody calls and when there is an answer; `explained` says why then, line by line."""

    respond_by: Moment
    resolve_by: Moment
    explained: list[str]
    provisional: bool

    @classmethod
    def of(cls, need: Need) -> Self:
        return cls(
            respond_by=need.due_respond,
            resolve_by=need.due_resolve,
            explained=need.promise,
            provisional=need.is_provisional,
        )


class NeedLineOut(Out):
    type: str
    text: str
    by: str
    by_kind: str
    at: Moment
    is_public: bool
    attachments: list[FileOut]

    @classmethod
    def of(cls, event: NeedEvent, name: str, attachments: list[FileOut]) -> Self:
        return cls(
            type=event.type,
            text=event.text,
            by=name,
            by_kind=event.actor_kind.value,
            at=event.at,
            is_public=event.is_public,
            attachments=attachments,
        )


class NeedRatingOut(Out):
    satisfaction: Satisfaction
    solved: Solved
    text: str
    at: Moment

    @classmethod
    def of(cls, rating: NeedRating) -> Self:
        return cls(
            satisfaction=rating.satisfaction,
            solved=rating.solved,
            text=rating.text,
            at=rating.created_at,
        )


class NeedBriefOut(Out):
    """A need in a list. `is_overdue`: a promised moment has passed and the clock runs."""

    id: Id
    no: str
    space_id: Id
    space: str
    category: str
    category_name: str
    title: str
    state: NeedState
    state_name: str
    text_check: TextCheck
    outcome: Outcome | None
    outcome_name: str
    urgency: Urgency
    version: int
    is_overdue: bool
    is_company: bool
    received_at: Moment
    promise: PromiseOut

    @classmethod
    def of(cls, need: Need, *, is_overdue: bool, **more: Any) -> Self:
        """Return the shape of a need read with its Space and category."""
        same = ("id", "no", "space_id", "title", "state", "text_check", "outcome", "urgency")
        return cls(
            **{name: getattr(need, name) for name in (*same, "version", "received_at")},
            space=need.space.name,
            category=need.category.code,
            category_name=need.category.name,
            state_name=_state_name(need),
            outcome_name=OUTCOME_NAMES[need.outcome] if need.outcome else "",
            is_overdue=is_overdue,
            is_company=need.enterprise_id is not None,
            promise=PromiseOut.of(need),
            **more,
        )


class NeedOut(NeedBriefOut):
    """A need with all that was said; `actions` are what the reader may do with it now."""

    body: str
    answers: dict[str, str]
    contact_times: str
    source: NeedSource
    lead_unit: str
    first_response_at: Moment | None
    answered_at: Moment | None
    closed_at: Moment | None
    reopen_count: int
    rating: NeedRatingOut | None
    actions: list[str]
    attachments: list[FileOut]
    activities: list[NeedActivityOut]
    timeline: list[NeedLineOut]


DETAILS = (
    "body",
    "answers",
    "contact_times",
    "source",
    "lead_unit",
    "first_response_at",
    "answered_at",
    "closed_at",
    "reopen_count",
)
"""What a need's page shows as it stands in the table."""


def _state_name(need: Need) -> str:
    if need.text_check is TextCheck.PENDING and need.state is NeedState.SUBMITTED:
        return "审核中"
    return "未通过审核" if need.text_check is TextCheck.REFUSED else STATE_NAMES[need.state]
