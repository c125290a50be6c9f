"""Lists people take along: asked for with a reason, written by the worker, gone after an hour."""

from enum import StrEnum

from peewee import BlobField, CharField, DateField, ForeignKeyField, IntegerField

from models.base import BaseModel, ChoiceField, Record, UTCDateTimeField
from models.spaces import Space
from models.staff import Staff


class ExportKind(StrEnum):
    ROSTER = "roster"
    COMPANIES = "companies"
    NEEDS = "needs"
    VISITS = "visits"
    MEMBERS = "members"


class ExportState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"
    EXPIRED = "expired"


class ExportJob(Record):
    """One list of one Space. `since` and `until` bound it where it has days. A running one whose
    `touched_at` is old was left by a worker that died."""

    space = ForeignKeyField(Space, backref="+")
    space_id: int
    staff = ForeignKeyField(Staff, backref="+")
    staff_id: int
    kind = ChoiceField(ExportKind)
    since = DateField()
    until = DateField()
    reason = CharField(max_length=60)
    state = ChoiceField(ExportState, default=ExportState.WAITING)
    touched_at = UTCDateTimeField(null=True)
    total = IntegerField(default=0)
    done = IntegerField(default=0)
    expires_at = UTCDateTimeField(null=True)

    class Meta:
        indexes = ((("state", "created_at"), False), (("staff", "created_at"), False))


class ExportFile(BaseModel):
    """The workbook of a list; deleted when its hour is over. A table of its own, so that looking at
    the lists reads none."""

    export = ForeignKeyField(ExportJob, unique=True, backref="+")
    export_id: int
    content = BlobField()
