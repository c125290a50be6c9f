"""Signing up for several sessions of an activity at once."""

from typing import Annotated, Literal

from pydantic import Field

from server.schemas.activities_seen import SessionBriefOut
from server.schemas.base import Id, Out
from server.schemas.signups import SignupIn, SignupOut


class SeriesSignupIn(SignupIn):
    """As for one session, and which: every one still open (`all`), or these."""

    sessions: Literal["all"] | Annotated[list[Id], Field(min_length=1, max_length=60)]


class SessionVerdictOut(Out):
    """What came of one session: a signup, or the code and sentence that say why there is none."""

    session: SessionBriefOut
    signup: SignupOut | None
    code: str | None
    detail: str | None


class SeriesSignupOut(Out):
    """A verdict for every session asked for, in the order of their dates."""

    signed_up: int
    verdicts: list[SessionVerdictOut]
