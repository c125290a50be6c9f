"""What the clock has done: whoever inserts a slot's row runs the job."""

from peewee import CharField, TextField

from models.base import BaseModel, UTCDateTimeField


class JobRun(BaseModel):
    """One run of a job of the timetable."""

    name = CharField(max_length=40)
    slot = CharField(max_length=40)
    started_at = UTCDateTimeField()
    finished_at = UTCDateTimeField(null=True)
    result = TextField(default="")

    class Meta:
        indexes = ((("name", "slot"), True),)
