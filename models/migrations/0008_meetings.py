"""Partners, experts and resources with their uses; the tri-party meeting, its agenda and tasks."""

from peewee import (
    BigIntegerField,
    BlobField,
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
    known = _known(db)
    of_resources = _resources(db, known)
    of_meetings = _meetings(db, known | {"Partner": of_resources[0]})
    db.create_tables((*of_resources, *of_meetings), safe=False)


def _known(db):
    """Return what stands already, as far as a foreign key needs it."""

    class Known(Model):
        id = BigIntegerField(primary_key=True)

        class Meta:
            database = db
            legacy_table_names = False

    names = ("OrgUnit", "Space", "Staff", "Enterprise", "Need", "Activity")
    return {name: type(name, (Known,), {}) for name in names}


def _record(db):
    class Record(Model):
        id = BigIntegerField(primary_key=True)
        version = IntegerField()
        created_at = DateTimeField()
        created_by = BigIntegerField(null=True)
        updated_at = DateTimeField()
        updated_by = BigIntegerField(null=True)

        class Meta:
            database = db
            legacy_table_names = False

    return Record


def _resources(db, known):
    Record = _record(db)

    class Partner(Record):
        org_unit = ForeignKeyField(known["OrgUnit"], backref="+")
        type = CharField(max_length=20)
        name = CharField(max_length=60)
        contact_name = CharField(max_length=30)
        phone_enc = BlobField(null=True)
        note = CharField(max_length=300)
        is_shared = BooleanField()
        active = BooleanField()

    _once_while_active(Partner, "partner_one_name")

    class Expert(Record):
        org_unit = ForeignKeyField(known["OrgUnit"], backref="+")
        partner = ForeignKeyField(Partner, null=True, backref="+")
        name = CharField(max_length=30)
        title = CharField(max_length=60)
        skills = CharField(max_length=120)
        bio = TextField()
        availability = CharField(max_length=120)
        phone_enc = BlobField(null=True)
        is_shared = BooleanField()
        active = BooleanField()

        class Meta:
            indexes = ((("org_unit", "name"), False),)

    class Resource(Record):
        org_unit = ForeignKeyField(known["OrgUnit"], backref="+")
        kind = CharField(max_length=20)
        name = CharField(max_length=60)
        partner = ForeignKeyField(Partner, null=True, backref="+")
        terms = TextField()
        valid_to = DateField(null=True)
        is_shared = BooleanField()
        active = BooleanField()

    _once_while_active(Resource, "resource_one_name")
    return Partner, Expert, Resource, _resource_use(Record, known, Expert, Resource)


def _once_while_active(table, name):
    table.add_index(
        table.index(table.org_unit, table.name, unique=True, where=table.active, name=name)
    )


def _resource_use(Record, known, Expert, Resource):
    class ResourceUse(Record):
        space = ForeignKeyField(known["Space"], backref="+")
        resource = ForeignKeyField(Resource, null=True, backref="+")
        expert = ForeignKeyField(Expert, null=True, backref="+")
        enterprise = ForeignKeyField(known["Enterprise"], null=True, backref="+")
        need = ForeignKeyField(known["Need"], null=True, backref="+")
        activity = ForeignKeyField(known["Activity"], null=True, backref="+")
        used_on = DateField()
        amount = CharField(max_length=60)
        hours = FloatField(null=True)
        outcome = CharField(max_length=300)
        voided_reason = CharField(max_length=120)

        class Meta:
            indexes = ((("space", "used_on"), False),)
            constraints = (
                Check(
                    "(CASE WHEN resource_id IS NULL THEN 0 ELSE 1 END)"
                    " + (CASE WHEN expert_id IS NULL THEN 0 ELSE 1 END) = 1",
                    name="resource_use_of_one_thing",
                ),
                Check(
                    "(CASE WHEN enterprise_id IS NULL THEN 0 ELSE 1 END)"
                    " + (CASE WHEN need_id IS NULL THEN 0 ELSE 1 END)"
                    " + (CASE WHEN activity_id IS NULL THEN 0 ELSE 1 END) = 1",
                    name="resource_use_for_one",
                ),
            )

    return ResourceUse


def _meetings(db, known):
    Record = _record(db)
    Space, Partner = known["Space"], known["Partner"]

    class JointMeeting(Record):
        space = ForeignKeyField(Space, backref="+")
        starts_at = DateTimeField()
        place = CharField(max_length=120)
        united_front = ForeignKeyField(Partner, backref="+")
        party_branch = ForeignKeyField(Partner, backref="+")
        operator = ForeignKeyField(Partner, backref="+")
        guests = JSONField()
        present = CharField(max_length=300)
        minutes = TextField()
        state = CharField(max_length=20)
        held_at = DateTimeField(null=True)
        cancel_reason = CharField(max_length=120)

        class Meta:
            indexes = ((("space", "starts_at"), False),)
            constraints = (
                Check("state <> 'held' OR minutes <> ''", name="joint_meeting_held_has_minutes"),
            )

    JointMeeting.add_index(
        JointMeeting.index(
            JointMeeting.space,
            JointMeeting.starts_at,
            unique=True,
            where=JointMeeting.state << ("planned", "held"),
            name="joint_meeting_one_at_a_time",
        )
    )

    class Resolution(Record):
        space = ForeignKeyField(Space, backref="+")
        meeting = ForeignKeyField(JointMeeting, backref="+")
        order = IntegerField()
        text = CharField(max_length=300)

        class Meta:
            indexes = ((("meeting", "text"), True),)

    Task = _task(Record, known, JointMeeting, Resolution)

    class AgendaItem(Record):
        space = ForeignKeyField(Space, backref="+")
        meeting = ForeignKeyField(JointMeeting, backref="+")
        order = IntegerField()
        kind = CharField(max_length=20)
        text = CharField(max_length=120)
        note = CharField(max_length=500)
        need = ForeignKeyField(known["Need"], null=True, backref="+")
        activity = ForeignKeyField(known["Activity"], null=True, backref="+")
        task = ForeignKeyField(Task, null=True, backref="+")

    return JointMeeting, Resolution, Task, AgendaItem


def _task(Record, known, JointMeeting, Resolution):
    class Task(Record):
        space = ForeignKeyField(known["Space"], backref="+")
        meeting = ForeignKeyField(JointMeeting, backref="+")
        resolution = ForeignKeyField(Resolution, backref="+")
        text = CharField(max_length=300)
        owner_staff = ForeignKeyField(known["Staff"], null=True, backref="+")
        owner_partner = ForeignKeyField(known["Partner"], null=True, backref="+")
        owner_text = CharField(max_length=60)
        due_on = DateField()
        need = ForeignKeyField(known["Need"], null=True, backref="+")
        activity = ForeignKeyField(known["Activity"], null=True, backref="+")
        state = CharField(max_length=20)
        result = CharField(max_length=300)
        done_at = DateTimeField(null=True)

        class Meta:
            indexes = ((("space", "state", "due_on"), False),)
            constraints = (
                Check("owner_staff_id IS NULL OR owner_partner_id IS NULL", name="task_one_owner"),
                Check(
                    "owner_staff_id IS NOT NULL OR owner_partner_id IS NOT NULL"
                    " OR owner_text <> ''",
                    name="task_has_owner",
                ),
                Check("state <> 'dropped' OR result <> ''", name="task_dropped_has_reason"),
            )

    return Task
