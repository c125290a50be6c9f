"""Surveys: what members are asked, that somebody answered, and what was answered."""

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
)


def up(migrator, db):
    class Base(Model):
        id = BigIntegerField(primary_key=True)

        class Meta:
            database = db
            legacy_table_names = False

    class OrgUnit(Base):
        pass

    class Space(Base):
        pass

    class User(Base):
        pass

    class Survey(Base):
        version = IntegerField()
        created_at = DateTimeField()
        created_by = BigIntegerField(null=True)
        updated_at = DateTimeField()
        updated_by = BigIntegerField(null=True)
        org_unit = ForeignKeyField(OrgUnit, backref="+")
        space = ForeignKeyField(Space, backref="+", null=True)
        kind = CharField(max_length=20)
        half = CharField(max_length=7, null=True)
        title = CharField(max_length=60)
        intro = CharField(max_length=300)
        questions = JSONField()
        is_anonymous = BooleanField()
        starts_on = DateField()
        ends_on = DateField()
        published_at = DateTimeField(null=True)
        invited_at = DateTimeField(null=True)
        closed_at = DateTimeField(null=True)
        answered = IntegerField()
        members = IntegerField(null=True)

        class Meta:
            constraints = (Check("starts_on <= ends_on", name="survey_starts_before_end"),)
            indexes = (
                (("space", "half"), True),
                (("org_unit", "starts_on"), False),
            )

    class SurveyReceipt(Base):
        space = ForeignKeyField(Space, backref="+", null=True)
        survey = ForeignKeyField(Survey, backref="+")
        token = CharField(max_length=64)

        class Meta:
            indexes = ((("survey", "token"), True),)

    class SurveyAnswer(Base):
        space = ForeignKeyField(Space, backref="+", null=True)
        survey = ForeignKeyField(Survey, backref="+")
        user = ForeignKeyField(User, backref="+", null=True)
        answers = JSONField()

    db.create_tables((Survey, SurveyReceipt, SurveyAnswer), safe=False)
