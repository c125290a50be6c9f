"""Shapes of people: what they may see and change of themselves."""

import datetime as dt
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints

from models import Series, User
from server.schemas.base import Bool, Id, In, Moment, Out, ShortLine, Word
from server.schemas.enterprises import MembershipOut
from server.schemas.spaces import SpaceRef

Switch = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{0,29}$")]


class CodeIn(In):
    """The one-time code WeChat gave the phone."""

    code: Annotated[str, StringConstraints(strict=True, pattern=r"^[\x21-\x7e]{1,128}$")]


class ConsentIn(In):
    """A yes or no to one document in one version."""

    kind: Literal["privacy", "terms", "self_tags"]
    version: Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Za-z0-9.-]{1,20}$")]
    given: Bool = True


class ProfileIn(In):
    """What is to change; what is not named stays."""

    nickname: ShortLine = ""
    real_name: ShortLine | None = None
    home_space: Id | None = None
    self_tags: Annotated[list[Word], Field(max_length=10)] = []
    preferences: Annotated[
        dict[Switch, Bool],
        Field(max_length=20, description="Switches of the mini-program, laid over the old ones."),
    ] = {}
    consents: Annotated[list[ConsentIn], Field(max_length=3)] = []


class ConsentOut(Out):
    kind: str
    version: str
    given: bool
    at: Moment


class UserOut(Out):
    """A person as they see themselves. Openid, full number and real name never leave."""

    id: Id
    nickname: str
    display_name: str
    has_real_name: bool
    phone: str | None = Field(examples=["138****1234"])
    home_space: SpaceRef | None
    enterprise: MembershipOut | None
    self_tags: list[str]
    preferences: dict[str, bool]
    consents: list[ConsentOut]
    is_staff: bool
    first_seen_at: Moment

    @classmethod
    def of(cls, user: User, **seen: Any) -> Self:
        """`seen`: display_name, phone, enterprise and is_staff, as the services say."""
        return cls(
            id=user.id,
            nickname=user.nickname,
            has_real_name=user.real_name_enc is not None,
            home_space=SpaceRef.of(user.home_space) if user.home_space else None,
            self_tags=user.self_tags,
            preferences=user.preferences,
            consents=[
                ConsentOut(**entry | {"at": dt.datetime.fromisoformat(entry["at"])})
                for entry in user.consents
            ],
            first_seen_at=user.first_seen_at,
            **seen,
        )


class SeriesCountOut(Out):
    id: Id
    code: str
    name: str
    color: str
    icon: str
    times: int

    @classmethod
    def of(cls, series: Series, times: int) -> Self:
        return cls(
            id=series.id,
            code=series.code,
            name=series.name,
            color=series.color,
            icon=series.icon,
            times=times,
        )


class FootprintOut(Out):
    """What a person has done here, counted as the statistics count it."""

    attendances: int
    person_times: int = Field(description="Attendances and the companions brought along.")
    series: list[SeriesCountOut]
    to_come: list[SeriesCountOut] = Field(description="Series on offer they have not been to.")
    series_offered: int
    minutes: int = Field(description="How long the sessions they were at were planned to take.")
    volunteer_minutes: int = Field(
        description="How long they volunteered: until checked out, else as the activity counts it."
    )
    needs_raised: int
    first_seen_at: Moment


class CopyOut(Out):
    """Everything held about the person who asks: the one answer with their own name and number."""

    profile: dict[str, Any]
    enterprises: list[dict[str, Any]]
    signups: list[dict[str, Any]]
    checkins: list[dict[str, Any]]
    needs: list[dict[str, Any]]
    files: list[dict[str, Any]]
    messages: list[dict[str, Any]]
    wallet: list[dict[str, Any]]
