"""Shapes of the tri-party meeting: its plan, agenda, minutes, resolutions and tasks."""

from typing import Annotated, Any, Literal, Self

from pydantic import AwareDatetime, Field

from models import AgendaItem, JointMeeting, Partner, Resolution, Task
from models.meetings import AgendaKind, MeetingState, TaskState
from server.schemas.base import (
    Bool,
    Day,
    Id,
    In,
    LongText,
    Moment,
    OptionalLine,
    OptionalLongLine,
    OptionalParagraph,
    Out,
    PageQuery,
    Paragraph,
    ShortLine,
    Whole,
)

Version = Annotated[int, Field(ge=1, le=2**31 - 1), Whole]
Sentence = Annotated[Paragraph, Field(max_length=300)]
OptionalSentence = Annotated[OptionalParagraph, Field(max_length=300)]

MOST_LINES = 60


class MeetingPath(In):
    meeting_id: Id


class TaskPath(In):
    task_id: Id


class MeetingQuery(PageQuery):
    space: Id | None = None
    state: MeetingState | None = None


class TaskQuery(PageQuery):
    """`mine`: only what I own; `late`: only open ones whose day has passed."""

    space: Id | None = None
    state: TaskState | None = None
    mine: Literal["true", "false"] = "false"
    late: Literal["true", "false"] = "false"


class MeetingIn(In):
    """When and where the three standing parties meet, and whom they ask to come."""

    starts_at: AwareDatetime
    place: OptionalLongLine = ""
    united_front_id: Id
    party_branch_id: Id
    operator_id: Id
    guests: Annotated[list[ShortLine], Field(max_length=20)] = []


class NewMeetingIn(MeetingIn):
    space_id: Id


class MeetingChangeIn(MeetingIn):
    version: Version


class CancelIn(In):
    version: Version
    reason: Annotated[OptionalLine, Field(min_length=1)]


class AgendaLineIn(In):
    """A line of the agenda; `item_id` is of one that stands there already."""

    item_id: Id | None = None
    text: Annotated[OptionalLongLine, Field(min_length=1)]
    note: Annotated[OptionalParagraph, Field(max_length=500)] = ""


class AgendaIn(In):
    """The whole agenda in its order; lines left out are taken off."""

    version: Version
    items: Annotated[list[AgendaLineIn], Field(max_length=MOST_LINES)]


class MinutesIn(In):
    """What was said and who was there; `held` true: the meeting took place."""

    version: Version
    minutes: LongText = ""
    present: OptionalSentence = ""
    held: Bool = False


class TaskIn(In):
    """Who does what by when: an account, a partner, or, where neither fits, a name."""

    text: OptionalSentence = ""
    owner_staff_id: Id | None = None
    owner_partner_id: Id | None = None
    owner_text: OptionalLine = ""
    due_on: Day
    need_id: Id | None = None
    activity_id: Id | None = None


class TaskChangeIn(TaskIn):
    version: Version


class ResolutionIn(In):
    """A decision and, if somebody has to act, the task; its text is the decision's if left out."""

    text: Sentence
    task: TaskIn | None = None


class ResultIn(In):
    version: Version
    result: OptionalSentence = ""


class TaskReopenIn(In):
    version: Version


class PartyOut(Out):
    id: Id
    name: str

    @classmethod
    def of(cls, row: Partner) -> Self:
        return cls(id=row.id, name=row.name)


class AgendaItemOut(Out):
    id: Id
    kind: AgendaKind
    text: str
    note: str
    need_id: Id | None
    activity_id: Id | None
    task_id: Id | None

    @classmethod
    def of(cls, row: AgendaItem) -> Self:
        return cls(**{name: getattr(row, name) for name in cls.model_fields})


class TaskOut(Out):
    id: Id
    space_id: Id
    meeting_id: Id
    text: str
    owner: str
    owner_staff_id: Id | None
    owner_partner_id: Id | None
    due_on: Day
    is_late: bool
    need_id: Id | None
    activity_id: Id | None
    state: TaskState
    result: str
    done_at: Moment | None
    version: int

    @classmethod
    def of(cls, row: Task, *, owner: str, is_late: bool) -> Self:
        names = set(cls.model_fields) - {"owner", "is_late"}
        told: dict[str, Any] = {name: getattr(row, name) for name in names}
        return cls(**told, owner=owner, is_late=is_late)


class ResolutionOut(Out):
    id: Id
    text: str
    tasks: list[TaskOut]

    @classmethod
    def of(cls, row: Resolution, tasks: list[TaskOut]) -> Self:
        return cls(id=row.id, text=row.text, tasks=tasks)


class LastTimeOut(Out):
    """What became of the resolutions of the meeting before."""

    meeting_id: Id
    starts_at: Moment
    total: int
    done: int
    dropped: int
    sentence: str


class MeetingBriefOut(Out):
    id: Id
    space_id: Id
    space: str
    starts_at: Moment
    place: str
    united_front: PartyOut
    party_branch: PartyOut
    operator: PartyOut
    guests: list[str]
    state: MeetingState
    version: int

    @classmethod
    def of(cls, row: JointMeeting) -> Self:
        return cls(**_brief(row))


def _brief(row: JointMeeting) -> dict[str, Any]:
    names = ("id", "space_id", "starts_at", "place", "guests", "state", "version")
    parties = ("united_front", "party_branch", "operator")
    told = {name: getattr(row, name) for name in names}
    told |= {name: PartyOut.of(getattr(row, name)) for name in parties}
    return told | {"space": row.space.name}


class MeetingOut(MeetingBriefOut):
    present: str
    minutes: str
    cancel_reason: str
    agenda: list[AgendaItemOut]
    resolutions: list[ResolutionOut]
    last_time: LastTimeOut | None
    still_open: list[TaskOut] = Field(description="Open tasks of all meetings before this one.")

    @classmethod
    def whole(cls, row: JointMeeting, **parts: Any) -> Self:
        words = {name: getattr(row, name) for name in ("present", "minutes", "cancel_reason")}
        return cls(**_brief(row), **words, **parts)
