"""Shapes of visits: a season, whom to visit, what was heard, and the queue of a phone."""

import datetime as dt
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from models.needs import Urgency
from models.visits import TargetState, VisitKind
from server.schemas.base import (
    Bool,
    Day,
    Id,
    In,
    Line,
    Moment,
    OptionalLine,
    OptionalLongLine,
    OptionalParagraph,
    Out,
    Paragraph,
    Whole,
)
from server.schemas.files import Attachments, FileOut
from server.schemas.needs import Answers, Code, NeedBriefOut
from server.schemas.visits_questions import (
    QuestionResultOut,
    VisitAnswers,
    VisitQuestionOut,
    VisitQuestions,
)

MOST = 50
Version = Annotated[int, Field(ge=1, le=2**31 - 1), Whole]
Months = Annotated[int, Field(ge=1, le=60), Whole]


class Why(StrEnum):
    """Why a company is on the list, in the order they count."""

    NEVER = "never"
    OPEN_NEEDS = "open_needs"
    SILENT = "silent"
    NEW = "new"
    LEASE = "lease"
    REST = "rest"
    BY_HAND = "by_hand"


class RuleIn(In):
    """By which reasons companies are chosen, the first first, and how many months make a company
    silent, new, or near the end of its lease."""

    order: Annotated[list[Why], Field(min_length=1, max_length=6)] = [
        Why.NEVER,
        Why.OPEN_NEEDS,
        Why.SILENT,
        Why.NEW,
        Why.LEASE,
    ]
    silent_months: Months = 6
    new_months: Months = 6
    lease_months: Months = 6


class VisitCampaignIn(In):
    """A season."""

    space_id: Id
    kind: VisitKind
    title: Line
    starts_on: Day
    ends_on: Day
    rule: RuleIn = RuleIn()
    questions: VisitQuestions = []
    is_anonymous: Bool = False


class NeedHeardIn(In):
    """A need heard on a visit."""

    category: Code
    title: Line
    body: Paragraph
    answers: Answers = {}
    urgency: Urgency = Urgency.NORMAL
    contact_times: OptionalLine = ""


def _moment(value: Any) -> Any:
    """Only texts are moments on the wire; pydantic would also read seconds since 1970."""
    if not isinstance(value, str | dt.datetime):
        raise ValueError("时间格式不正确")
    return value


Needs = Annotated[list[NeedHeardIn], Field(max_length=10)]


class VisitIn(In):
    """What was seen and heard. `answers` of an anonymous season are kept without whose they are."""

    visited_at: Annotated[AwareDatetime, BeforeValidator(_moment)]
    met: OptionalLongLine = ""
    visitors: OptionalLongLine = ""
    summary: OptionalParagraph = ""
    answers: VisitAnswers = {}
    needs: Needs = []
    attachments: Attachments = []
    signed_off: Bool = False


class MarkIn(In):
    """A company that could not be visited, or is to be after all."""

    state: Literal["todo", "refused", "unreachable"]
    reason: OptionalLongLine = ""
    version: Version


class SyncedVisitIn(In):
    """One item of the queue: a visit (`visit`), or why there was none (`state` and `reason`). What
    is wrong with it is said in its verdict, so that it does not hold up the others."""

    client_ref: Annotated[str, Field(strict=True, pattern=r"^[!-~]{1,64}$")]
    target_id: str
    state: str
    reason: str = ""
    visit: dict[str, Any] | None = None


class VisitSyncIn(In):
    items: Annotated[list[SyncedVisitIn], Field(min_length=1, max_length=MOST)]


class HandedIn(BaseModel):
    """An item of the queue, as it must be to be worked on."""

    model_config = ConfigDict(extra="ignore")

    target_id: Id
    state: Literal["done", "refused", "unreachable"]
    reason: OptionalLongLine = ""
    visit: VisitIn | None = None


class VisitVerdictOut(Out):
    """The last word on one item: sent again it gets the same. `code` says why it was refused."""

    client_ref: str
    verdict: Literal["recorded", "marked", "refused"]
    code: str | None
    detail: str
    visit_id: Id | None


class VisitSyncOut(Out):
    server_time: Moment
    verdicts: list[VisitVerdictOut]


class VisitCampaignPath(In):
    visit_campaign_id: Id


class VisitTargetPath(In):
    visit_target_id: Id


class VisitPath(In):
    visit_id: Id


class VisitTargetsQuery(In):
    """Which of them: mine or everybody's."""

    assignee: Literal["me", "all"] = "all"
    state: TargetState | None = None


class StandingOut(Out):
    """How far a season is. `answered` counts the visits on which the questions were answered."""

    targets: int
    todo: int
    done: int
    refused: int
    unreachable: int
    answered: int
    needs: int


class AssigneeStandingOut(StandingOut):
    """How far one of the staff is; no id: nobody has it yet."""

    assignee_id: Id | None
    name: str


class VisitCampaignBriefOut(Out):
    """A season, and how far it is."""

    id: Id
    space_id: Id
    kind: VisitKind
    title: str
    starts_on: Day
    ends_on: Day
    is_anonymous: bool
    closed_at: Moment | None
    standing: StandingOut

    @classmethod
    def of(cls, campaign: Any, standing: Any, **more: Any) -> Self:
        names = VisitCampaignBriefOut.model_fields.keys() - {"standing"}
        return cls(
            **{name: getattr(campaign, name) for name in names},
            standing=StandingOut.model_validate(standing, from_attributes=True),
            **more,
        )


class VisitCampaignOut(VisitCampaignBriefOut):
    """A season with what is asked in it and how far everybody is."""

    questions: list[VisitQuestionOut]
    assignees: list[AssigneeStandingOut]


class WhyOut(Out):
    """Why a company is on the list."""

    why: Why
    text: str


class VisitTargetOut(Out):
    """A company to visit. `contact` and the masked `phone` only for who visits; `visit_id` once it
    was visited."""

    id: Id
    campaign_id: Id
    version: int
    enterprise_id: Id
    name: str
    building: str
    floor: str
    room: str
    contact: str
    phone: str
    open_needs: int
    last_visited_on: Day | None
    reasons: list[WhyOut]
    state: TargetState
    state_reason: str
    assignee_id: Id | None
    assignee: str
    visit_id: Id | None


class VisitOut(Out):
    """A visit as it was written down. Who was met is told to who visits there; `answers` are empty
    in an anonymous season. `needs` for who works on needs."""

    id: Id
    version: int
    campaign_id: Id
    target_id: Id
    enterprise_id: Id
    enterprise: str
    visited_at: Moment
    met: str
    visitors: str
    summary: str
    has_answers: bool
    answers: dict[str, str]
    signed_off_at: Moment | None
    needs: list[NeedBriefOut]
    photos: list[FileOut]


class VisitResultsOut(Out):
    """What came of the questions. `is_held_back`: an anonymous season with too few answers yet."""

    answered: int
    is_held_back: bool
    questions: list[QuestionResultOut]


class SpringOut(Out):
    """The season the calendar proposes."""

    year: int
    starts_on: Day
    ends_on: Day
    is_provisional: bool
    reasons: list[str]
