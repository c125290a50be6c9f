"""The staff's side of the door as it comes in and goes out."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from models import Checkin
from models.checkins import CheckinMethod
from models.signups import SignupState
from server.schemas.base import Id, In, ListOut, Moment, OptionalLongLine, Out, Plain, Whole
from server.schemas.checkins import CameAlong, CheckinOut, PresenceOut

Scanned = Annotated[str, Field(strict=True, min_length=1, max_length=600)]
Door = Annotated[Plain, Field(max_length=30)]
Ref = Annotated[str, Field(strict=True, pattern="^[!-~]{1,64}$")]


class _Entry(In):
    """What every entry by staff may say. `door` names the entrance, for the counts per door."""

    session_id: Id
    party_present: CameAlong | None = None
    door: Door = ""


class StaffCheckinIn(_Entry):
    """The personal code that was scanned, or the signup that was found. `party_present`: how many
    came along (default: as many as were signed up); `late_reason`: after the window, why;
    `reason`: for a party larger than there are places."""

    code: Scanned | None = None
    signup_id: Id | None = None
    late_reason: OptionalLongLine = ""
    reason: OptionalLongLine = ""
    client_ref: Ref | None = None

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        if (self.code is None) == (self.signup_id is None):
            raise ValueError("请扫凭证或选择一位报名者")
        return self


class WalkInIn(_Entry):
    """Somebody without a place: their personal code, or who was scanned or looked up before.
    `reason` is needed beyond the capacity and after the window."""

    code: Scanned | None = None
    user_id: Id | None = None
    reason: OptionalLongLine = ""
    client_ref: Ref | None = None

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        if (self.code is None) == (self.user_id is None):
            raise ValueError("请扫凭证或选择一位会员")
        return self


class VoidIn(In):
    """Why the check-in does not count."""

    reason: OptionalLongLine


class PartyIn(In):
    """How many came along, and why if there are no places for them."""

    party_present: CameAlong
    reason: OptionalLongLine = ""


class GuestsIn(In):
    """How many people without an account are there, counted by hand, all told."""

    count: Annotated[int, Field(ge=0, le=100_000), Whole]


class PeopleQuery(In):
    """What to look for; less than two characters find nobody."""

    q: Annotated[Plain, Field(max_length=60)] = ""


class AttendeeOut(Out):
    """A person as staff at the door see them."""

    user_id: Id
    name: str
    phone_masked: str | None
    enterprise: str | None


class StaffCheckinOut(CheckinOut):
    """`cues` are for the staff's eyes at this moment: that somebody is here for the first time, or
    has lately asked for something. People may turn them off."""

    person: AttendeeOut
    cues: list[str]
    signup_id: Id | None
    party_size: int
    door: str
    flags: list[str]
    reason: str
    left_at: Moment | None
    voided_at: Moment | None

    @classmethod
    def seen(cls, checkin: Checkin, person: AttendeeOut, cues: list[str]) -> Self:
        """From a row whose session, activity, venues, zone and signup are joined in."""
        return cls(
            **CheckinOut.facts(checkin),
            person=person,
            cues=cues,
            signup_id=checkin.signup_id,
            party_size=checkin.signup.party_size if checkin.signup else 1,
            door=checkin.door,
            flags=checkin.flags,
            reason=checkin.reason,
            left_at=checkin.left_at,
            voided_at=checkin.voided_at,
        )


class StaffCheckedInOut(Out):
    """`already_checked_in` is no refusal: it shows since when."""

    result: Literal["checked_in", "already_checked_in"]
    checkin: StaffCheckinOut


class BriefCheckinOut(Out):
    id: Id
    checked_in_at: Moment
    left_at: Moment | None


class FoundOut(AttendeeOut):
    """Somebody who was looked for; without a signup `signup_id` and `state` are null."""

    signup_id: Id | None
    party_size: int
    state: SignupState | None
    checkin: BriefCheckinOut | None


class MatchesOut(ListOut[FoundOut]):
    """There is no next page: whoever sees `has_more` types one more character."""

    has_more: bool


class DoorCountOut(Out):
    door: str
    persons: int


class MethodCountOut(Out):
    method: CheckinMethod
    persons: int


class DeskPresenceOut(PresenceOut):
    """`guests` are people without an account, counted by hand and shown separately;
    `over_capacity` counts who was let in beyond the capacity."""

    guests: int
    over_capacity: int
    by_method: list[MethodCountOut]
    by_door: list[DoorCountOut]
