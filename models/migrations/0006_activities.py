"""Activities of every mode: who may hold how many sessions, what is asked, which zone is whose."""

from peewee import (
    SQL,
    BigIntegerField,
    BooleanField,
    CharField,
    Check,
    DateField,
    DateTimeField,
    FloatField,
    ForeignKeyField,
    IntegerField,
    JSONField,
    Model,
    TextField,
)


def up(migrator, db):
    _add_columns(migrator)
    _add_bookings(db)


def _add_columns(migrator):
    # The default is the column's own, so that a full table needs no rewriting on either engine.
    empty, false, none = ([SQL(f"DEFAULT {value}")] for value in ("''", "FALSE", "'[]'"))
    bare = {
        "co_hosts": JSONField(constraints=none),
        "one_session_each": BooleanField(constraints=false),
        "meeting_point": CharField(max_length=120, constraints=empty),
        "result": TextField(constraints=empty),
        "volunteer_role": CharField(max_length=60, constraints=empty),
        "slot_minutes": IntegerField(null=True),
        "share_quota": IntegerField(null=True),
        "quorum": IntegerField(null=True),
        "volunteer_hours": FloatField(null=True),
        "answers_purge_on": DateField(null=True),
    }
    migrator.migrate(
        *(
            migrator.add_column("activity", name, field, allow_not_null=not field.null)
            for name, field in bare.items()
        ),
        migrator.add_column(
            "venue", "is_shared", BooleanField(constraints=false), allow_not_null=True
        ),
        migrator.add_column("signup", "once_of", BigIntegerField(null=True)),
        migrator.add_index(
            "signup",
            ("once_of", "user_id"),
            unique=True,
            where=SQL("state IN ('pending', 'confirmed', 'waitlisted', 'offered')"),
            name="signup_one_of_activity",
        ),
    )


def _add_bookings(db):
    class Space(Model):
        id = BigIntegerField(primary_key=True)

        class Meta:
            database = db
            legacy_table_names = False

    class Zone(Model):
        id = BigIntegerField(primary_key=True)
        space = ForeignKeyField(Space, backref="+")

        class Meta:
            database = db
            legacy_table_names = False

    class Session(Model):
        id = BigIntegerField(primary_key=True)
        space = ForeignKeyField(Space, backref="+")
        zone = ForeignKeyField(Zone, null=True, backref="+")
        starts_at = DateTimeField()
        ends_at = DateTimeField()
        state = CharField(max_length=20)
        created_at = DateTimeField()

        class Meta:
            database = db
            legacy_table_names = False

    class ZoneBooking(Model):
        id = BigIntegerField(primary_key=True)
        space = ForeignKeyField(Space, backref="+")
        zone = ForeignKeyField(Zone, backref="+")
        for_space = ForeignKeyField(Space, backref="+")
        session = ForeignKeyField(Session, backref="+", null=True)
        starts_at = DateTimeField()
        ends_at = DateTimeField()
        purpose = CharField(max_length=60)
        live = BooleanField()
        version = IntegerField()
        created_at = DateTimeField()
        created_by = BigIntegerField(null=True)
        updated_at = DateTimeField()
        updated_by = BigIntegerField(null=True)

        class Meta:
            database = db
            legacy_table_names = False
            constraints = (Check("starts_at < ends_at", name="zone_booking_starts_before_end"),)
            indexes = ((("zone", "ends_at"), False),)

    ZoneBooking.add_index(
        ZoneBooking.index(
            ZoneBooking.session,
            unique=True,
            where=ZoneBooking.live,
            name="zone_booking_one_per_session",
        )
    )
    db.create_tables((ZoneBooking,), safe=False)
    _book_what_is_planned(Session, Zone, ZoneBooking)


def _book_what_is_planned(Session, Zone, ZoneBooking):
    """Sessions planned so far keep their zone; where two clash, the one planned first has it."""
    planned = Session.select(Session, Zone).join(Zone).where(Session.state == "scheduled")
    taken = {}
    for session in planned.order_by(Session.id):
        of_zone = taken.setdefault(session.zone_id, [])
        span = (session.starts_at, session.ends_at)
        if any(span[0] < ends and starts < span[1] for starts, ends in of_zone):
            continue
        of_zone.append(span)
        ZoneBooking.create(
            id=session.id,
            space=session.zone.space_id,
            zone=session.zone_id,
            for_space=session.space_id,
            session=session.id,
            starts_at=session.starts_at,
            ends_at=session.ends_at,
            purpose="",
            live=True,
            version=1,
            created_at=session.created_at,
            updated_at=session.created_at,
        )
