"""A person's place in a session."""

from enum import StrEnum

from peewee import BigIntegerField, CharField, Check, ForeignKeyField, IntegerField, JSONField

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
"""States that hold places; a waiting row holds none."""


class SignupSource(StrEnum):
    SELF = "self"
    STAFF = "staff"
    WALK_IN = "walk_in"
    ROSTER = "roster"
    NEED_INVITE = "need_invite"


class Signup(Record):
    """One person's place. `enterprise_id` is the company at that time, for honest statistics;
    `over_capacity` counts persons let in at the door for whom there was no place left."""

    space = ForeignKeyField(Space, backref="+")
    space_id: int
    session = ForeignKeyField(Session, backref="+")
    session_id: int
    user_id = BigIntegerField(index=True)
    enterprise_id = BigIntegerField(null=True)
    party_size = IntegerField(default=1)
    over_capacity = IntegerField(default=0)
    answers = JSONField(default=dict)
    state = ChoiceField(SignupState)
    position = BigIntegerField(null=True)
    source = ChoiceField(SignupSource, default=SignupSource.SELF)
    hold_until = UTCDateTimeField(null=True)
    ended_at = UTCDateTimeField(null=True)
    end_reason = CharField(max_length=120, default="")

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
