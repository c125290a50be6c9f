"""Dispatches, escalations, extensions and answer templates; whose handler a grant makes one."""

import random

from peewee import (
    SQL,
    BigIntegerField,
    BooleanField,
    CharField,
    Check,
    DateTimeField,
    ForeignKeyField,
    IntegerField,
    Model,
    TextField,
)

LIVE = ("sent", "accepted", "done")


def up(migrator, db):
    migrator.migrate(
        migrator.add_column("grant", "partner_id", BigIntegerField(null=True)),
        migrator.add_column(
            "need",
            "consulted",
            CharField(max_length=60, constraints=[SQL("DEFAULT ''")]),
            allow_not_null=True,
        ),
    )
    known = _known(db)
    Dispatch = _dispatch(db, known)
    rest = (_escalation(db, known), _extension(db, known), _template(db, known))
    db.create_tables((Dispatch, *rest), safe=False)
    _lead_what_is_open(known, Dispatch)


def _known(db):
    """Return what stands already, as far as it is needed here."""

    class Known(Model):
        id = BigIntegerField(primary_key=True)

        class Meta:
            database = db
            legacy_table_names = False

    class Need(Known):
        space_id = BigIntegerField()
        state = CharField()
        on_behalf_by = BigIntegerField(null=True)
        updated_at = DateTimeField()

    class NeedEvent(Known):
        need_id = BigIntegerField()
        at = DateTimeField()
        actor_kind = CharField()
        actor_id = BigIntegerField(null=True)

    found = {name: type(name, (Known,), {}) for name in ("Space", "Staff", "Category", "Partner")}
    return found | {"Need": Need, "NeedEvent": NeedEvent}


def _record(db):
    class Record(Model):
        id = BigIntegerField(primary_key=True)
        version = IntegerField()
        created_at = DateTimeField()
        created_by = BigIntegerField(null=True)
        updated_at = DateTimeField()
        updated_by = BigIntegerField(null=True)

        class Meta:
            database = db
            legacy_table_names = False

    return Record


def _dispatch(db, known):
    class Dispatch(_record(db)):
        space = ForeignKeyField(known["Space"], backref="+")
        need = ForeignKeyField(known["Need"], backref="+")
        partner = ForeignKeyField(known["Partner"], null=True, backref="+")
        staff = ForeignKeyField(known["Staff"], null=True, backref="+")
        role = CharField(max_length=20)
        state = CharField(max_length=20)
        due_at = DateTimeField(null=True)
        note = CharField(max_length=300)
        reason = CharField(max_length=300)
        result = CharField(max_length=500)
        accepted_at = DateTimeField(null=True)
        ended_at = DateTimeField(null=True)

        class Meta:
            indexes = (
                (("need", "state"), False),
                (("partner", "state"), False),
                (("staff", "state"), False),
            )
            constraints = (
                Check(
                    "(CASE WHEN partner_id IS NULL THEN 0 ELSE 1 END)"
                    " + (CASE WHEN staff_id IS NULL THEN 0 ELSE 1 END) = 1",
                    name="dispatch_to_one",
                ),
                Check("state <> 'returned' OR reason <> ''", name="dispatch_returned_has_reason"),
            )

    is_live = Dispatch.state << LIVE
    for fields, where, name in (
        ((Dispatch.need,), (Dispatch.role == "lead") & is_live, "dispatch_one_lead"),
        ((Dispatch.need, Dispatch.partner), is_live, "dispatch_one_per_partner"),
        ((Dispatch.need, Dispatch.staff), is_live, "dispatch_one_per_staff"),
    ):
        Dispatch.add_index(Dispatch.index(*fields, unique=True, where=where, name=name))
    return Dispatch


def _escalation(db, known):
    class Escalation(_record(db)):
        space = ForeignKeyField(known["Space"], backref="+")
        need = ForeignKeyField(known["Need"], backref="+")
        partner = ForeignKeyField(known["Partner"], null=True, backref="+")
        is_appeal = BooleanField()
        reason = CharField(max_length=500)
        due_at = DateTimeField()
        state = CharField(max_length=20)
        answer = CharField(max_length=20, null=True)
        text = TextField()
        answered_at = DateTimeField(null=True)
        answered_by = BigIntegerField(null=True)

        class Meta:
            indexes = (
                (("need", "state"), False),
                (("space", "state", "due_at"), False),
                (("partner", "state"), False),
            )
            constraints = (
                Check(
                    "state <> 'answered' OR (answer IS NOT NULL AND answered_at IS NOT NULL)",
                    name="escalation_answered_says_what",
                ),
            )

    is_open = Escalation.state == "open"
    for fields, where, name in (
        ((Escalation.need,), is_open & Escalation.partner.is_null(), "escalation_one_to_town"),
        ((Escalation.need, Escalation.partner), is_open, "escalation_one_to_partner"),
    ):
        Escalation.add_index(Escalation.index(*fields, unique=True, where=where, name=name))
    return Escalation


def _extension(db, known):
    class Extension(_record(db)):
        space = ForeignKeyField(known["Space"], backref="+")
        need = ForeignKeyField(known["Need"], backref="+")
        days = IntegerField()
        reason = CharField(max_length=300)
        state = CharField(max_length=20)
        decision = CharField(max_length=300)
        decided_at = DateTimeField(null=True)
        decided_by = BigIntegerField(null=True)
        due_before = DateTimeField()
        due_after = DateTimeField(null=True)

        class Meta:
            indexes = ((("need", "state"), False),)
            constraints = (Check("days > 0", name="extension_days_positive"),)

    Extension.add_index(
        Extension.index(
            Extension.need,
            unique=True,
            where=Extension.state == "asked",
            name="extension_one_asked",
        )
    )
    return Extension


def _template(db, known):
    class AnswerTemplate(_record(db)):
        space = ForeignKeyField(known["Space"], null=True, backref="+")
        category = ForeignKeyField(known["Category"], null=True, backref="+")
        title = CharField(max_length=40)
        text = TextField()
        order = IntegerField()
        active = BooleanField()

        class Meta:
            indexes = ((("space", "active"), False),)

    return AnswerTemplate


def _lead_what_is_open(known, Dispatch):
    """Whoever worked on an open need last leads it from now on."""
    Need, NeedEvent, Staff = known["Need"], known["NeedEvent"], known["Staff"]
    accounts = {row.id for row in Staff.select()}
    working = Need.select().where(Need.state.in_(("dispatched", "in_progress", "waiting_info")))
    for need in list(working.order_by(Need.id)):
        acts = NeedEvent.select().where(
            NeedEvent.need_id == need.id, NeedEvent.actor_kind == "staff"
        )
        last = acts.order_by(NeedEvent.at.desc(), NeedEvent.id.desc()).first()
        who = last.actor_id if last else need.on_behalf_by
        if who not in accounts:
            continue
        Dispatch.create(
            id=random.getrandbits(62),
            space=need.space_id,
            need=need.id,
            staff=who,
            role="lead",
            state="accepted",
            note="",
            reason="",
            result="",
            version=1,
            created_at=need.updated_at,
            created_by=who,
            updated_at=need.updated_at,
            updated_by=who,
            accepted_at=need.updated_at,
        )
