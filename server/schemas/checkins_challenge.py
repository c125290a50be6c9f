"""The colour and word of the minute as they go out, and what staff say about them."""

from typing import Annotated, Self

from pydantic import Field

from models import Checkin
from server.schemas.base import Bool, Id, In, Moment, OptionalLongLine, Out


class ChallengeQuery(In):
    session: Id


class ChallengeOut(Out):
    """What a flagged person is asked to show: a colour and a word of this very minute. `color` is
    a CSS colour, `color_name` what people call it."""

    color: str
    color_name: str
    word: str
    valid_to: Moment


class DueChallengeOut(Out):
    """What must be on the person's phone; `before`: what was there until a moment ago, which may
    still be shown in the first seconds of a minute."""

    server_time: Moment
    name: str
    flags: list[str]
    current: ChallengeOut
    before: ChallengeOut


class ShownIn(In):
    """`shown`: the phone showed them, and the flags are settled. Otherwise the check-in is voided,
    with a reason."""

    shown: Bool
    reason: Annotated[OptionalLongLine, Field(max_length=120)] = ""


class ChallengedOut(Out):
    """How the check-in stands after it."""

    id: Id
    flags: list[str]
    challenged_at: Moment | None
    is_voided: bool

    @classmethod
    def of(cls, checkin: Checkin) -> Self:
        return cls(
            id=checkin.id,
            flags=checkin.flags,
            challenged_at=checkin.challenged_at,
            is_voided=checkin.voided_at is not None,
        )
