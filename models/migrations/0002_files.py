"""Uploads: what they are, whose, and what they hang on."""

from peewee import BigIntegerField, CharField, DateTimeField, ForeignKeyField, IntegerField, Model


def up(migrator, db):
    class Space(Model):
        id = BigIntegerField(primary_key=True)

        class Meta:
            database = db
            legacy_table_names = False

    class File(Model):
        id = BigIntegerField(primary_key=True)
        space = ForeignKeyField(Space, backref="+", null=True)
        owner_kind = CharField(max_length=20)
        owner_id = BigIntegerField()
        name = CharField(max_length=120)
        media_type = CharField(max_length=100)
        size = IntegerField()
        width = IntegerField(null=True)
        height = IntegerField(null=True)
        sha256 = CharField(max_length=64)
        key = CharField(max_length=64, unique=True)
        subject_type = CharField(max_length=20, null=True)
        subject_id = BigIntegerField(null=True)
        check_state = CharField(max_length=20)
        trace_id = CharField(max_length=80, null=True, index=True)
        asked_at = DateTimeField(null=True)
        created_at = DateTimeField(index=True)
        deleted_at = DateTimeField(null=True, index=True)

        class Meta:
            database = db
            legacy_table_names = False
            indexes = (
                (("owner_kind", "owner_id", "created_at"), False),
                (("subject_type", "subject_id"), False),
            )

    db.create_tables((File,), safe=False)
