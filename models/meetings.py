"""The tri-party table: meetings, what they talked about, what they resolved and who does it."""

from enum import StrEnum

from peewee import CharField, Check, DateField, ForeignKeyField, IntegerField, JSONField, TextField

from models.activities import Activity
from models.base import ChoiceField, Record, UTCDateTimeField
from models.needs import Need
from models.resources import Partner
from models.spaces import Space
from models.staff import Staff


class MeetingState(StrEnum):
    PLANNED = "planned"
    HELD = "held"
    CANCELLED = "cancelled"


class JointMeeting(Record):
    """A meeting of the three standing parties and their guests."""

    space = ForeignKeyField(Space, backref="+")
    space_id: int
    starts_at = UTCDateTimeField()
    place = CharField(max_length=120, default="")
    united_front = ForeignKeyField(Partner, backref="+")
    united_front_id: int
    party_branch = ForeignKeyField(Partner, backref="+")
    party_branch_id: int
    operator = ForeignKeyField(Partner, backref="+")
    operator_id: int
    guests = JSONField(default=list)
    # Who really sat there, as the minutes name them.
    present = CharField(max_length=300, default="")
    minutes = TextField(default="")
    state = ChoiceField(MeetingState, default=MeetingState.PLANNED)
    held_at = UTCDateTimeField(null=True)
    cancel_reason = CharField(max_length=120, default="")

    class Meta:
        indexes = ((("space", "starts_at"), False),)
        constraints = (
            Check("state <> 'held' OR minutes <> ''", name="joint_meeting_held_has_minutes"),
        )


# A form sent twice plans one meeting.
JointMeeting.add_index(
    JointMeeting.index(
        JointMeeting.space,
        JointMeeting.starts_at,
        unique=True,
        where=JointMeeting.state << (MeetingState.PLANNED, MeetingState.HELD),
        name="joint_meeting_one_at_a_time",
    )
)


class Resolution(Record):
    """What a meeting decided, in its words."""

    space = ForeignKeyField(Space, backref="+")
    space_id: int
    meeting = ForeignKeyField(JointMeeting, backref="+")
    meeting_id: int
    order = IntegerField(default=0)
    text = CharField(max_length=300)

    class Meta:
        # A form sent twice writes one resolution.
        indexes = ((("meeting", "text"), True),)


class TaskState(StrEnum):
    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


class Task(Record):
    """A resolution somebody carries out by a day; the owner is staff, a partner or just named."""

    space = ForeignKeyField(Space, backref="+")
    space_id: int
    meeting = ForeignKeyField(JointMeeting, backref="+")
    meeting_id: int
    resolution = ForeignKeyField(Resolution, backref="+")
    resolution_id: int
    text = CharField(max_length=300)
    owner_staff = ForeignKeyField(Staff, null=True, backref="+")
    owner_staff_id: int | None
    owner_partner = ForeignKeyField(Partner, null=True, backref="+")
    owner_partner_id: int | None
    owner_text = CharField(max_length=60, default="")
    due_on = DateField()
    need = ForeignKeyField(Need, null=True, backref="+")
    need_id: int | None
    activity = ForeignKeyField(Activity, null=True, backref="+")
    activity_id: int | None
    state = ChoiceField(TaskState, default=TaskState.OPEN)
    # What came of it, or why it was dropped.
    result = CharField(max_length=300, default="")
    done_at = UTCDateTimeField(null=True)

    class Meta:
        indexes = ((("space", "state", "due_on"), False),)
        constraints = (
            Check("owner_staff_id IS NULL OR owner_partner_id IS NULL", name="task_one_owner"),
            Check(
                "owner_staff_id IS NOT NULL OR owner_partner_id IS NOT NULL OR owner_text <> ''",
                name="task_has_owner",
            ),
            Check("state <> 'dropped' OR result <> ''", name="task_dropped_has_reason"),
        )


class AgendaKind(StrEnum):
    TASK = "task"
    NEED = "need"
    MENU = "menu"
    OTHER = "other"


class AgendaItem(Record):
    """One line of a meeting's agenda."""

    space = ForeignKeyField(Space, backref="+")
    space_id: int
    meeting = ForeignKeyField(JointMeeting, backref="+")
    meeting_id: int
    order = IntegerField(default=0)
    kind = ChoiceField(AgendaKind, default=AgendaKind.OTHER)
    text = CharField(max_length=120)
    note = CharField(max_length=500, default="")
    need = ForeignKeyField(Need, null=True, backref="+")
    need_id: int | None
    activity = ForeignKeyField(Activity, null=True, backref="+")
    activity_id: int | None
    task = ForeignKeyField(Task, null=True, backref="+")
    task_id: int | None
