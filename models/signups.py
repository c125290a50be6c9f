"""A person's place in a session."""

from enum import StrEnum

from peewee import (
    BigIntegerField,
    BooleanField,
    CharField,
    Check,
    ForeignKeyField,
    IntegerField,
    JSONField,
)

from models.activities import Session
from models.base import ChoiceField, Record, UTCDateTimeField
from models.spaces import Space


class SignupState(StrEnum):
    PENDING = "pending"
    CONFIRMED = "confirmed"
    WAITLISTED = "waitlisted"
    OFFERED = "offered"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    LOST = "lost"
    ATTENDED = "attended"
    NO_SHOW = "no_show"


LIVE = (
    SignupState.PENDING,
    SignupState.CONFIRMED,
    SignupState.WAITLISTED,
    SignupState.OFFERED,
    SignupState.ATTENDED,
    SignupState.NO_SHOW,
)
"""States in which the row still stands; only one such row per person and session."""

SEATED = (
    SignupState.PENDING,
    SignupState.CONFIRMED,
    SignupState.OFFERED,
    SignupState.ATTENDED,
    SignupState.NO_SHOW,
)
"""States that hold places; a waiting row holds none, nor does an entry of a lottery not drawn yet
(`pending` with a `draw_id`)."""


HOLDING = (
    SignupState.PENDING,
    SignupState.CONFIRMED,
    SignupState.WAITLISTED,
    SignupState.OFFERED,
)
"""States of a signup for something still to come."""


class SignupSource(StrEnum):
    SELF = "self"
    STAFF = "staff"
    WALK_IN = "walk_in"
    ROSTER = "roster"
    NEED_INVITE = "need_invite"


class Draw(Record):
    """The one lottery of a session: a secret that was promised before anybody entered, and what
    came of it. `places` and `cap` are what was given out, `entries` what everybody may see."""

    space = ForeignKeyField(Space, backref="+")
    space_id: int
    session = ForeignKeyField(Session, unique=True, backref="+")
    session_id: int
    secret = CharField(max_length=64)
    commitment = CharField(max_length=64)
    drawn_at = UTCDateTimeField(null=True)
    seed = CharField(max_length=64, default="")
    places = IntegerField(null=True)
    cap = IntegerField(null=True)
    entries = JSONField(default=list)
    result = JSONField(default=list)


class Signup(Record):
    """One person's place. `enterprise_id` is the company at that time, for honest statistics;
    `over_capacity` counts persons let in at the door for whom there was no place left."""

    space = ForeignKeyField(Space, backref="+")
    space_id: int
    session = ForeignKeyField(Session, backref="+")
    session_id: int
    user_id = BigIntegerField(index=True)
    enterprise_id = BigIntegerField(null=True, index=True)
    party_size = IntegerField(default=1)
    over_capacity = IntegerField(default=0)
    answers = JSONField(default=dict)
    state = ChoiceField(SignupState)
    position = BigIntegerField(null=True)
    source = ChoiceField(SignupSource, default=SignupSource.SELF)
    hold_until = UTCDateTimeField(null=True)
    ended_at = UTCDateTimeField(null=True)
    end_reason = CharField(max_length=120, default="")
    # The activity, where a person may hold only one of its sessions; staff may give them more.
    once_of = BigIntegerField(null=True)
    # The lottery it is an entry of, and whether not drawn means waiting.
    draw_id = BigIntegerField(null=True)
    would_wait = BooleanField(default=False)

    class Meta:
        constraints = (Check("party_size >= 1", name="signup_party_positive"),)
        indexes = ((("session", "state"), False),)


Signup.add_index(
    Signup.index(
        Signup.session,
        Signup.user_id,
        unique=True,
        where=Signup.state.in_([state.value for state in LIVE]),
        name="signup_one_live",
    )
)


class AppealState(StrEnum):
    NONE = "none"
    OPEN = "open"
    GRANTED = "granted"
    REFUSED = "refused"


class NoShowMark(Record):
    """Somebody held a place and did not come. It counts while its signup says so, until it expires
    or an appeal is granted."""

    space = ForeignKeyField(Space, backref="+")
    space_id: int
    session = ForeignKeyField(Session, backref="+")
    session_id: int
    signup = ForeignKeyField(Signup, unique=True, backref="+")
    signup_id: int
    user_id = BigIntegerField(index=True)
    expires_at = UTCDateTimeField()
    appeal_state = ChoiceField(AppealState, default=AppealState.NONE)
    appeal_text = CharField(max_length=500, default="")
    appealed_at = UTCDateTimeField(null=True)
    decided_at = UTCDateTimeField(null=True)
    decision_reason = CharField(max_length=120, default="")

    class Meta:
        indexes = ((("space", "appeal_state"), False),)


Signup.add_index(
    Signup.index(
        Signup.once_of,
        Signup.user_id,
        unique=True,
        where=Signup.state.in_([state.value for state in HOLDING]),
        name="signup_one_of_activity",
    )
)
