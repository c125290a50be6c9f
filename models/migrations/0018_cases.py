"""Cases: stories out of needs and activities that others can learn from."""

from peewee import (
    BigIntegerField,
    BooleanField,
    CharField,
    Check,
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

    class Space(Base):
        pass

    class Need(Base):
        pass

    class Activity(Base):
        pass

    class CaseStory(Base):
        version = IntegerField()
        created_at = DateTimeField()
        created_by = BigIntegerField(null=True)
        updated_at = DateTimeField()
        updated_by = BigIntegerField(null=True)
        space = ForeignKeyField(Space, backref="+")
        need = ForeignKeyField(Need, backref="+", null=True)
        activity = ForeignKeyField(Activity, backref="+", null=True)
        title = CharField(max_length=60)
        before = TextField()
        doing = TextField()
        after = TextField()
        figures = JSONField()
        reach = CharField(max_length=20)
        is_named = BooleanField()
        published_at = DateTimeField(null=True)

        class Meta:
            constraints = (
                Check("need_id IS NULL OR activity_id IS NULL", name="case_story_one_root"),
            )
            indexes = (
                (("space", "published_at"), False),
                (("reach", "published_at"), False),
            )

    db.create_tables((CaseStory,), safe=False)
