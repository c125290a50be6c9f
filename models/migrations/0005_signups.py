"""Lotteries with a seed nobody can choose, and marks for those who did not come."""

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
)


def up(migrator, db):
    class Space(Model):
        id = BigIntegerField(primary_key=True)

        class Meta:
            database = db
            legacy_table_names = False

    class Session(Model):
        id = BigIntegerField(primary_key=True)

        class Meta:
            database = db
            legacy_table_names = False

    class Signup(Model):
        id = BigIntegerField(primary_key=True)

        class Meta:
            database = db
            legacy_table_names = False

    class Draw(Model):
        id = BigIntegerField(primary_key=True)
        version = IntegerField()
        created_at = DateTimeField()
        created_by = BigIntegerField(null=True)
        updated_at = DateTimeField()
        updated_by = BigIntegerField(null=True)
        space = ForeignKeyField(Space, backref="+")
        session = ForeignKeyField(Session, backref="+", unique=True)
        secret = CharField(max_length=64)
        commitment = CharField(max_length=64)
        drawn_at = DateTimeField(null=True)
        seed = CharField(max_length=64)
        places = IntegerField(null=True)
        cap = IntegerField(null=True)
        entries = JSONField()
        result = JSONField()

        class Meta:
            database = db
            legacy_table_names = False

    class NoShowMark(Model):
        id = BigIntegerField(primary_key=True)
        version = IntegerField()
        created_at = DateTimeField()
        created_by = BigIntegerField(null=True)
        updated_at = DateTimeField()
        updated_by = BigIntegerField(null=True)
        space = ForeignKeyField(Space, backref="+")
        session = ForeignKeyField(Session, backref="+")
        signup = ForeignKeyField(Signup, backref="+", unique=True)
        user_id = BigIntegerField(index=True)
        expires_at = DateTimeField()
        appeal_state = CharField(max_length=20)
        appeal_text = CharField(max_length=500)
        appealed_at = DateTimeField(null=True)
        decided_at = DateTimeField(null=True)
        decision_reason = CharField(max_length=120)

        class Meta:
            database = db
            legacy_table_names = False
            indexes = ((("space", "appeal_state"), False),)

    db.create_tables((Draw, NoShowMark), safe=False)
    # The default is the column's own, so that a full table needs no rewriting on either engine.
    one, none = [SQL("DEFAULT 1")], [SQL("DEFAULT 0")]
    tickets, extra = IntegerField(constraints=one), IntegerField(constraints=none)
    waits = BooleanField(constraints=[SQL("DEFAULT FALSE")])
    migrator.migrate(
        migrator.add_column("activity", "first_timer_tickets", tickets, allow_not_null=True),
        migrator.add_column("session", "extra_seats", extra, allow_not_null=True),
        migrator.add_column("signup", "draw_id", BigIntegerField(null=True)),
        migrator.add_column("signup", "would_wait", waits, allow_not_null=True),
    )
