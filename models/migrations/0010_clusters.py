"""Needs grouped by theme, and the activities held for them."""

from peewee import (
    BigIntegerField,
    BooleanField,
    CharField,
    DateTimeField,
    ForeignKeyField,
    IntegerField,
    Model,
)


def up(migrator, db):
    class Space(Model):
        id = BigIntegerField(primary_key=True)

        class Meta:
            database = db
            legacy_table_names = False

    class Need(Model):
        id = BigIntegerField(primary_key=True)

        class Meta:
            database = db
            legacy_table_names = False

    class Activity(Model):
        id = BigIntegerField(primary_key=True)

        class Meta:
            database = db
            legacy_table_names = False

    class NeedCluster(Model):
        id = BigIntegerField(primary_key=True)
        version = IntegerField()
        created_at = DateTimeField()
        created_by = BigIntegerField(null=True)
        updated_at = DateTimeField()
        updated_by = BigIntegerField(null=True)
        space = ForeignKeyField(Space, backref="+")
        title = CharField(max_length=60)
        note = CharField(max_length=300)
        state = CharField(max_length=20)

        class Meta:
            database = db
            legacy_table_names = False
            indexes = ((("space", "state"), False),)

    class NeedActivityLink(Model):
        id = BigIntegerField(primary_key=True)
        version = IntegerField()
        created_at = DateTimeField()
        created_by = BigIntegerField(null=True)
        updated_at = DateTimeField()
        updated_by = BigIntegerField(null=True)
        space = ForeignKeyField(Space, backref="+")
        need = ForeignKeyField(Need, backref="+")
        activity = ForeignKeyField(Activity, backref="+")
        wants_seat = BooleanField()
        invited_at = DateTimeField(null=True)
        user_id = BigIntegerField(null=True, index=True)
        seats_held_until = DateTimeField(null=True)
        asked_at = DateTimeField(null=True)
        came = BooleanField(null=True)
        result = CharField(max_length=20, null=True)
        comment = CharField(max_length=500)
        answered_at = DateTimeField(null=True)

        class Meta:
            database = db
            legacy_table_names = False
            indexes = ((("need", "activity"), True), (("activity", "asked_at"), False))

    db.create_tables((NeedCluster, NeedActivityLink), safe=False)
    migrator.migrate(migrator.add_index("need", ("cluster_id",), False))
