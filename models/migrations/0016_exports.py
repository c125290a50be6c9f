"""Lists people take along, written in the background."""

from peewee import (
    BigIntegerField,
    BlobField,
    CharField,
    DateField,
    DateTimeField,
    ForeignKeyField,
    IntegerField,
    Model,
)


def up(migrator, db):
    class Base(Model):
        id = BigIntegerField(primary_key=True)

        class Meta:
            database = db
            legacy_table_names = False

    class Space(Base):
        pass

    class Staff(Base):
        pass

    class ExportJob(Base):
        version = IntegerField()
        created_at = DateTimeField()
        created_by = BigIntegerField(null=True)
        updated_at = DateTimeField()
        updated_by = BigIntegerField(null=True)
        space = ForeignKeyField(Space, backref="+")
        staff = ForeignKeyField(Staff, backref="+")
        kind = CharField(max_length=20)
        since = DateField()
        until = DateField()
        reason = CharField(max_length=60)
        state = CharField(max_length=20)
        touched_at = DateTimeField(null=True)
        total = IntegerField()
        done = IntegerField()
        expires_at = DateTimeField(null=True)

        class Meta:
            indexes = ((("state", "created_at"), False), (("staff", "created_at"), False))

    class ExportFile(Base):
        export = ForeignKeyField(ExportJob, unique=True, backref="+")
        content = BlobField()

    db.create_tables((ExportJob, ExportFile), safe=False)
