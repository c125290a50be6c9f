"""Who works on a need besides the desk: bodies and people it was sent to, the level called to it,
the days asked for, and the texts staff answer with."""

from enum import StrEnum

from peewee import (
    BigIntegerField,
    BooleanField,
    CharField,
    Check,
    ForeignKeyField,
    IntegerField,
    TextField,
)

from models.base import ChoiceField, Record, UTCDateTimeField
from models.needs import Category, Need
from models.resources import Partner
from models.spaces import Space
from models.staff import Staff


class DispatchRole(StrEnum):
    LEAD = "lead"
    ASSIST = "assist"


class DispatchState(StrEnum):
    """`recalled`: taken back by the desk, which is nobody's refusal."""

    SENT = "sent"
    ACCEPTED = "accepted"
    DONE = "done"
    RETURNED = "returned"
    RECALLED = "recalled"


LIVE_DISPATCH = (DispatchState.SENT, DispatchState.ACCEPTED, DispatchState.DONE)
"""States in which the body or person still stands for its part of the need."""


class Dispatch(Record):
    """A need in the hands of a partner or a colleague, who leads or assists."""

    space = ForeignKeyField(Space, backref="+")
    space_id: int
    need = ForeignKeyField(Need, backref="+")
    need_id: int
    partner = ForeignKeyField(Partner, null=True, backref="+")
    partner_id: int | None
    staff = ForeignKeyField(Staff, null=True, backref="+")
    staff_id: int | None
    role = ChoiceField(DispatchRole)
    state = ChoiceField(DispatchState, default=DispatchState.SENT)
    due_at = UTCDateTimeField(null=True)
    # What is asked of them.
    note = CharField(max_length=300, default="")
    # Why it came back.
    reason = CharField(max_length=300, default="")
    # What they did.
    result = CharField(max_length=500, default="")
    accepted_at = UTCDateTimeField(null=True)
    ended_at = UTCDateTimeField(null=True)

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


# Two who lead are nobody who answers for it.
Dispatch.add_index(
    Dispatch.index(
        Dispatch.need,
        unique=True,
        where=(Dispatch.role == DispatchRole.LEAD) & (Dispatch.state << LIVE_DISPATCH),
        name="dispatch_one_lead",
    )
)
# The same body is not asked twice for the same need.
Dispatch.add_index(
    Dispatch.index(
        Dispatch.need,
        Dispatch.partner,
        unique=True,
        where=Dispatch.state << LIVE_DISPATCH,
        name="dispatch_one_per_partner",
    )
)
Dispatch.add_index(
    Dispatch.index(
        Dispatch.need,
        Dispatch.staff,
        unique=True,
        where=Dispatch.state << LIVE_DISPATCH,
        name="dispatch_one_per_staff",
    )
)


class EscalationState(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"


class EscalationAnswer(StrEnum):
    """What a called level does: it advises, takes part, or, to an appeal, stands by the answer."""

    ADVICE = "advice"
    TAKES_PART = "takes_part"
    UPHELD = "upheld"


class Escalation(Record):
    """A higher level or a body called to a need (吹哨), with working days of its own to answer in.

    `partner` None: the town. `is_appeal`: it was the submitter who called.
    """

    space = ForeignKeyField(Space, backref="+")
    space_id: int
    need = ForeignKeyField(Need, backref="+")
    need_id: int
    partner = ForeignKeyField(Partner, null=True, backref="+")
    partner_id: int | None
    is_appeal = BooleanField(default=False)
    reason = CharField(max_length=500)
    due_at = UTCDateTimeField()
    state = ChoiceField(EscalationState, default=EscalationState.OPEN)
    answer = ChoiceField(EscalationAnswer, null=True)
    text = TextField(default="")
    answered_at = UTCDateTimeField(null=True)
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


# One question at a time to the town.
Escalation.add_index(
    Escalation.index(
        Escalation.need,
        unique=True,
        where=(Escalation.state == EscalationState.OPEN) & Escalation.partner.is_null(),
        name="escalation_one_to_town",
    )
)
Escalation.add_index(
    Escalation.index(
        Escalation.need,
        Escalation.partner,
        unique=True,
        where=Escalation.state == EscalationState.OPEN,
        name="escalation_one_to_partner",
    )
)


class ExtensionState(StrEnum):
    ASKED = "asked"
    APPROVED = "approved"
    REFUSED = "refused"


class Extension(Record):
    """Working days asked for on top of what was promised; the keeper decides."""

    space = ForeignKeyField(Space, backref="+")
    space_id: int
    need = ForeignKeyField(Need, backref="+")
    need_id: int
    days = IntegerField()
    reason = CharField(max_length=300)
    state = ChoiceField(ExtensionState, default=ExtensionState.ASKED)
    decision = CharField(max_length=300, default="")
    decided_at = UTCDateTimeField(null=True)
    decided_by = BigIntegerField(null=True)
    due_before = UTCDateTimeField()
    due_after = UTCDateTimeField(null=True)

    class Meta:
        indexes = ((("need", "state"), False),)
        constraints = (Check("days > 0", name="extension_days_positive"),)


Extension.add_index(
    Extension.index(
        Extension.need,
        unique=True,
        where=Extension.state == ExtensionState.ASKED,
        name="extension_one_asked",
    )
)


class AnswerTemplate(Record):
    """A text to begin an answer with. `space` None: every Space has it; `category` None: it fits
    every kind of need. Placeholders in braces are filled in when it is chosen."""

    space = ForeignKeyField(Space, null=True, backref="+")
    space_id: int | None
    category = ForeignKeyField(Category, null=True, backref="+")
    category_id: int | None
    title = CharField(max_length=40)
    text = TextField()
    order = IntegerField(default=0)
    active = BooleanField(default=True)

    class Meta:
        indexes = ((("space", "active"), False),)
