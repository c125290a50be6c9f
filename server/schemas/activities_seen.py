"""Activities and their sessions as members see them."""

from enum import StrEnum
from typing import Any, Self

from models import Activity, Session
from models.activities import (
    ActivityKind,
    ActivityState,
    SeriesMode,
    SessionState,
    SharedTo,
    SignupMode,
)
from server.schemas.activities_questions import QuestionOut
from server.schemas.base import Id, Moment, Out
from server.schemas.files import FileOut


def place_of(session: Session) -> str:
    """Return where a session is held, in words. Its activity, venue and zone must be joined in."""
    activity = session.activity
    venue = session.venue or activity.venue
    words = [venue.name if venue else "", session.zone.name if session.zone else ""]
    if not session.venue and activity.place:
        words[0] = activity.place
    return " ".join(filter(None, words))


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
    LOST = "lost"
    NO_SIGNUP_NEEDED = "no_signup_needed"
    NOT_OPEN = "not_open"
    CLOSED = "closed"
    FULL = "full"
    RESTRICTED = "restricted"
    SIGN_UP = "sign_up"


class ButtonOut(Out):
    """The button: `at` is when signing up opens (not_open) or when the offer ends (offered);
    `invited`: the place offered is kept because of a need of theirs."""

    state: ButtonState
    signup_id: Id | None = None
    position: int | None = None
    at: Moment | None = None
    reason: str | None = None
    can_join_waitlist: bool | None = None
    invited: bool | None = None


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
    mode: SeriesMode


class QuorumOut(Out):
    """How many must be there, and how many members have checked in so far."""

    needed: int
    present: int


class ActivityOut(Out):
    """An activity as a member sees it, with every session. `colleagues` and `materials` are told of
    one activity, not in lists: how many others of the caller's company have a place (null where
    that is not told), and what is handed out afterwards, to who was there."""

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
    one_session_each: bool
    slot_minutes: int | None
    co_hosts: list[str]
    meeting_point: str
    volunteer_role: str
    volunteer_hours: float | None
    quorum: QuorumOut | None
    result: str
    state: ActivityState
    cancel_reason: str
    colleagues: int | None
    materials: list[FileOut]
    sessions: list[SessionOut]

    @classmethod
    def of(
        cls,
        activity: Activity,
        sessions: list[SessionOut],
        present: int = 0,
        *,
        colleagues: int | None = None,
        materials: list[FileOut] | None = None,
    ) -> Self:
        """`present` is how many members have checked in, asked for where there is a quorum."""
        needed = activity.quorum
        return cls(
            id=activity.id,
            space=SpaceBriefOut(id=activity.space_id, name=activity.space.name),
            series=SeriesOut.model_validate(activity.series, from_attributes=True),
            place=activity.place or (activity.venue.name if activity.venue else ""),
            questions=[QuestionOut(**question) for question in activity.questions],
            quorum=QuorumOut(needed=needed, present=present) if needed else None,
            sessions=sessions,
            colleagues=colleagues,
            materials=materials or [],
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
    "one_session_each",
    "slot_minutes",
    "co_hosts",
    "meeting_point",
    "volunteer_role",
    "volunteer_hours",
    "result",
    "state",
    "cancel_reason",
)
