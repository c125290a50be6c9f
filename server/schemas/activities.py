"""Activities and their sessions as they come in and go out."""

from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import AwareDatetime, Field, model_validator

from models import Activity, Session
from models.activities import (
    ActivityKind,
    ActivityState,
    Origin,
    SessionState,
    SharedTo,
    SignupMode,
)
from server.schemas.base import (
    Bool,
    Id,
    In,
    Int,
    Line,
    Moment,
    OptionalLine,
    OptionalParagraph,
    Out,
    PageQuery,
)


class Rule(StrEnum):
    """Whom an activity is for. `declared` cannot be checked by a machine, only be said."""

    EVERYONE = "everyone"
    HOME_SPACE = "home_space"
    EMPLOYEES = "employees"
    FREELANCERS = "freelancers"
    ENTERPRISES = "enterprises"
    MEMBERS = "members"
    DECLARED = "declared"


class EligibilityIn(In):
    """A rule; `ids` are the companies or members it names."""

    rule: Rule = Rule.EVERYONE
    ids: Annotated[list[Id], Field(max_length=500)] = []

    @model_validator(mode="after")
    def _named(self) -> Self:
        if (self.rule in (Rule.ENTERPRISES, Rule.MEMBERS)) != bool(self.ids):
            raise ValueError("限定企业或人员时请列出名单，其他情况不需要名单")
        return self


class QuestionIn(In):
    """What the person is asked when signing up."""

    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,19}$")]
    label: Line
    kind: Literal["text", "choice", "yes_no"] = "text"
    options: Annotated[list[Line], Field(max_length=20)] = []
    required: Bool = False

    @model_validator(mode="after")
    def _answerable(self) -> Self:
        if (self.kind == "choice") != (len(self.options) >= 2):
            raise ValueError("单选题至少要有两个选项，其他题不需要选项")
        return self


Names = Annotated[list[Line], Field(max_length=20)]


class ActivityIn(In):
    """An activity as staff write it."""

    series_id: Id
    title: Line
    theme: OptionalLine = ""
    kind: ActivityKind = ActivityKind.LECTURE
    origin: Origin = Origin.PLAN
    five_goals: Names = []
    hosts: Names = []
    experts: Names = []
    venue_id: Id | None = None
    place: Annotated[OptionalLine, Field(max_length=120)] = ""
    cover: Annotated[str, Field(max_length=200, pattern=r"^(https://|/)[!-~]*$|^$")] = ""
    body: OptionalParagraph = ""
    eligibility: EligibilityIn = EligibilityIn()
    eligibility_reason: OptionalLine = ""
    signup_mode: SignupMode = SignupMode.FCFS
    signup_opens_at: AwareDatetime | None = None
    signup_closes_at: AwareDatetime | None = None
    cancel_hours: Annotated[Int, Field(ge=0, le=168)] = 2
    per_enterprise_cap: Annotated[Int, Field(ge=1, le=10_000)] | None = None
    max_party: Annotated[Int, Field(ge=1, le=20)] = 1
    questions: Annotated[list[QuestionIn], Field(max_length=10)] = []
    shared_to: SharedTo = SharedTo.SPACE
    is_rehearsal: Bool = False


class SessionIn(In):
    """A session as staff write it. Without a check-in window the settings' default holds."""

    starts_at: AwareDatetime
    ends_at: AwareDatetime
    venue_id: Id | None = None
    zone_id: Id | None = None
    capacity: Annotated[Int, Field(ge=1, le=100_000)] | None = None
    checkin_opens_at: AwareDatetime | None = None
    checkin_closes_at: AwareDatetime | None = None


class Announce(StrEnum):
    """What to do about people signed up when time or place change: tell them now, or put it
    together with a change still to come."""

    NOW = "now"
    LATER = "later"


class ButtonState(StrEnum):
    """What the one button of a session says, most important first."""

    ENDED = "ended"
    CANCELLED = "cancelled"
    ATTENDED = "attended"
    CONFIRMED = "confirmed"
    OFFERED = "offered"
    WAITLISTED = "waitlisted"
    PENDING = "pending"
    LOTTERY_JOINED = "lottery_joined"
    NO_SIGNUP_NEEDED = "no_signup_needed"
    NOT_OPEN = "not_open"
    CLOSED = "closed"
    FULL = "full"
    RESTRICTED = "restricted"
    SIGN_UP = "sign_up"


