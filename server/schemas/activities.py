"""Activities and their sessions as staff write them and members ask for them."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import AwareDatetime, Field, model_validator

from models.activities import ActivityKind, Origin, SharedTo, SignupMode
from server.schemas.activities_questions import Questions
from server.schemas.base import (
    Bool,
    Id,
    In,
    Line,
    OptionalLine,
    OptionalLongLine,
    OptionalParagraph,
    PageQuery,
    Whole,
    Word,
)


class Rule(StrEnum):
    """Whom an activity is for. `declared` cannot be checked by a machine, only be said."""

    EVERYONE = "everyone"
    HOME_SPACE = "home_space"
    EMPLOYEES = "employees"
    FREELANCERS = "freelancers"
    ENTERPRISES = "enterprises"
    MEMBERS = "members"
    TAGS = "tags"
    DECLARED = "declared"


class EligibilityIn(In):
    """A rule; `ids` are the companies or members it names, `tags` what members said of themselves
    and one of which is enough."""

    rule: Rule = Rule.EVERYONE
    ids: Annotated[list[Id], Field(max_length=500)] = []
    tags: Annotated[list[Word], Field(max_length=10)] = []

    @model_validator(mode="after")
    def _named(self) -> Self:
        if (self.rule in (Rule.ENTERPRISES, Rule.MEMBERS)) != bool(self.ids):
            raise ValueError("限定企业或人员时请列出名单，其他情况不需要名单")
        if (self.rule == Rule.TAGS) != bool(self.tags):
            raise ValueError("限定标签时请写明标签，其他情况不需要标签")
        return self


Hours = Annotated[int, Field(ge=0, le=168), Whole]
Places = Annotated[int, Field(ge=1, le=100_000), Whole]
Party = Annotated[int, Field(ge=1, le=20), Whole]
Tickets = Annotated[int, Field(ge=1, le=5), Whole]
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
    place: OptionalLongLine = ""
    cover: Annotated[str, Field(max_length=200, pattern=r"^(https://|/)[!-~]*$|^$")] = ""
    body: OptionalParagraph = ""
    eligibility: EligibilityIn = EligibilityIn()
    eligibility_reason: OptionalLine = ""
    signup_mode: SignupMode = SignupMode.FCFS
    signup_opens_at: AwareDatetime | None = None
    signup_closes_at: AwareDatetime | None = None
    cancel_hours: Hours = 2
    per_enterprise_cap: Places | None = None
    max_party: Party = 1
    first_timer_tickets: Tickets = 1
    questions: Questions = []
    shared_to: SharedTo = SharedTo.SPACE
    share_quota: Places | None = None
    one_session_each: Bool = False
    co_hosts: Names = []
    meeting_point: OptionalLongLine = ""
    quorum: Places | None = None
    volunteer_role: OptionalLine = ""
    volunteer_hours: Annotated[float | None, Field(ge=0.5, le=24, multiple_of=0.5)] = None
    is_rehearsal: Bool = False


class SessionIn(In):
    """A session as staff write it. Without a check-in window the settings' default holds."""

    starts_at: AwareDatetime
    ends_at: AwareDatetime
    venue_id: Id | None = None
    zone_id: Id | None = None
    capacity: Places | None = None
    checkin_opens_at: AwareDatetime | None = None
    checkin_closes_at: AwareDatetime | None = None


class Announce(StrEnum):
    """What to do about people signed up when time or place change: tell them now, or put it
    together with a change still to come."""

    NOW = "now"
    LATER = "later"


class ActivitiesQuery(PageQuery):
    """Whose activities, in which month (`YYYY-MM`, Shanghai), of which series."""

    space: Id | None = None
    month: Annotated[str | None, Field(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")] = None
    series: Id | None = None
