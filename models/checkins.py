"""Who was there, and every attempt to say so."""

from enum import StrEnum

from peewee import (
    BigIntegerField,
    CharField,
    Check,
    ForeignKeyField,
    IntegerField,
    JSONField,
    SmallIntegerField,
)

from models.activities import Session
from models.base import BaseModel, ChoiceField, Record, UTCDateTimeField
from models.signups import Signup
from models.spaces import Space


class CheckinMethod(StrEnum):
    SELF_QR = "self_qr"
    STAFF_SCAN = "staff_scan"
    STAFF_SEARCH = "staff_search"
    WALK_IN = "walk_in"
    OFFLINE_SYNC = "offline_sync"
    ROSTER = "roster"


class Checkin(Record):
    """Somebody was there. Voided with a reason, never deleted. `door` is a label staff gave their
    entrance; `reason` says why it was entered late or beyond the capacity."""

    space = ForeignKeyField(Space, backref="+")
    space_id: int
    session = ForeignKeyField(Session, backref="+")
    session_id: int
    signup = ForeignKeyField(Signup, null=True, backref="+")
    signup_id: int | None
    user_id = BigIntegerField(index=True)
    enterprise_id = BigIntegerField(null=True, index=True)
    method = ChoiceField(CheckinMethod)
    token_slot = BigIntegerField(null=True)
    device = CharField(max_length=64, default="")
    door = CharField(max_length=30, default="")
    staff_id = BigIntegerField(null=True)
    reason = CharField(max_length=120, default="")
    party_present = IntegerField(default=0)
    occurred_at = UTCDateTimeField()
    recorded_at = UTCDateTimeField()
    left_at = UTCDateTimeField(null=True)
    client_ref = CharField(max_length=64, null=True)
    flags = JSONField(default=list)
    voided_at = UTCDateTimeField(null=True)
    voided_by = BigIntegerField(null=True)
    void_reason = CharField(max_length=120, default="")
    # Who asked a flagged person for the colour and word, and when; it settles the flags.
    challenged_at = UTCDateTimeField(null=True)
    challenged_by = BigIntegerField(null=True)

    class Meta:
        constraints = (Check("party_present >= 0", name="checkin_party_not_negative"),)
        indexes = ((("space", "occurred_at"), False),)


Checkin.add_index(
    Checkin.index(
        Checkin.session,
        Checkin.user_id,
        unique=True,
        where=Checkin.voided_at.is_null(),
        name="checkin_one_valid",
    )
)
Checkin.add_index(
    Checkin.index(
        Checkin.session,
        Checkin.device,
        Checkin.client_ref,
        unique=True,
        where=Checkin.client_ref.is_null(False),
        name="checkin_client_ref",
    )
)


class ScanLog(BaseModel):
    """Every attempt, refused ones too; kept 90 days. The code itself only as a hash.

    One a phone sent later, from its queue, has its `client_ref`, and the row is the answer it got:
    asked again it gets the same."""

    at = UTCDateTimeField(index=True)
    space_id = BigIntegerField(null=True)
    session_id = BigIntegerField(null=True, index=True)
    user_id = BigIntegerField(null=True)
    staff_id = BigIntegerField(null=True)
    method = ChoiceField(CheckinMethod)
    result = CharField(max_length=30)
    raw_hash = CharField(max_length=64)
    device = CharField(max_length=64, default="")
    ip_hash = CharField(max_length=64, default="")
    client_ref = CharField(max_length=64, null=True)
    checkin_id = BigIntegerField(null=True)
    detail = CharField(max_length=120, default="")

    class Meta:
        indexes = (
            (("session_id", "device"), False),
            (("session_id", "ip_hash", "at"), False),
        )


ScanLog.add_index(
    ScanLog.index(
        ScanLog.device,
        ScanLog.client_ref,
        unique=True,
        where=ScanLog.client_ref.is_null(False),
        name="scan_log_client_ref",
    )
)


class Screen(Record):
    """The big screen of a Space: its link is good while `expires_at` lies ahead and nobody changed
    the row, so that a new link, or none, makes the old one worthless."""

    space = ForeignKeyField(Space, unique=True, backref="+")
    space_id: int
    expires_at = UTCDateTimeField(null=True)


class Rating(Record):
    """What somebody who was there thought: 3 满意, 2 基本满意, 1 不满意."""

    space = ForeignKeyField(Space, backref="+")
    space_id: int
    session = ForeignKeyField(Session, backref="+")
    session_id: int
    checkin = ForeignKeyField(Checkin, unique=True, backref="+")
    checkin_id: int
    user_id = BigIntegerField(index=True)
    score = SmallIntegerField()
    text = CharField(max_length=500, default="")

    class Meta:
        constraints = (Check("score BETWEEN 1 AND 3", name="rating_score_range"),)
