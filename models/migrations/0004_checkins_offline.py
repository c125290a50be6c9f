"""Check-ins made without network, flags somebody looked into, and the big screen's link."""

from peewee import (
    SQL,
    BigIntegerField,
    CharField,
    DateTimeField,
    ForeignKeyField,
    IntegerField,
    Model,
    Table,
)


def up(migrator, db):
    class Space(Model):
        id = BigIntegerField(primary_key=True)

        class Meta:
            database = db
            legacy_table_names = False

    class Screen(Model):
        id = BigIntegerField(primary_key=True)
        version = IntegerField()
        created_at = DateTimeField()
        created_by = BigIntegerField(null=True)
        updated_at = DateTimeField()
        updated_by = BigIntegerField(null=True)
        space = ForeignKeyField(Space, backref="+", unique=True)
        expires_at = DateTimeField(null=True)

        class Meta:
            database = db
            legacy_table_names = False

    db.create_tables((Screen,), safe=False)
    # The default is the column's own, so that a full table needs no rewriting on either engine.
    detail = CharField(max_length=120, constraints=[SQL("DEFAULT ''")])
    log = Table("scan_log")
    migrator.migrate(
        migrator.add_column("checkin", "challenged_at", DateTimeField(null=True)),
        migrator.add_column("checkin", "challenged_by", BigIntegerField(null=True)),
        migrator.add_column("scan_log", "client_ref", CharField(max_length=64, null=True)),
        migrator.add_column("scan_log", "checkin_id", BigIntegerField(null=True)),
        migrator.add_column("scan_log", "detail", detail, allow_not_null=True),
        migrator.add_index(
            "scan_log",
            ("device", "client_ref"),
            unique=True,
            where=log.c.client_ref.is_null(False),
            name="scan_log_client_ref",
        ),
        migrator.add_index("scan_log", ("session_id", "device")),
        migrator.add_index("scan_log", ("session_id", "ip_hash", "at")),
    )
