"""The register of companies: merges with their undo, care, imports, and figures told anew."""

from peewee import (
    BigIntegerField,
    BooleanField,
    CharField,
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
    class Space(Model):
        id = BigIntegerField(primary_key=True)

        class Meta:
            database = db
            legacy_table_names = False

    class Enterprise(Model):
        id = BigIntegerField(primary_key=True)

        class Meta:
            database = db
            legacy_table_names = False

    class EnterpriseMerge(Model):
        id = BigIntegerField(primary_key=True)
        version = IntegerField()
        created_at = DateTimeField()
        created_by = BigIntegerField(null=True)
        updated_at = DateTimeField()
        updated_by = BigIntegerField(null=True)
        source = ForeignKeyField(Enterprise, backref="+")
        target = ForeignKeyField(Enterprise, backref="+")
        reason = CharField(max_length=120)
        moved = JSONField()
        undo_until = DateTimeField()
        undone_at = DateTimeField(null=True)
        undone_by = BigIntegerField(null=True)

        class Meta:
            database = db
            legacy_table_names = False

    EnterpriseMerge.add_index(
        EnterpriseMerge.index(
            EnterpriseMerge.source,
            unique=True,
            where=EnterpriseMerge.undone_at.is_null(),
            name="enterprise_merge_one_live",
        )
    )

    class EnterpriseDistinct(Model):
        id = BigIntegerField(primary_key=True)
        version = IntegerField()
        created_at = DateTimeField()
        created_by = BigIntegerField(null=True)
        updated_at = DateTimeField()
        updated_by = BigIntegerField(null=True)
        first = ForeignKeyField(Enterprise, backref="+")
        second = ForeignKeyField(Enterprise, backref="+")

        class Meta:
            database = db
            legacy_table_names = False
            indexes = ((("first", "second"), True),)

    class EnterpriseCare(Model):
        id = BigIntegerField(primary_key=True)
        version = IntegerField()
        created_at = DateTimeField()
        created_by = BigIntegerField(null=True)
        updated_at = DateTimeField()
        updated_by = BigIntegerField(null=True)
        space = ForeignKeyField(Space, backref="+")
        enterprise = ForeignKeyField(Enterprise, backref="+")
        kind = CharField(max_length=20)
        text = CharField(max_length=300)
        on_day = DateField()

        class Meta:
            database = db
            legacy_table_names = False

    class EnterpriseImport(Model):
        id = BigIntegerField(primary_key=True)
        version = IntegerField()
        created_at = DateTimeField()
        created_by = BigIntegerField(null=True)
        updated_at = DateTimeField()
        updated_by = BigIntegerField(null=True)
        space_ids = JSONField()
        file_name = CharField(max_length=120)
        state = CharField(max_length=20)
        takes_suspects = BooleanField()
        total = IntegerField()
        done = IntegerField()
        finished_at = DateTimeField(null=True)

        class Meta:
            database = db
            legacy_table_names = False
            indexes = ((("state", "created_at"), False),)

    class EnterpriseImportRow(Model):
        id = BigIntegerField(primary_key=True)
        sheet = ForeignKeyField(EnterpriseImport, backref="+")
        number = IntegerField()
        cells = JSONField()
        verdict = CharField(max_length=20)
        note = TextField()
        enterprise_id = BigIntegerField(null=True)
        outcome = CharField(max_length=20, null=True)

        class Meta:
            database = db
            legacy_table_names = False
            indexes = ((("sheet", "number"), True),)

    class Restatement(Model):
        id = BigIntegerField(primary_key=True)
        space = ForeignKeyField(Space, backref="+")
        month = CharField(max_length=7)
        figure = CharField(max_length=30)
        before = FloatField()
        after = FloatField()
        at = DateTimeField()
        cause = CharField(max_length=40)
        cause_id = BigIntegerField(index=True)

        class Meta:
            database = db
            legacy_table_names = False
            indexes = ((("space", "month"), False),)

    tables = (
        EnterpriseMerge,
        EnterpriseDistinct,
        EnterpriseCare,
        EnterpriseImport,
        EnterpriseImportRow,
        Restatement,
    )
    db.create_tables(tables, safe=False)
    migrator.migrate(
        migrator.add_index("checkin", ("enterprise_id",), False),
        migrator.add_index("signup", ("enterprise_id",), False),
    )
