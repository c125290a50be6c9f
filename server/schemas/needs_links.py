"""Shapes of activities held for a need, and of what its owner says of them."""

from typing import Annotated, Any, Self

from pydantic import Field

from models.activities import ActivityState
from models.needs import Solved
from server.schemas.base import Id, In, Moment, OptionalParagraph, Out


class VerdictIn(In):
    """What the owner says of an activity held for their need."""

    activity_id: Id
    solved: Solved
    text: Annotated[OptionalParagraph, Field(max_length=500)] = ""


class NeedActivityOut(Out):
    """An activity held for a need: `seat_held_until` while a place is kept, `asked` once it is
    over and the owner may say whether it helped, `result` what they said."""

    activity_id: Id
    title: str
    state: ActivityState
    starts_at: Moment | None
    seat_held_until: Moment | None
    asked: bool
    came: bool | None
    result: Solved | None
    comment: str
    answered_at: Moment | None

    @classmethod
    def of(cls, tie: Any) -> Self:
        """From a needs_links.Tie."""
        link = tie.link
        return cls(
            activity_id=link.activity_id,
            title=tie.activity.title,
            state=tie.activity.state,
            starts_at=tie.starts_at,
            seat_held_until=link.seats_held_until,
            asked=link.asked_at is not None,
            came=link.came,
            result=link.result,
            comment=link.comment,
            answered_at=link.answered_at,
        )
