"""The monthly menu: one per Space and month, in immutable published revisions."""

from enum import StrEnum

from peewee import BigIntegerField, CharField, ForeignKeyField, IntegerField, JSONField, TextField

from models.activities import Activity
from models.base import BaseModel, ChoiceField, Record, UTCDateTimeField
from models.spaces import Space


class Menu(Record):
    """A Space's menu of a month (`YYYY-MM`); what it says stands in its revisions."""

    space = ForeignKeyField(Space, backref="+")
    space_id: int
    month = CharField(max_length=7)

    class Meta:
        indexes = ((("space", "month"), True),)


class RevisionState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"


class MenuRevision(Record):
    """One wording of a menu. Once published it never changes; a correction is a new revision."""

    space = ForeignKeyField(Space, backref="+")
    space_id: int
    menu = ForeignKeyField(Menu, backref="+")
    menu_id: int
    number = IntegerField()
    state = ChoiceField(RevisionState, default=RevisionState.DRAFT)
    title = CharField(max_length=60, default="")
    foreword = TextField(default="")
    published_at = UTCDateTimeField(null=True)
    published_by = BigIntegerField(null=True)
    diff = JSONField(default=list)

    class Meta:
        indexes = ((("menu", "number"), True),)


for _state in (RevisionState.DRAFT, RevisionState.PUBLISHED):
    MenuRevision.add_index(
        MenuRevision.index(
            MenuRevision.menu,
            unique=True,
            where=MenuRevision.state == _state,
            name=f"menu_revision_one_{_state.value}",
        )
    )


class MenuItem(BaseModel):
    """An activity on a revision. `snapshot` keeps what it said when it was published."""

    space = ForeignKeyField(Space, backref="+")
    space_id: int
    revision = ForeignKeyField(MenuRevision, backref="+")
    revision_id: int
    activity = ForeignKeyField(Activity, backref="+")
    activity_id: int
    order = IntegerField(default=0)
    blurb = CharField(max_length=120, default="")
    snapshot = JSONField(default=dict)

    class Meta:
        indexes = ((("revision", "activity"), True),)
