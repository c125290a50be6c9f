"""What companies and people ask for, and everything that happened to it."""

from enum import StrEnum

from peewee import (
    BigIntegerField,
    BooleanField,
    CharField,
    DateField,
    ForeignKeyField,
    IntegerField,
    JSONField,
    TextField,
)

from models.base import BaseModel, ChoiceField, Record, UTCDateTimeField
from models.spaces import Space


class Category(Record):
    """A kind of need, with its own questions and its own promise in working days."""

    code = CharField(max_length=20, unique=True)
    name = CharField(max_length=20)
    hint = CharField(max_length=120, default="")
    questions = JSONField(default=list)
    contact_days = IntegerField(default=1)
    resolve_days = IntegerField(default=5)
    urgent_days = IntegerField(default=3)
    cross_days = IntegerField(default=15)
    order = IntegerField(default=0)
    active = BooleanField(default=True)


class NeedSource(StrEnum):
    SELF = "self"
    VISIT = "visit"
    PHONE = "phone"
    MEETING = "meeting"
    SURVEY = "survey"


class Urgency(StrEnum):
    NORMAL = "normal"
    URGENT = "urgent"


class NeedState(StrEnum):
    SUBMITTED = "submitted"
    TRIAGED = "triaged"
    DISPATCHED = "dispatched"
    IN_PROGRESS = "in_progress"
    WAITING_INFO = "waiting_info"
    RETURNED = "returned"
    ANSWERED = "answered"
    REOPENED = "reopened"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class Outcome(StrEnum):
    SOLVED = "solved"
    PARTLY = "partly"
    EXPLAINED = "explained"
    TRANSFERRED = "transferred"
    WITHDRAWN = "withdrawn"
    DUPLICATE = "duplicate_of"


class TextCheck(StrEnum):
    """Where WeChat's check of the words stands."""

    PENDING = "pending"
    PASSED = "passed"
    REVIEW = "review"
    REFUSED = "refused"


class Need(Record):
    """A need. The submitter's words are never edited by staff.

    `resolve_days` is what was promised; the running clock is `clock_days` working days from
    `clock_from`, which a pause, a reopening or a wider dispatch starts anew.
    """

    no = CharField(max_length=24, unique=True)
    space = ForeignKeyField(Space, backref="+")
    space_id: int
    enterprise_id = BigIntegerField(null=True, index=True)
    user_id = BigIntegerField(null=True, index=True)
    on_behalf_by = BigIntegerField(null=True)
    source = ChoiceField(NeedSource, default=NeedSource.SELF)
    category = ForeignKeyField(Category, backref="+")
    category_id: int
    title = CharField(max_length=60)
    body = TextField()
    answers = JSONField(default=dict)
    attachments = JSONField(default=list)
    urgency = ChoiceField(Urgency, default=Urgency.NORMAL)
    contact_times = CharField(max_length=60, default="")
    staff_summary = CharField(max_length=300, default="")
    state = ChoiceField(NeedState, default=NeedState.SUBMITTED)
    text_check = ChoiceField(TextCheck, default=TextCheck.PASSED)
    outcome = ChoiceField(Outcome, null=True)
    lead_unit = CharField(max_length=60, default="")
    # Which level was asked before we said that it cannot be done.
    consulted = CharField(max_length=60, default="")
    received_at = UTCDateTimeField()
    respond_days = IntegerField()
    resolve_days = IntegerField()
    clock_from = UTCDateTimeField()
    clock_days = IntegerField()
    due_respond = UTCDateTimeField()
    due_resolve = UTCDateTimeField()
    promise = JSONField(default=list)
    is_provisional = BooleanField(default=False)
    first_response_at = UTCDateTimeField(null=True)
    answered_at = UTCDateTimeField(null=True)
    closed_at = UTCDateTimeField(null=True)
    reopen_count = IntegerField(default=0)
    paused_on = DateField(null=True)
    paused_days = IntegerField(null=True)
    cluster_id = BigIntegerField(null=True, index=True)
    duplicate_of_id = BigIntegerField(null=True)

    class Meta:
        indexes = (
            (("space", "state", "due_resolve"), False),
            (("space", "due_respond"), False),
            (("space", "answered_at"), False),
            (("space", "first_response_at"), False),
        )


class ActorKind(StrEnum):
    MEMBER = "member"
    STAFF = "staff"
    SYSTEM = "system"


class NeedEvent(BaseModel):
    """Append-only history. Public lines are what the submitter sees as the timeline."""

    space = ForeignKeyField(Space, backref="+")
    space_id: int
    need = ForeignKeyField(Need, backref="+")
    need_id: int
    at = UTCDateTimeField()
    actor_kind = ChoiceField(ActorKind)
    actor_id = BigIntegerField(null=True)
    type = CharField(max_length=20)
    is_public = BooleanField(default=True)
    text = TextField(default="")
    before = JSONField(default=dict)
    after = JSONField(default=dict)

    class Meta:
        indexes = ((("need", "at"), False),)


class Satisfaction(StrEnum):
    SATISFIED = "satisfied"
    BASIC = "basic"
    UNSATISFIED = "unsatisfied"


class Solved(StrEnum):
    YES = "yes"
    PARTLY = "partly"
    NO = "no"


class NeedRating(Record):
    """The submitter's verdict, kept beside ours: one per answer given."""

    space = ForeignKeyField(Space, backref="+")
    space_id: int
    need = ForeignKeyField(Need, backref="+")
    need_id: int
    round = IntegerField(default=0)
    satisfaction = ChoiceField(Satisfaction)
    solved = ChoiceField(Solved)
    text = CharField(max_length=500, default="")

    class Meta:
        indexes = ((("need", "round"), True),)


class NeedCounter(BaseModel):
    """The last running number of a Space's needs in a year (XYC-2026-000123)."""

    space = ForeignKeyField(Space, backref="+")
    space_id: int
    year = IntegerField()
    last = IntegerField(default=0)

    class Meta:
        indexes = ((("space", "year"), True),)
