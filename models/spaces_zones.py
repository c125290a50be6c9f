"""Who has a theme zone when."""

from peewee import BooleanField, CharField, Check, ForeignKeyField

from models.activities import Session
from models.base import Record, UTCDateTimeField
from models.spaces import Space, Zone


class ZoneBooking(Record):
    """A zone taken from `starts_at` up to `ends_at`, for a session or another purpose.

    Two live bookings of a zone never overlap. No index can say so on both engines: whoever books
    holds the row of the zone first.
    """

    space = ForeignKeyField(Space, backref="+")
    space_id: int
    zone = ForeignKeyField(Zone, backref="+")
    zone_id: int
    # Whose it is for the time; another Space's only if the venue is shared.
    for_space = ForeignKeyField(Space, backref="+")
    for_space_id: int
    session = ForeignKeyField(Session, null=True, backref="+")
    session_id: int | None
    starts_at = UTCDateTimeField()
    ends_at = UTCDateTimeField()
    purpose = CharField(max_length=60, default="")
    live = BooleanField(default=True)

    class Meta:
        indexes = ((("zone", "ends_at"), False),)
        constraints = (Check("starts_at < ends_at", name="zone_booking_starts_before_end"),)


ZoneBooking.add_index(
    ZoneBooking.index(
        ZoneBooking.session,
        unique=True,
        where=ZoneBooking.live,  # both engines read a bare boolean
        name="zone_booking_one_per_session",
    )
)
