"""Messages, the reminder wallet and the ledger as they come in and go out."""

from typing import Annotated, Literal, Self

from pydantic import Field

from models import Campaign, Delivery, Message
from models.notifications import CampaignState, DeliveryState
from server.schemas.base import Id, In, Moment, Out, PageQuery


class MarkOut(Out):
    """What became of the WeChat message, in plain words."""

    state: Literal["delivered", "waiting", "not_delivered", "inbox_only"]
    text: str


class MessageOut(Out):
    """A message of the inbox."""

    id: Id
    kind: str
    title: str
    body: str
    page: str
    subject_type: str
    subject_id: Id
    created_at: Moment
    read_at: Moment | None
    mark: MarkOut

    @classmethod
    def of(cls, message: Message, mark: MarkOut) -> Self:
        return cls(
            id=message.id,
            kind=message.kind,
            title=message.title,
            body=message.body,
            page=message.page,
            subject_type=message.subject_type,
            subject_id=message.subject_id,
            created_at=message.created_at,
            read_at=message.read_at,
            mark=mark,
        )


class InboxOut(Out):
    """A page of the inbox, and how many messages are unread in all."""

    items: list[MessageOut]
    next: str | None
    unread: int


class WalletKindOut(Out):
    """How many messages of a kind may still be sent, and the template to ask for more with. One that
    `is_lasting` and has a balance needs not be asked for again. WeChat lets lasting and other
    templates not into one pop-up."""

    kind: str
    title: str
    template_id: str
    balance: int
    is_refused: bool
    is_lasting: bool
    sentence: str


class WalletOut(Out):
    items: list[WalletKindOut]


class AcceptsIn(In):
    """What wx.requestSubscribeMessage answered on the phone, per template id."""

    results: Annotated[
        dict[
            Annotated[str, Field(max_length=64)],
            Literal["accept", "acceptWithAudio", "reject", "ban", "filter"],
        ],
        Field(min_length=1, max_length=10),
    ]


class LedgerQuery(PageQuery):
    """Deliveries of one Space or all of mine, in one state or all."""

    space: Id | None = None
    state: DeliveryState | None = None


class DeliveryOut(Out):
    """What became of one message. Whom it was for is not told."""

    id: Id
    kind: str
    title: str
    space_id: Id | None
    state: DeliveryState
    attempts: int
    errcode: int | None
    error: str
    created_at: Moment
    sent_at: Moment | None
    delivered_at: Moment | None

    @classmethod
    def of(cls, delivery: Delivery, message: Message) -> Self:
        return cls(
            id=delivery.id,
            kind=delivery.kind,
            title=message.title,
            space_id=message.space_id,
            state=delivery.state,
            attempts=delivery.attempts,
            errcode=delivery.errcode,
            error=delivery.error,
            created_at=delivery.created_at,
            sent_at=delivery.sent_at,
            delivered_at=delivery.delivered_at,
        )


class TroublesOut(Out):
    """How many deliveries stand in a state somebody should look at."""

    unknown: int
    failed_param: int
    failed_temp: int
    failed_refused: int


class LedgerOut(Out):
    items: list[DeliveryOut]
    next: str | None
    troubles: TroublesOut


class CampaignOut(Out):
    """One thing told to many; `total` is how many people were reached so far."""

    id: Id
    space_id: Id
    kind: str
    title: str
    state: CampaignState
    total: int
    stop_reason: str
    created_at: Moment

    @classmethod
    def of(cls, campaign: Campaign) -> Self:
        return cls(
            id=campaign.id,
            space_id=campaign.space_id,
            kind=campaign.kind,
            title=campaign.title,
            state=campaign.state,
            total=campaign.total,
            stop_reason=campaign.stop_reason,
            created_at=campaign.created_at,
        )


class CampaignsOut(Out):
    items: list[CampaignOut]
