"""Invitations, second factors, log-ins by phone, and what was opened to a platform admin."""

from peewee import (
    SQL,
    BigIntegerField,
    BooleanField,
    CharField,
    DateField,
    DateTimeField,
    ForeignKeyField,
    IntegerField,
    Model,
)


def up(migrator, db):
    migrator.migrate(
        migrator.add_column(
            "console_login",
            "factor_due",
            BooleanField(constraints=[SQL("DEFAULT FALSE")]),
            allow_not_null=True,
        ),
        migrator.add_column(
            "console_login",
            "tries",
            IntegerField(constraints=[SQL("DEFAULT 0")]),
            allow_not_null=True,
        ),
        migrator.add_column("console_login", "ends_at", DateTimeField(null=True)),
        migrator.add_index("audit_log", ("object_type", "object_id")),
        migrator.add_index("audit_log", ("actor_id", "at")),
    )
    known = _known(db)
    db.create_tables(
        (_invitation(db, known), *_ways_in(db, known), _break_glass(db, known)), safe=False
    )


def _known(db):
    """Return what stands already, as far as it is needed here."""

    class Known(Model):
        id = BigIntegerField(primary_key=True)

        class Meta:
            database = db
            legacy_table_names = False

    return {name: type(name, (Known,), {}) for name in ("OrgUnit", "Space", "Staff")}


def _invitation(db, known):
    class Invitation(Model):
        id = BigIntegerField(primary_key=True)
        version = IntegerField()
        created_at = DateTimeField()
        created_by = BigIntegerField(null=True)
        updated_at = DateTimeField()
        updated_by = BigIntegerField(null=True)
        secret_hash = CharField(max_length=64, unique=True)
        name = CharField(max_length=30)
        role = CharField(max_length=20, null=True)
        org_unit = ForeignKeyField(known["OrgUnit"], null=True, backref="+")
        partner_id = BigIntegerField(null=True)
        from_on = DateField(null=True)
        to_on = DateField(null=True)
        staff = ForeignKeyField(known["Staff"], null=True, backref="+")
        expires_at = DateTimeField()
        used_at = DateTimeField(null=True)
        revoked_at = DateTimeField(null=True)

        class Meta:
            database = db
            legacy_table_names = False

    return Invitation


def _ways_in(db, known):
    class Row(Model):
        id = BigIntegerField(primary_key=True)

        class Meta:
            database = db
            legacy_table_names = False

    class RecoveryCode(Row):
        staff = ForeignKeyField(known["Staff"], backref="+")
        code_hash = CharField(max_length=64)
        used_at = DateTimeField(null=True)

        class Meta:
            indexes = ((("staff", "code_hash"), True),)

    class ScanLogin(Row):
        code_hash = CharField(max_length=64, unique=True)
        browser_hash = CharField(max_length=64, unique=True)
        ip = CharField(max_length=45)
        agent = CharField(max_length=200)
        created_at = DateTimeField()
        expires_at = DateTimeField()
        staff = ForeignKeyField(known["Staff"], null=True, backref="+")
        decided_at = DateTimeField(null=True)
        used_at = DateTimeField(null=True)

    return RecoveryCode, ScanLogin


def _break_glass(db, known):
    class BreakGlass(Model):
        id = BigIntegerField(primary_key=True)
        staff = ForeignKeyField(known["Staff"], backref="+")
        space = ForeignKeyField(known["Space"], backref="+")
        kind = CharField(max_length=20)
        object_id = BigIntegerField()
        reason = CharField(max_length=200)
        opened_at = DateTimeField(index=True)
        until_at = DateTimeField()

        class Meta:
            database = db
            legacy_table_names = False

    return BreakGlass
