"""What staff send about a session's places, and what anybody may read of its lottery."""

from typing import Annotated, Literal, Self

from pydantic import Field

from models import Draw, NoShowMark, Session, Signup
from models.signups import AppealState, SignupState
from server.schemas.activities import Places
from server.schemas.activities_seen import SessionBriefOut
from server.schemas.base import Id, In, Line, Moment, OptionalLine, Out, ShortLine, Whole
from server.schemas.signups import ActivityBriefOut

Phone = Annotated[str, Field(pattern=r"^(1[3-9][0-9]{9}|\+[0-9]{6,15}|)$")]


class CapacityIn(In):
    """How many places a session has from now on, fewer than are taken too; null lifts the limit."""

    capacity: Places | None
    reason: Line


class GuestIn(In):
    """Somebody staff put on the list. A phone number finds the member it belongs to."""

    name: ShortLine
    phone: Phone = ""
    enterprise_id: Id | None = None
    party_size: Annotated[int, Field(ge=1, le=20), Whole] = 1
    when_full: Literal["refuse", "wait", "beyond"] = "refuse"
    reason: OptionalLine = ""


class DecisionIn(In):
    """A word to the person; a refusal should have one."""

    reason: OptionalLine = ""


class DeclineIn(In):
    """Why somebody is not let in; they are told."""

    reason: Line


class AppealIn(In):
    text: Annotated[str, Field(min_length=1, max_length=500)]


class SeatsOut(Out):
    """A session's places; `extra_seats` were already given away when the capacity was lowered."""

    session_id: Id
    version: int
    capacity: int | None
    seats_taken: int
    extra_seats: int

    @classmethod
    def of(cls, session: Session) -> Self:
        return cls(
            session_id=session.id,
            version=session.version,
            capacity=session.capacity,
            seats_taken=session.seats_taken,
            extra_seats=session.extra_seats,
        )


class PlacedOut(Out):
    """A signup as staff made or decided it."""

    id: Id
    session_id: Id
    state: SignupState
    party_size: int
    position: int | None

    @classmethod
    def of(cls, signup: Signup, position: int | None) -> Self:
        return cls(
            id=signup.id,
            session_id=signup.session_id,
            state=signup.state,
            party_size=signup.party_size,
            position=position,
        )


class EntryOut(Out):
    """A party in the draw: `code` tells its person that it is theirs and nobody else whose; parties
    with the same `group` share a company's cap, `-` stands for none."""

    code: str
    party: int
    tickets: int
    group: str


class DrawnOut(Out):
    code: str
    rank: int
    won: bool


class DrawOut(Out):
    """A lottery. From its opening the `commitment` is there; the rest comes with the draw, and with
    it everybody can draw again: docs/signups.md says how."""

    session_id: Id
    version: str
    commitment: str
    closes_at: Moment
    draws_at: Moment
    drawn_at: Moment | None
    entered: int
    secret: str | None
    seed: str | None
    places: int | None
    cap: int | None
    entries: list[EntryOut]
    result: list[DrawnOut]

    @classmethod
    def of(cls, draw: Draw, **more: object) -> Self:
        """From a lottery; `more` is what its session says. The secret is told only afterwards."""
        is_drawn = draw.drawn_at is not None
        lines = [line.split(" ") for line in draw.entries]
        return cls.model_validate(
            {
                "session_id": draw.session_id,
                "commitment": draw.commitment,
                "drawn_at": draw.drawn_at,
                "secret": draw.secret if is_drawn else None,
                "seed": draw.seed if is_drawn else None,
                "places": draw.places,
                "cap": draw.cap,
                "entries": [
                    EntryOut(code=line[0], party=int(line[1]), tickets=int(line[2]), group=line[3])
                    for line in lines
                ],
                "result": [
                    DrawnOut(code=code, rank=rank, won=won)
                    for rank, (code, won) in enumerate(draw.result, 1)
                ],
            }
            | more
        )


class NoShowOut(Out):
    """A mark: `counts` says whether it does still."""

    id: Id
    activity: ActivityBriefOut
    session: SessionBriefOut
    expires_at: Moment
    counts: bool
    state: SignupState
    appeal_state: AppealState
    appeal_text: str
    can_appeal: bool
    decision_reason: str

    @classmethod
    def of(cls, mark: NoShowMark, *, counts: bool) -> Self:
        session = mark.session
        return cls(
            id=mark.id,
            activity=ActivityBriefOut(id=session.activity_id, title=session.activity.title),
            session=SessionBriefOut.of(session),
            expires_at=mark.expires_at,
            counts=counts,
            state=mark.signup.state,
            appeal_state=mark.appeal_state,
            appeal_text=mark.appeal_text,
            can_appeal=counts and mark.appeal_state == AppealState.NONE,
            decision_reason=mark.decision_reason,
        )


class NoShowsOut(Out):
    """A page of marks, how many count in all, and in plain words what that means."""

    items: list[NoShowOut]
    next: str | None
    counting: int
    effect: str


class AppealOut(Out):
    """An appeal as staff read it."""

    id: Id
    person: str
    activity: str
    session_id: Id
    text: str
    appealed_at: Moment
    state: AppealState
    decision_reason: str
