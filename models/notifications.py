"""Messages to people: the reminder wallet, the inbox, and the outbox towards WeChat."""

from enum import StrEnum

from peewee import (
    BigIntegerField,
    CharField,
    Check,
    ForeignKeyField,
    IntegerField,
    JSONField,
    SmallIntegerField,
    TextField,
)

from models.base import BaseModel, ChoiceField, Record, UTCDateTimeField
from models.spaces import Space

BUCKETS = 64
"""The outbox is worked off bucket by bucket (user_id % 64), so that workers never meet."""


class Wallet(Record):
    """How many messages of a kind the person still allows: accepts counted, sends deducted."""

    user_id = BigIntegerField()
    kind = CharField(max_length=20)
    balance = IntegerField(default=0)
    refused_at = UTCDateTimeField(null=True)

    class Meta:
        indexes = ((("user_id", "kind"), True),)
        constraints = (Check("balance >= 0", name="wallet_not_negative"),)


class EntryReason(StrEnum):
    ACCEPT = "accept"
    RESERVE = "reserve"
    COMMIT = "commit"
    RELEASE = "release"
    ZEROED = "zeroed"


class WalletEntry(BaseModel):
    """One movement; a wallet's balance is the sum of its entries. `ref` makes it count once."""

    wallet = ForeignKeyField(Wallet, backref="+")
    wallet_id: int
    user_id = BigIntegerField()
    reason = ChoiceField(EntryReason)
    change = IntegerField()
    ref = CharField(max_length=120)
    at = UTCDateTimeField()

    class Meta:
        indexes = ((("wallet", "reason", "ref"), True),)


class CampaignState(StrEnum):
    SPREADING = "spreading"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    CANCELLED = "cancelled"
    DONE = "done"


class Campaign(Record):
    """One thing told to many (a published menu). The worker spreads it over people in batches,
    so that publishing answers at once; `cursor` is the last user reached. `audience` is empty for
    every member of the Space, or names the activities (`activity_ids`) whose people it concerns."""

    space = ForeignKeyField(Space, backref="+")
    space_id: int
    kind = CharField(max_length=20)
    dedupe_key = CharField(max_length=80)
    subject_type = CharField(max_length=20)
    subject_id = BigIntegerField()
    title = CharField(max_length=80)
    body = TextField(default="")
    page = CharField(max_length=200, default="")
    fields = JSONField(default=dict)
    audience = JSONField(default=dict)
    state = ChoiceField(CampaignState, default=CampaignState.SPREADING)
    cursor = BigIntegerField(default=0)
    total = IntegerField(default=0)
    stop_reason = CharField(max_length=120, default="")

    class Meta:
        indexes = ((("space", "dedupe_key"), True),)


class Message(BaseModel):
    """What stands in a person's inbox, whether or not WeChat carried it."""

    user_id = BigIntegerField()
    space_id = BigIntegerField(null=True)
    kind = CharField(max_length=20)
    subject_type = CharField(max_length=20)
    subject_id = BigIntegerField()
    dedupe_key = CharField(max_length=80)
    title = CharField(max_length=80)
    body = TextField(default="")
    page = CharField(max_length=200, default="")
    created_at = UTCDateTimeField()
    read_at = UTCDateTimeField(null=True)

    class Meta:
        indexes = (
            (("user_id", "dedupe_key"), True),
            (("user_id", "created_at"), False),
        )


class DeliveryState(StrEnum):
    QUEUED = "queued"
    RESERVED = "reserved"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    UNKNOWN = "unknown"
    FAILED_REFUSED = "failed_refused"
    FAILED_PARAM = "failed_param"
    FAILED_TEMP = "failed_temp"
    SKIPPED_NO_QUOTA = "skipped_no_quota"
    EXPIRED = "expired"
    FOLDED = "folded"
    MUTED = "muted"


class Delivery(Record):
    """An outbox row: one attempt to have WeChat carry a message, at most one per message. Of a
    campaign there is a row for who muted the kind as well, so that its people can be counted."""

    user_id = BigIntegerField()
    message = ForeignKeyField(Message, backref="+")
    message_id: int
    campaign_id = BigIntegerField(null=True, index=True)
    kind = CharField(max_length=20)
    fields = JSONField(default=dict)
    bucket = SmallIntegerField()
    priority = SmallIntegerField(default=9)
    state = ChoiceField(DeliveryState, default=DeliveryState.QUEUED)
    not_before = UTCDateTimeField()
    owner = CharField(max_length=40, default="")
    leased_until = UTCDateTimeField(null=True)
    attempts = SmallIntegerField(default=0)
    sent_at = UTCDateTimeField(null=True)
    delivered_at = UTCDateTimeField(null=True)
    errcode = IntegerField(null=True)
    error = CharField(max_length=120, default="")
    msgid = CharField(max_length=40, default="")

    class Meta:
        indexes = (
            (("user_id", "message"), True),
            (("state", "bucket", "not_before"), False),
        )


# WeChat refuses two sends to one person at the same time (43108), and only the database sees the
# threads of all workers.
Delivery.add_index(
    Delivery.index(
        Delivery.bucket,
        Delivery.user_id,
        unique=True,
        where=Delivery.state == DeliveryState.SENDING,
        name="delivery_one_in_flight",
    )
)


class PushEvent(BaseModel):
    """What WeChat pushed, stored raw before anything else; `dedupe_key` makes repeats harmless.
    The body names the person by openid, so it is ciphertext (base64)."""

    dedupe_key = CharField(max_length=200, unique=True)
    body = TextField()
    received_at = UTCDateTimeField()
    done_at = UTCDateTimeField(null=True, index=True)
    attempts = SmallIntegerField(default=0)
    error = CharField(max_length=200, default="")
