"""What worked once becomes a service project, and its issues say which one they belong to."""

from peewee import (
    SQL,
    BigIntegerField,
    BooleanField,
    CharField,
    DateTimeField,
    ForeignKeyField,
    IntegerField,
    JSONField,
    Model,
    TextField,
)


def up(migrator, db):
    project = _add_projects(db)
    # Nothing ever wrote this column, and it was too narrow for an id.
    migrator.migrate(
        migrator.drop_column("activity", "service_project_id"),
        migrator.add_column(
            "activity",
            "service_project_id",
            ForeignKeyField(project, field=project.id, null=True, backref="+"),
        ),
    )


def _add_projects(db):
    class Space(Model):
        id = BigIntegerField(primary_key=True)

        class Meta:
            database = db
            legacy_table_names = False

    class Series(Model):
        id = BigIntegerField(primary_key=True)

        class Meta:
            database = db
            legacy_table_names = False

    class Staff(Model):
        id = BigIntegerField(primary_key=True)

        class Meta:
            database = db
            legacy_table_names = False

    class ServiceProject(Model):
        id = BigIntegerField(primary_key=True)
        version = IntegerField()
        created_at = DateTimeField()
        created_by = BigIntegerField(null=True)
        updated_at = DateTimeField()
        updated_by = BigIntegerField(null=True)
        space = ForeignKeyField(Space, backref="+")
        series = ForeignKeyField(Series, backref="+")
        name = CharField(max_length=60)
        theme = CharField(max_length=60)
        body = TextField()
        questions = JSONField(constraints=[SQL("DEFAULT '[]'")])
        notes = CharField(max_length=500)
        cadence = CharField(max_length=20)
        owner = ForeignKeyField(Staff, null=True, backref="+")
        active = BooleanField()

        class Meta:
            database = db
            legacy_table_names = False

    db.create_tables((ServiceProject,), safe=False)
    return ServiceProject