class ButtonOut(Out):
    """The button: `at` is when signing up opens (not_open) or when the offer ends (offered)."""

    state: ButtonState
    signup_id: Id | None = None
    position: int | None = None
    at: Moment | None = None
    reason: str | None = None
    can_join_waitlist: bool | None = None


class ChangeOut(Out):
    """What people knew before time or place changed."""

    at: Moment
    starts_at: Moment | None
    place: str | None


class SessionBriefOut(Out):
    """A session: when and where."""

    id: Id
    starts_at: Moment
    ends_at: Moment
    place: str
    state: SessionState

    @classmethod
    def facts(cls, session: Session) -> dict[str, Any]:
        """Return the members every shape of a session shares. `place_of` must be at hand."""
        return {
            "id": session.id,
            "starts_at": session.starts_at,
            "ends_at": session.ends_at,
            "place": place_of(session),
            "state": session.state,
        }

    @classmethod
    def of(cls, session: Session) -> Self:
        return cls(**cls.facts(session))


class SessionOut(SessionBriefOut):
    """A session with its places, its check-in window and the caller's button."""

    capacity: int | None
    seats_taken: int
    waiting: int
    checkin_opens_at: Moment
    checkin_closes_at: Moment
    changed: ChangeOut | None
    button: ButtonOut

    @classmethod
    def seen(cls, session: Session, waiting: int, button: ButtonOut) -> Self:
        changed = None
        if session.changed_at is not None:
            changed = ChangeOut(
                at=session.changed_at,
                starts_at=session.previous.get("starts_at"),
                place=session.previous.get("place"),
            )
        return cls(
            **cls.facts(session),
            capacity=session.capacity,
            seats_taken=session.seats_taken,
            waiting=waiting,
            checkin_opens_at=session.checkin_opens_at,
            checkin_closes_at=session.checkin_closes_at,
            changed=changed,
            button=button,
        )


class SpaceBriefOut(Out):
    id: Id
    name: str


class SeriesOut(Out):
    id: Id
    code: str
    name: str
    color: str
    icon: str


class QuestionOut(Out):
    key: str
    label: str
    kind: str
    options: list[str]
    required: bool


class ActivityOut(Out):
    """An activity as a member sees it, with every session."""

    id: Id
    space: SpaceBriefOut
    series: SeriesOut
    title: str
    theme: str
    kind: ActivityKind
    five_goals: list[str]
    hosts: list[str]
    experts: list[str]
    place: str
    cover: str
    body: str
    eligibility_reason: str
    signup_mode: SignupMode
    signup_opens_at: Moment | None
    signup_closes_at: Moment | None
    cancel_hours: int
    max_party: int
    questions: list[QuestionOut]
    shared_to: SharedTo
    state: ActivityState
    cancel_reason: str
    sessions: list[SessionOut]

    @classmethod
    def of(cls, activity: Activity, sessions: list[SessionOut]) -> Self:
        return cls(
            id=activity.id,
            space=SpaceBriefOut(id=activity.space_id, name=activity.space.name),
            series=SeriesOut.model_validate(activity.series, from_attributes=True),
            place=activity.place or (activity.venue.name if activity.venue else ""),
            questions=[QuestionOut(**question) for question in activity.questions],
            sessions=sessions,
            **{name: getattr(activity, name) for name in _AS_THEY_STAND},
        )


_AS_THEY_STAND = (
    "title",
    "theme",
    "kind",
    "five_goals",
    "hosts",
    "experts",
    "cover",
    "body",
    "eligibility_reason",
    "signup_mode",
    "signup_opens_at",
    "signup_closes_at",
    "cancel_hours",
    "max_party",
    "shared_to",
    "state",
    "cancel_reason",
)


class ActivitiesQuery(PageQuery):
    """Whose activities, in which month (`YYYY-MM`, Shanghai), of which series."""

    space: Id | None = None
    month: Annotated[str | None, Field(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")] = None
    series: Id | None = None


def place_of(session: Session) -> str:
    """Return where a session is held, in words. Its activity, venue and zone must be joined in."""
    activity = session.activity
    venue = session.venue or activity.venue
    words = [venue.name if venue else "", session.zone.name if session.zone else ""]
    if not session.venue and activity.place:
        words[0] = activity.place
    return " ".join(filter(None, words))
