"""Seasons of visits: whom to visit, what was heard, what was answered."""

from peewee import (
    BigIntegerField,
    BooleanField,
    CharField,
    Check,
    DateField,
    DateTimeField,
    ForeignKeyField,
    IntegerField,
    JSONField,
    Model,
    TextField,
)


def up(migrator, db):
    class Base(Model):
        id = BigIntegerField(primary_key=True)

        class Meta:
            database = db
            legacy_table_names = False

    class Record(Base):
        version = IntegerField()
        created_at = DateTimeField()
        created_by = BigIntegerField(null=True)
        updated_at = DateTimeField()
        updated_by = BigIntegerField(null=True)

    class Space(Base):
        pass

    class Staff(Base):
        pass

    class Enterprise(Base):
        pass

    class Need(Base):
        pass

    class VisitCampaign(Record):
        space = ForeignKeyField(Space, backref="+")
        kind = CharField(max_length=20)
        year = IntegerField()
        title = CharField(max_length=60)
        starts_on = DateField()
        ends_on = DateField()
        rule = JSONField()
        questions = JSONField()
        is_anonymous = BooleanField()
        closed_at = DateTimeField(null=True)

        class Meta:
            constraints = (Check("starts_on <= ends_on", name="visit_campaign_starts_before_end"),)
            indexes = ((("space", "starts_on"), False),)

    VisitCampaign.add_index(
        VisitCampaign.index(
            VisitCampaign.space,
            VisitCampaign.year,
            unique=True,
            where=VisitCampaign.kind == "spring",
            name="visit_campaign_one_spring",
        )
    )

    class VisitTarget(Record):
        space = ForeignKeyField(Space, backref="+")
        campaign = ForeignKeyField(VisitCampaign, backref="+")
        enterprise = ForeignKeyField(Enterprise, backref="+")
        assignee = ForeignKeyField(Staff, backref="+", null=True)
        state = CharField(max_length=20)
        state_reason = CharField(max_length=120)
        reasons = JSONField()
        rank = IntegerField()
        removed_at = DateTimeField(null=True)

        class Meta:
            indexes = (
                (("campaign", "enterprise"), True),
                (("campaign", "state"), False),
            )

    class VisitRecord(Record):
        space = ForeignKeyField(Space, backref="+")
        campaign = ForeignKeyField(VisitCampaign, backref="+")
        target = ForeignKeyField(VisitTarget, backref="+", unique=True)
        enterprise = ForeignKeyField(Enterprise, backref="+")
        visited_at = DateTimeField()
        met = CharField(max_length=120)
        visitors = CharField(max_length=120)
        summary = TextField()
        has_answers = BooleanField()
        signed_off_at = DateTimeField(null=True)
        signed_off_by = BigIntegerField(null=True)

        class Meta:
            indexes = ((("enterprise", "visited_at"), False),)

    class VisitAnswer(Base):
        space = ForeignKeyField(Space, backref="+")
        campaign = ForeignKeyField(VisitCampaign, backref="+")
        record = ForeignKeyField(VisitRecord, backref="+", null=True, unique=True)
        answers = JSONField()

    class VisitNeed(Base):
        space = ForeignKeyField(Space, backref="+")
        record = ForeignKeyField(VisitRecord, backref="+")
        need = ForeignKeyField(Need, backref="+", unique=True)

    class VisitVerdict(Base):
        space = ForeignKeyField(Space, backref="+", null=True)
        staff = ForeignKeyField(Staff, backref="+")
        client_ref = CharField(max_length=64)
        at = DateTimeField(index=True)
        result = CharField(max_length=40)
        detail = CharField(max_length=200)
        target_id = BigIntegerField(null=True)
        record_id = BigIntegerField(null=True)

        class Meta:
            indexes = ((("staff", "client_ref"), True),)

    db.create_tables(
        (VisitCampaign, VisitTarget, VisitRecord, VisitAnswer, VisitNeed, VisitVerdict),
        safe=False,
    )
