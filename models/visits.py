"""走访: seasons of visits, the companies to visit, what was heard there."""

from enum import StrEnum

from peewee import (
    BigIntegerField,
    BooleanField,
    CharField,
    Check,
    DateField,
    ForeignKeyField,
    IntegerField,
    JSONField,
    TextField,
)

from models.base import BaseModel, ChoiceField, Record, UTCDateTimeField
from models.enterprises import Enterprise
from models.needs import Need
from models.spaces import Space
from models.staff import Staff


class VisitKind(StrEnum):
    SPRING = "spring"
    RESEARCH = "research"
    OTHER = "other"


class VisitCampaign(Record):
    """A season of visits. `rule` says by which reasons companies were chosen, and how long is long;
    `questions` what is asked at each; with `is_anonymous` the answers are kept without whose they
    are."""

    space = ForeignKeyField(Space, backref="+")
    space_id: int
    kind = ChoiceField(VisitKind)
    year = IntegerField()
    title = CharField(max_length=60)
    starts_on = DateField()
    ends_on = DateField()
    rule = JSONField(default=dict)
    questions = JSONField(default=list)
    is_anonymous = BooleanField(default=False)
    closed_at = UTCDateTimeField(null=True)

    class Meta:
        constraints = (Check("starts_on <= ends_on", name="visit_campaign_starts_before_end"),)
        indexes = ((("space", "starts_on"), False),)


# There is one Spring Festival a year: who is second finds the season that is there.
VisitCampaign.add_index(
    VisitCampaign.index(
        VisitCampaign.space,
        VisitCampaign.year,
        unique=True,
        where=VisitCampaign.kind == VisitKind.SPRING,
        name="visit_campaign_one_spring",
    )
)


class TargetState(StrEnum):
    TODO = "todo"
    DONE = "done"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"


class VisitTarget(Record):
    """A company to visit in a season. `reasons` is why, as told when it was chosen; `state_reason`
    why it was not to be. Taken off the list it keeps its row (`removed_at`)."""

    space = ForeignKeyField(Space, backref="+")
    space_id: int
    campaign = ForeignKeyField(VisitCampaign, backref="+")
    campaign_id: int
    enterprise = ForeignKeyField(Enterprise, backref="+")
    enterprise_id: int
    assignee = ForeignKeyField(Staff, backref="+", null=True)
    assignee_id: int | None
    state = ChoiceField(TargetState, default=TargetState.TODO)
    state_reason = CharField(max_length=120, default="")
    reasons = JSONField(default=list)
    rank = IntegerField(default=0)
    removed_at = UTCDateTimeField(null=True)

    class Meta:
        indexes = (
            (("campaign", "enterprise"), True),
            (("campaign", "state"), False),
        )


class VisitRecord(Record):
    """What was seen and heard on a visit; one for each target. `met` and `summary` are for staff.
    `has_answers`: the questions were answered, wherever the answers are kept."""

    space = ForeignKeyField(Space, backref="+")
    space_id: int
    campaign = ForeignKeyField(VisitCampaign, backref="+")
    campaign_id: int
    target = ForeignKeyField(VisitTarget, backref="+", unique=True)
    target_id: int
    enterprise = ForeignKeyField(Enterprise, backref="+")
    enterprise_id: int
    visited_at = UTCDateTimeField()
    met = CharField(max_length=120, default="")
    visitors = CharField(max_length=120, default="")
    summary = TextField(default="")
    has_answers = BooleanField(default=False)
    signed_off_at = UTCDateTimeField(null=True)
    signed_off_by = BigIntegerField(null=True)

    class Meta:
        indexes = ((("enterprise", "visited_at"), False),)


class VisitAnswer(BaseModel):
    """The answers to a season's questions. In an anonymous season without the record, with an id of
    pure chance and no moment, so that nothing leads back to the company."""

    space = ForeignKeyField(Space, backref="+")
    space_id: int
    campaign = ForeignKeyField(VisitCampaign, backref="+")
    campaign_id: int
    record = ForeignKeyField(VisitRecord, backref="+", null=True, unique=True)
    record_id: int | None
    answers = JSONField(default=dict)


class VisitNeed(BaseModel):
    """A need that was born on a visit."""

    space = ForeignKeyField(Space, backref="+")
    space_id: int
    record = ForeignKeyField(VisitRecord, backref="+")
    record_id: int
    need = ForeignKeyField(Need, backref="+", unique=True)
    need_id: int


class VisitVerdict(BaseModel):
    """The last word on what somebody's phone handed in: the same item gets it again."""

    space = ForeignKeyField(Space, backref="+", null=True)
    space_id: int | None
    staff = ForeignKeyField(Staff, backref="+")
    staff_id: int
    client_ref = CharField(max_length=64)
    at = UTCDateTimeField(index=True)
    result = CharField(max_length=40)
    detail = CharField(max_length=200, default="")
    target_id = BigIntegerField(null=True)
    record_id = BigIntegerField(null=True)

    class Meta:
        indexes = ((("staff", "client_ref"), True),)
