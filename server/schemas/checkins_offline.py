"""What a phone at the door takes along, and what it brings back."""

import datetime as dt
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from models import Checkin, Session
from models.activities import TIMED
from models.signups import SignupState
from server.schemas.activities_seen import SessionBriefOut, SpaceBriefOut
from server.schemas.base import Day, Id, In, Moment, Out
from server.schemas.checkins import CameAlong, PresenceOut
from server.schemas.signups import ActivityBriefOut

Phase = Literal["cancelled", "before", "open", "over"]

MOST = 200


def _of_our_time(value: dt.datetime) -> dt.datetime:
    if not 2000 <= value.year <= 2100:
        raise ValueError("时间超出范围")
    return value


Clocked = Annotated[AwareDatetime, AfterValidator(_of_our_time)]
"""A moment by a phone's own clock, however wrong that goes."""


class DayQuery(In):
    """Which Shanghai day; today if not said."""

    day: Day | None = None


class StaffSessionOut(SessionBriefOut):
    """A session of the day as staff find it; `phase` is where its check-in stands. `guests` were
    counted by hand; `counts_time`: how long people stay matters, so they are checked out too."""

    space: SpaceBriefOut
    activity: ActivityBriefOut
    series: str
    color: str
    is_rehearsal: bool
    checkin_opens_at: Moment
    checkin_closes_at: Moment
    phase: Phase
    present: PresenceOut
    guests: int
    counts_time: bool

    @classmethod
    def of_day(cls, session: Session, phase: str, present: PresenceOut) -> Self:
        activity = session.activity
        return cls.model_validate(
            cls.facts(session)
            | {
                "space": SpaceBriefOut(id=activity.space.id, name=activity.space.name),
                "activity": ActivityBriefOut(id=activity.id, title=activity.title),
                "series": activity.series.name,
                "color": activity.series.color,
                "is_rehearsal": activity.is_rehearsal,
                "checkin_opens_at": session.checkin_opens_at,
                "checkin_closes_at": session.checkin_closes_at,
                "phase": phase,
                "present": present,
                "guests": session.counted_guests,
                "counts_time": activity.kind in TIMED,
            }
        )


class ExpectedOut(Out):
    """Somebody on the list. `pass_key` verifies their pass for this session, and nothing else."""

    signup_id: Id
    user_id: Id
    name: str
    enterprise: str | None
    party_size: int
    state: SignupState
    checked_in_at: Moment | None
    pass_key: str


class RosterOut(Out):
    """The list of a session as it was at `taken_at`, for a phone that may lose its network."""

    session: SessionBriefOut
    activity: ActivityBriefOut
    checkin_opens_at: Moment
    checkin_closes_at: Moment
    taken_at: Moment
    server_time: Moment
    slot_seconds: int
    items: list[ExpectedOut]


class SyncItemIn(In):
    """One check-in of the queue: somebody's personal code, or their signup when found by name.
    What is wrong with it is said in its verdict, so that it does not hold up the others."""

    client_ref: Annotated[str, Field(strict=True, pattern=r"^[!-~]{1,64}$")]
    session_id: str
    code: str | None = None
    signup_id: str | None = None
    party_present: int | None = None
    occurred_at: str


class SyncIn(In):
    """`sent_at`: what the phone's clock says now; by it the server corrects each `occurred_at`."""

    items: Annotated[list[SyncItemIn], Field(min_length=1, max_length=MOST)]
    sent_at: Clocked | None = None


class OfflineScan(BaseModel):
    """An item of the queue, as it must be to be worked on."""

    model_config = ConfigDict(extra="ignore")

    session_id: Id
    code: Annotated[str, Field(min_length=1, max_length=600)] | None = None
    signup_id: Id | None = None
    party_present: CameAlong | None = None
    occurred_at: Clocked

    @model_validator(mode="before")
    @classmethod
    def _one_of_them(cls, data: Any) -> Any:
        if bool(data.get("code")) == bool(data.get("signup_id")):
            raise ValueError("请填写 code 或 signup_id 其中一项")
        return data


class SyncedOut(Out):
    """The check-in that stands for an item."""

    id: Id
    session_id: Id
    signup_id: Id | None
    user_id: Id
    name: str
    checked_in_at: Moment
    party_present: int
    flags: list[str]
    is_voided: bool

    @classmethod
    def of(cls, checkin: Checkin, name: str) -> Self:
        return cls(
            id=checkin.id,
            session_id=checkin.session_id,
            signup_id=checkin.signup_id,
            user_id=checkin.user_id,
            name=name,
            checked_in_at=checkin.occurred_at,
            party_present=checkin.party_present,
            flags=checkin.flags,
            is_voided=checkin.voided_at is not None,
        )


class VerdictOut(Out):
    """The last word on one item: sent again it gets the same. `code` says why it was refused."""

    client_ref: str
    verdict: Literal["checked_in", "already_checked_in", "refused"]
    code: str | None
    detail: str
    checkin: SyncedOut | None


class SyncOut(Out):
    """One verdict per item, in their order."""

    server_time: Moment
    verdicts: list[VerdictOut]
