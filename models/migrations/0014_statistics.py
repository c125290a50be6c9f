"""Figures that were told: baselines, closed months, reasons of restatements; indexes to count by."""

from peewee import (
    BigIntegerField,
    BooleanField,
    CharField,
    DateField,
    DateTimeField,
    ForeignKeyField,
    IntegerField,
    JSONField,
    Model,
)


def up(migrator, db):
    class Space(Model):
        id = BigIntegerField(primary_key=True)

        class Meta:
            database = db
            legacy_table_names = False

    class BaselineFigure(Model):
        id = BigIntegerField(primary_key=True)
        version = IntegerField()
        created_at = DateTimeField()
        created_by = BigIntegerField(null=True)
        updated_at = DateTimeField()
        updated_by = BigIntegerField(null=True)
        space = ForeignKeyField(Space, backref="+")
        figure = CharField(max_length=30)
        starts_on = DateField()
        ends_on = DateField()
        value = IntegerField()
        source = CharField(max_length=120)
        unverified = BooleanField()

        class Meta:
            database = db
            legacy_table_names = False
            indexes = ((("space", "figure", "starts_on"), True),)

    class MonthClose(Model):
        id = BigIntegerField(primary_key=True)
        space = ForeignKeyField(Space, backref="+")
        month = CharField(max_length=7)
        closed_at = DateTimeField()
        figures = JSONField()

        class Meta:
            database = db
            legacy_table_names = False
            indexes = ((("space", "month"), True),)

    db.create_tables((BaselineFigure, MonthClose), safe=False)
    migrator.migrate(
        migrator.drop_not_null("restatement", "before"),
        migrator.drop_not_null("restatement", "after"),
        migrator.add_column("restatement", "reason", CharField(max_length=120, default="")),
        migrator.add_index("need", ("space_id", "due_respond"), False),
        migrator.add_index("need", ("space_id", "answered_at"), False),
        migrator.add_index("need", ("space_id", "first_response_at"), False),
    )
