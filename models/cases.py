"""案例: what a solved need or an activity taught, told so that others can do it too."""

from enum import StrEnum

from peewee import BooleanField, CharField, Check, ForeignKeyField, JSONField, TextField

from models.activities import Activity
from models.base import ChoiceField, Record, UTCDateTimeField
from models.needs import Need
from models.spaces import Space


class CaseReach(StrEnum):
    """Who may read a case once it is published."""

    SPACE = "space"
    TOWN = "town"
    PUBLIC = "public"


class CaseStory(Record):
    """A story of a Space, out of one need or one activity; out of neither once its submitter has
    left. `figures` are pairs of `name` and `value` as they are to be read. `is_named`: whoever
    published it was told that it names somebody or a company of it, and published it all the same; of
    a draft, that it was taken back because somebody of it left.
    """

    space = ForeignKeyField(Space, backref="+")
    space_id: int
    need = ForeignKeyField(Need, backref="+", null=True)
    need_id: int | None
    activity = ForeignKeyField(Activity, backref="+", null=True)
    activity_id: int | None
    title = CharField(max_length=60)
    before = TextField()
    doing = TextField()
    after = TextField()
    figures = JSONField(default=list)
    reach = ChoiceField(CaseReach, default=CaseReach.SPACE)
    is_named = BooleanField(default=False)
    published_at = UTCDateTimeField(null=True)

    class Meta:
        constraints = (Check("need_id IS NULL OR activity_id IS NULL", name="case_story_one_root"),)
        indexes = (
            (("space", "published_at"), False),
            (("reach", "published_at"), False),
        )
