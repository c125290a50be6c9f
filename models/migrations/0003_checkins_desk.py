"""The staff's side of the door: at which entrance, why, until when; places beyond the capacity."""

from peewee import SQL, CharField, DateTimeField, IntegerField


def up(migrator, db):
    # The default is the column's own, so that a full table needs no rewriting on either engine.
    empty, none = [SQL("DEFAULT ''")], [SQL("DEFAULT 0")]
    door = CharField(max_length=30, constraints=empty)
    reason = CharField(max_length=120, constraints=empty)
    beyond = IntegerField(constraints=none)
    migrator.migrate(
        migrator.add_column("checkin", "door", door, allow_not_null=True),
        migrator.add_column("checkin", "reason", reason, allow_not_null=True),
        migrator.add_column("checkin", "left_at", DateTimeField(null=True)),
        migrator.add_column("signup", "over_capacity", beyond, allow_not_null=True),
    )
