"""Signups as they come in and go out."""

import datetime as dt
from typing import Annotated, Self

from pydantic import Field

from models import Signup
from models.signups import SignupSource, SignupState
from server.schemas.activities_seen import SessionBriefOut
from server.schemas.base import Bool, Id, In, Moment, OptionalParagraph, Out, Whole

Answers = dict[
    Annotated[str, Field(max_length=60)], Annotated[OptionalParagraph, Field(max_length=200)]
]

Party = Annotated[int, Field(ge=1, le=20), Whole]


class SignupIn(In):
    """`party_size` counts the person and everybody they bring."""

    party_size: Party = 1
    answers: Annotated[Answers, Field(max_length=10)] = {}
    join_waitlist: Bool = False


class ActivityBriefOut(Out):
    id: Id
    title: str


class SignupOut(Out):
    """A place in a session; `position` counts from 1 on the waiting list."""

    id: Id
    state: SignupState
    position: int | None
    party_size: int
    answers: dict[str, str]
    source: SignupSource
    hold_until: Moment | None
    cancel_until: Moment
    end_reason: str
    lottery_code: str | None = Field(description="The name of one's own entry in the public draw.")
    checkin_id: Id | None = Field(description="The check-in that stands, to be rated.")
    rated: bool
    created_at: Moment
    activity: ActivityBriefOut
    session: SessionBriefOut

    @classmethod
    def of(
        cls,
        signup: Signup,
        position: int | None,
        cancel_until: dt.datetime,
        *,
        lottery_code: str | None = None,
        checkin_id: int | None = None,
        rated: bool = False,
    ) -> Self:
        """From a row whose session, activity, venues and zone are joined in."""
        session = signup.session
        return cls(
            id=signup.id,
            state=signup.state,
            position=position,
            party_size=signup.party_size,
            answers=signup.answers,
            source=signup.source,
            hold_until=signup.hold_until,
            cancel_until=cancel_until,
            end_reason=signup.end_reason,
            lottery_code=lottery_code,
            checkin_id=checkin_id,
            rated=rated,
            created_at=signup.created_at,
            activity=ActivityBriefOut(id=session.activity_id, title=session.activity.title),
            session=SessionBriefOut.of(session),
        )
