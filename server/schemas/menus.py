"""Menus as they come in and go out."""

from typing import Annotated, Any, Self

from pydantic import Field

from models import Menu, MenuItem, MenuRevision
from models.menus import RevisionState
from server.schemas.activities_seen import ActivityOut
from server.schemas.base import (
    Id,
    In,
    Moment,
    OptionalLine,
    OptionalLongLine,
    OptionalParagraph,
    Out,
    Whole,
)

Month = Annotated[str, Field(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")]


class MenuQuery(In):
    """Whose menu, of which Shanghai month (`YYYY-MM`)."""

    space: Id
    month: Month


class MenusQuery(In):
    """Of which Shanghai month."""

    month: Month


class CodePictureOut(Out):
    """A mini-program code as a data URL (`data:image/jpeg;base64,…`), for a canvas."""

    picture: str


class DraftIn(In):
    """Which menu to begin."""

    space_id: Id
    month: Month


class ItemIn(In):
    """An activity on the menu and a line about it."""

    activity_id: Id
    blurb: OptionalLongLine = ""


class MenuIn(In):
    """A draft as its editor wants it: the items in this order, and only these."""

    title: OptionalLine
    foreword: OptionalParagraph = ""
    items: Annotated[list[ItemIn], Field(max_length=100)]
    version: Annotated[int, Field(ge=1), Whole]


class PublishIn(In):
    """What the keeper saw when deciding."""

    version: Annotated[int, Field(ge=1), Whole]


class MenuChangeOut(Out):
    """One line of 改了什么."""

    activity_id: Id
    change: str
    text: str


class MenuItemOut(Out):
    blurb: str
    activity: ActivityOut


class MenuOut(Out):
    """The published menu of a month."""

    id: Id
    space_id: Id
    month: str
    revision: int
    title: str
    foreword: str
    published_at: Moment | None
    changes: list[MenuChangeOut]
    items: list[MenuItemOut]

    @classmethod
    def of(cls, revision: MenuRevision, menu: Menu, items: list[MenuItemOut]) -> Self:
        return cls(
            id=revision.id,
            space_id=revision.space_id,
            month=menu.month,
            revision=revision.number,
            title=revision.title,
            foreword=revision.foreword,
            published_at=revision.published_at,
            changes=[MenuChangeOut.model_validate(change) for change in revision.diff],
            items=items,
        )


class StaffItemOut(Out):
    activity_id: Id
    order: int
    blurb: str
    snapshot: dict[str, Any]


class StaffMenuOut(Out):
    """A revision as its editors see it: with what stands in the way of publishing it, and what
    publishing it would change. Both are empty once it is published."""

    id: Id
    space_id: Id
    month: str
    revision: int
    state: RevisionState
    version: int
    title: str
    foreword: str
    published_at: Moment | None
    items: list[StaffItemOut]
    problems: list[str]
    changes: list[MenuChangeOut]

    @classmethod
    def of(
        cls,
        revision: MenuRevision,
        menu: Menu,
        items: list[MenuItem],
        *,
        problems: list[str],
        changes: list[dict[str, str]],
    ) -> Self:
        return cls(
            id=revision.id,
            space_id=revision.space_id,
            month=menu.month,
            revision=revision.number,
            state=revision.state,
            version=revision.version,
            title=revision.title,
            foreword=revision.foreword,
            published_at=revision.published_at,
            items=[
                StaffItemOut(
                    activity_id=item.activity_id,
                    order=item.order,
                    blurb=item.blurb,
                    snapshot=item.snapshot,
                )
                for item in items
            ],
            problems=problems,
            changes=[MenuChangeOut.model_validate(change) for change in changes],
        )


class SpaceWithoutMenuOut(Out):
    id: Id
    name: str


class MenusOut(Out):
    """The month at a glance: what there is, and which Spaces have published nothing yet."""

    items: list[StaffMenuOut]
    unpublished: list[SpaceWithoutMenuOut]
