"""Activities of a Space, their series and their dated sessions."""

from enum import StrEnum

from peewee import (
    BooleanField,
    CharField,
    Check,
    DateField,
    FloatField,
    ForeignKeyField,
    IntegerField,
    JSONField,
    TextField,
)

from models.base import ChoiceField, Record, UTCDateTimeField
from models.spaces import Space, Venue, Zone
from models.staff import Staff


class SeriesMode(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    SLOTS = "slots"
    CLASS = "class"
    SERVICE = "service"
    MEETING = "meeting"


class Series(Record):
    """One of the 心 series. Data: a new series needs no release."""

    code = CharField(max_length=20, unique=True)
    name = CharField(max_length=20)
    subtitle = CharField(max_length=40, default="")
    color = CharField(max_length=7)
    icon = CharField(max_length=30, default="")
    mode = ChoiceField(SeriesMode, default=SeriesMode.OPEN)
    order = IntegerField(default=0)
    active = BooleanField(default=True)


class ActivityKind(StrEnum):
    LECTURE = "lecture"
    FAIR = "fair"
    SALON = "salon"
    MATCH = "match"
    CLASS = "class"
    CONSULT = "consult"
    OUTING = "outing"
    MEETING = "meeting"
    ONLINE = "online"
    VOLUNTEER = "volunteer"


TIMED = (ActivityKind.VOLUNTEER, ActivityKind.OUTING)
"""Where it matters how long people stay: who came is checked out as well."""


class Origin(StrEnum):
    PROBLEM = "problem"
    NEED = "need"
    PLAN = "plan"


class SignupMode(StrEnum):
    NONE = "none"
    FCFS = "fcfs"
    LOTTERY = "lottery"
    APPROVAL = "approval"


class SharedTo(StrEnum):
    SPACE = "space"
    TOWN = "town"


class ActivityState(StrEnum):
    DRAFT = "draft"
    SCHEDULED = "scheduled"
    CANCELLED = "cancelled"
    ENDED = "ended"
    ARCHIVED = "archived"


class Cadence(StrEnum):
    """How often the next issue of a service project is due."""

    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    HALF_YEARLY = "half_yearly"
    YEARLY = "yearly"
    AS_NEEDED = "as_needed"


class ServiceProject(Record):
    """What worked once and is held again: the words of its next issue, how often, and who sees to
    it. Everything else of an issue comes from the one before it."""

    space = ForeignKeyField(Space, backref="+")
    space_id: int
    series = ForeignKeyField(Series, backref="+")
    series_id: int
    name = CharField(max_length=60)
    theme = CharField(max_length=60, default="")
    body = TextField(default="")
    questions = JSONField(default=list)
    notes = CharField(max_length=500, default="")
    cadence = ChoiceField(Cadence, default=Cadence.AS_NEEDED)
    owner = ForeignKeyField(Staff, null=True, backref="+")
    owner_id: int | None
    active = BooleanField(default=True)


class Activity(Record):
    """What is offered; when and where is said by its sessions."""

    space = ForeignKeyField(Space, backref="+")
    space_id: int
    series = ForeignKeyField(Series, backref="+")
    series_id: int
    title = CharField(max_length=60)
    theme = CharField(max_length=60, default="")
    kind = ChoiceField(ActivityKind)
    origin = ChoiceField(Origin, default=Origin.PLAN)
    five_goals = JSONField(default=list)
    hosts = JSONField(default=list)
    experts = JSONField(default=list)
    venue = ForeignKeyField(Venue, null=True, backref="+")
    venue_id: int | None
    place = CharField(max_length=120, default="")
    cover = CharField(max_length=200, default="")
    body = TextField(default="")
    eligibility = JSONField(default=dict)
    eligibility_reason = CharField(max_length=120, default="")
    signup_mode = ChoiceField(SignupMode, default=SignupMode.FCFS)
    signup_opens_at = UTCDateTimeField(null=True)
    signup_closes_at = UTCDateTimeField(null=True)
    cancel_hours = IntegerField(default=2)
    per_enterprise_cap = IntegerField(null=True)
    max_party = IntegerField(default=1)
    # In a lottery: how many tickets somebody has who has never been to the Space; others have one.
    first_timer_tickets = IntegerField(default=1)
    questions = JSONField(default=list)
    shared_to = ChoiceField(SharedTo, default=SharedTo.SPACE)
    state = ChoiceField(ActivityState, default=ActivityState.DRAFT)
    cancel_reason = CharField(max_length=120, default="")
    is_rehearsal = BooleanField(default=False)
    service_project = ForeignKeyField(ServiceProject, null=True, backref="+")
    service_project_id: int | None
    co_hosts = JSONField(default=list)
    # A person may hold one of its sessions at a time: slots, or one training at two places.
    one_session_each = BooleanField(default=False)
    slot_minutes = IntegerField(null=True)
    # How many places of a session people of other Spaces may take together.
    share_quota = IntegerField(null=True)
    meeting_point = CharField(max_length=120, default="")
    quorum = IntegerField(null=True)
    result = TextField(default="")
    volunteer_role = CharField(max_length=60, default="")
    volunteer_hours = FloatField(null=True)
    # The next Shanghai day on which answers to one of its questions are deleted.
    answers_purge_on = DateField(null=True)

    class Meta:
        indexes = ((("space", "state"), False),)


class SessionState(StrEnum):
    SCHEDULED = "scheduled"
    CANCELLED = "cancelled"
    ENDED = "ended"


class Session(Record):
    """A dated occurrence (场次) of an activity, with its own places and check-in window."""

    space = ForeignKeyField(Space, backref="+")
    space_id: int
    activity = ForeignKeyField(Activity, backref="+")
    activity_id: int
    starts_at = UTCDateTimeField()
    ends_at = UTCDateTimeField()
    venue = ForeignKeyField(Venue, null=True, backref="+")
    venue_id: int | None
    zone = ForeignKeyField(Zone, null=True, backref="+")
    zone_id: int | None
    capacity = IntegerField(null=True)
    seats_taken = IntegerField(default=0)
    # Places already given away when a keeper lowered the capacity below them.
    extra_seats = IntegerField(default=0)
    checkin_opens_at = UTCDateTimeField()
    checkin_closes_at = UTCDateTimeField()
    qr_key = CharField(max_length=64)
    counted_guests = IntegerField(default=0)
    # The last change of time or place, and what people had been told before it.
    changed_at = UTCDateTimeField(null=True)
    previous = JSONField(default=dict)
    state = ChoiceField(SessionState, default=SessionState.SCHEDULED)

    class Meta:
        indexes = ((("space", "starts_at"), False),)
        constraints = (
            Check("starts_at < ends_at", name="session_starts_before_end"),
            Check("seats_taken >= 0", name="session_seats_not_negative"),
        )
