"""Check-ins, ratings and rotating codes as they come in and go out."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field

from models import Checkin, Rating
from models.checkins import CheckinMethod
from server.schemas.activities_seen import SessionBriefOut
from server.schemas.base import Bool, Id, In, Moment, OptionalParagraph, Out, Whole
from server.schemas.signups import ActivityBriefOut

CameAlong = Annotated[int, Field(ge=0, le=19), Whole]
Score = Annotated[int, Field(ge=1, le=3), Whole]


class CheckinIn(In):
    """What the camera read: the code or the whole link; or the `ticket` of a `not_signed_up`.
    `walk_in` signs up on the spot; `party_present` is how many came along (default: as many as were signed up)."""

    token: Annotated[str, Field(strict=True, min_length=1, max_length=600)]
    walk_in: Bool = False
    party_present: CameAlong | None = None


class CheckinOut(Out):
    id: Id
    session: SessionBriefOut
    activity: ActivityBriefOut
    method: CheckinMethod
    checked_in_at: Moment
    party_present: int

    @classmethod
    def facts(cls, checkin: Checkin) -> dict[str, Any]:
        """Return the members every shape of a check-in shares."""
        session = checkin.session
        return {
            "id": checkin.id,
            "session": SessionBriefOut.of(session),
            "activity": ActivityBriefOut(id=session.activity_id, title=session.activity.title),
            "method": checkin.method,
            "checked_in_at": checkin.occurred_at,
            "party_present": checkin.party_present,
        }

    @classmethod
    def of(cls, checkin: Checkin) -> Self:
        """From a row whose session, activity, venues and zone are joined in."""
        return cls(**cls.facts(checkin))


class CheckedInOut(Out):
    """`already_checked_in` is good news too: it shows when, so that one can prove it."""

    result: Literal["checked_in", "already_checked_in"]
    checkin: CheckinOut

    @classmethod
    def of(cls, checkin: Checkin, *, is_repeat: bool) -> Self:
        result: Literal["checked_in", "already_checked_in"] = (
            "already_checked_in" if is_repeat else "checked_in"
        )
        return cls(result=result, checkin=CheckinOut.of(checkin))


class RatingIn(In):
    """3 满意, 2 基本满意, 1 不满意."""

    score: Score
    text: Annotated[OptionalParagraph, Field(max_length=500)] = ""


class RatingOut(Out):
    id: Id
    score: int
    text: str
    created_at: Moment
    editable_until: Moment

    @classmethod
    def of(cls, rating: Rating, editable_until: Moment) -> Self:
        return cls(
            id=rating.id,
            score=rating.score,
            text=rating.text,
            created_at=rating.created_at,
            editable_until=editable_until,
        )


class CodeOut(Out):
    """One code and the time it is to be shown."""

    slot: int
    valid_from: Moment
    valid_to: Moment
    url: str


class PresenceOut(Out):
    people: int
    persons: int
    signed_up: int
    capacity: int | None


class CodesOut(Out):
    """The next codes to show, so that a short outage does not blank the screen."""

    session: SessionBriefOut
    activity: ActivityBriefOut
    slot_seconds: int
    server_time: Moment
    codes: list[CodeOut]
    present: PresenceOut
