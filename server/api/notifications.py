"""消息: the inbox and the reminder wallet; for staff, what became of every message."""

from flask import Response

from models import Campaign
from server.api.door import problems, reply, staff_word, word
from server.clock import utcnow
from server.context import actor, config, current_scope, current_user
from server.errors import NotFound
from server.schemas.base import Id, In, PageQuery
from server.schemas.notifications import (
    AcceptsIn,
    CampaignOut,
    CampaignsOut,
    DeliveryOut,
    InboxOut,
    LedgerOut,
    LedgerQuery,
    MarkOut,
    MessageOut,
    TroublesOut,
    WalletKindOut,
    WalletOut,
)
from server.services import notifications, staff
from server.services.notifications import Entry, ledger
from server.services.staff import Verb

bp = word("notifications")
staff_bp = staff_word("notifications")


class MessagePath(In):
    message_id: Id


class DeliveryPath(In):
    delivery_id: Id


class CampaignPath(In):
    campaign_id: Id


def _wallet() -> WalletOut:
    settings = config().wechat
    user_id = current_user().id
    is_staff = staff.find_of_user(user_id) is not None
    held = notifications.wallet_of(user_id, is_staff=is_staff, lasting=settings.long_term)
    return WalletOut(
        items=[
            WalletKindOut(
                kind=each.kind,
                title=each.title,
                template_id=settings.templates.get(each.kind, ""),
                balance=each.balance,
                is_refused=each.is_refused,
                is_lasting=each.is_lasting,
                sentence=each.sentence,
            )
            for each in held
        ]
    )


def _message(entry: Entry) -> MessageOut:
    mark = MarkOut(state=entry.mark.state, text=entry.mark.text)
    return MessageOut.of(entry.message, mark)


@bp.get("/me/wallet", summary="How many reminders are left, per kind", responses={200: WalletOut})
def wallet() -> Response:
    return reply(_wallet())


@bp.post(
    "/me/wallet/accepts",
    summary="The phone tells what its pop-up answered",
    description="A hint only: the answer is the wallet as WeChat's own events have made it, which "
    "may lag by a second or two. A phone could say anything, so nothing is counted from here.",
    responses={200: WalletOut},
)
def accepts(body: AcceptsIn) -> Response:
    return reply(_wallet())


@bp.get("/me/inbox", summary="My messages, the newest first", responses={200: InboxOut})
def inbox(query: PageQuery) -> Response:
    user_id = current_user().id
    page = notifications.of_user(user_id, cursor=query.cursor, limit=query.limit)
    items = [_message(entry) for entry in page.items]
    return reply(InboxOut(items=items, next=page.next, unread=notifications.unread(user_id)))


@bp.post("/me/inbox/<message_id>/read", summary="I have read it", responses={200: MessageOut})
def read(path: MessagePath) -> Response:
    return reply(_message(notifications.read(current_user().id, path.message_id, now=utcnow())))


@staff_bp.get(
    "/messages",
    summary="What became of messages, the newest first, and what needs a look",
    responses={200: LedgerOut},
)
def index(query: LedgerQuery) -> Response:
    mine = current_scope().space_ids(Verb.EDIT_MENU)
    if query.space is not None:
        current_scope().require(Verb.EDIT_MENU, query.space)
        mine = frozenset({query.space})
    page = ledger.of_spaces(mine, state=query.state, cursor=query.cursor, limit=query.limit)
    counts = {state.value: count for state, count in ledger.troubles(mine).items()}
    return reply(
        LedgerOut(
            items=[DeliveryOut.of(line.delivery, line.message) for line in page.items],
            next=page.next,
            troubles=TroublesOut(**counts),
        )
    )


@staff_bp.post(
    "/messages/<delivery_id>/resend",
    summary="Send again what failed, or what nobody knows of",
    responses={200: DeliveryOut},
    openapi_extensions=problems(409),
)
def resend(path: DeliveryPath) -> Response:
    line = ledger.get(path.delivery_id)
    if line.message.space_id is None:
        raise NotFound
    current_scope().require(Verb.PUBLISH_MENU, line.message.space_id)
    sent = ledger.resend(line, actor=actor(), now=utcnow())
    return reply(DeliveryOut.of(sent.delivery, sent.message))


@staff_bp.get(
    "/campaigns", summary="Things told to many, the newest first", responses={200: CampaignsOut}
)
def campaigns() -> Response:
    found = ledger.campaigns_of(current_scope().space_ids(Verb.EDIT_MENU))
    return reply(CampaignsOut(items=[CampaignOut.of(each) for each in found]))


def _to_decide(campaign_id: int) -> Campaign:
    campaign = ledger.get_campaign(campaign_id)
    current_scope().require(Verb.PUBLISH_MENU, campaign.space_id)
    return campaign


@staff_bp.post(
    "/campaigns/<campaign_id>/pause",
    summary="Hold a campaign until it is resumed",
    responses={200: CampaignOut},
    openapi_extensions=problems(409),
)
def pause(path: CampaignPath) -> Response:
    campaign = _to_decide(path.campaign_id)
    return reply(CampaignOut.of(ledger.pause(campaign, actor=actor(), now=utcnow())))


@staff_bp.post(
    "/campaigns/<campaign_id>/resume",
    summary="Let a paused or stopped campaign go on",
    responses={200: CampaignOut},
    openapi_extensions=problems(409),
)
def resume(path: CampaignPath) -> Response:
    campaign = _to_decide(path.campaign_id)
    return reply(CampaignOut.of(ledger.resume(campaign, actor=actor(), now=utcnow())))


@staff_bp.post(
    "/campaigns/<campaign_id>/cancel",
    summary="Call off what of a campaign has not left yet",
    responses={200: CampaignOut},
    openapi_extensions=problems(409),
)
def cancel(path: CampaignPath) -> Response:
    campaign = _to_decide(path.campaign_id)
    return reply(CampaignOut.of(ledger.cancel(campaign, actor=actor(), now=utcnow())))
