"""问卷与归属感: what members are asked, that somebody has answered, and what was answered."""

from enum import StrEnum

from peewee import (
    BooleanField,
    CharField,
    Check,
    DateField,
    ForeignKeyField,
    IntegerField,
    JSONField,
)

from models.base import BaseModel, ChoiceField, Record, UTCDateTimeField
from models.spaces import OrgUnit, Space
from models.users import User


class SurveyKind(StrEnum):
    SURVEY = "survey"
    PULSE = "pulse"


class Survey(Record):
    """Questions to the members of a Space, or (`space` empty) of all Spaces of a town. Members may
    answer from `starts_on` to `ends_on`, once it is published and until it is closed. `half` names
    the half-year of a pulse (`2026-H1`). `answered` counts the answers; `members` how many could
    have answered, as it was when it closed."""

    org_unit = ForeignKeyField(OrgUnit, backref="+")
    org_unit_id: int
    space = ForeignKeyField(Space, backref="+", null=True)
    space_id: int | None
    kind = ChoiceField(SurveyKind, default=SurveyKind.SURVEY)
    half = CharField(max_length=7, null=True)
    title = CharField(max_length=60)
    intro = CharField(max_length=300, default="")
    questions = JSONField(default=list)
    is_anonymous = BooleanField(default=True)
    starts_on = DateField()
    ends_on = DateField()
    published_at = UTCDateTimeField(null=True)
    invited_at = UTCDateTimeField(null=True)
    closed_at = UTCDateTimeField(null=True)
    answered = IntegerField(default=0)
    members = IntegerField(null=True)

    class Meta:
        constraints = (Check("starts_on <= ends_on", name="survey_starts_before_end"),)
        indexes = (
            # One pulse per Space and half-year; of others there may be as many as one likes.
            (("space", "half"), True),
            (("org_unit", "starts_on"), False),
        )


class SurveyReceipt(BaseModel):
    """That somebody has answered, so that nobody does twice: a keyed hash of survey and person,
    which leads neither back to the person nor on to the answers. Gone when the survey closes."""

    space = ForeignKeyField(Space, backref="+", null=True)
    space_id: int | None
    survey = ForeignKeyField(Survey, backref="+")
    survey_id: int
    token = CharField(max_length=64)

    class Meta:
        indexes = ((("survey", "token"), True),)


class SurveyAnswer(BaseModel):
    """The answers of one person. In an anonymous survey without the person, with an id of pure
    chance, no moment, and in no order that tells when it came."""

    space = ForeignKeyField(Space, backref="+", null=True)
    space_id: int | None
    survey = ForeignKeyField(Survey, backref="+")
    survey_id: int
    user = ForeignKeyField(User, backref="+", null=True)
    user_id: int | None
    answers = JSONField(default=dict)
