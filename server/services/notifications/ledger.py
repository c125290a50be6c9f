"""What staff see of messages: what became of each, what went wrong, and what may go again."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from peewee import fn

from models import Campaign, Delivery, Message, db
from models.notifications import DeliveryState
from server.errors import Conflict, NotFound
from server.paging import Page, keyset
from server.services import audit
from server.services.audit import Actor
from server.services.notifications import bell, campaigns, wallet
from server.services.notifications.kinds import awake_at

TROUBLES: Final = (
    DeliveryState.UNKNOWN,
    DeliveryState.FAILED_PARAM,
    DeliveryState.FAILED_TEMP,
    DeliveryState.FAILED_REFUSED,
)
"""States somebody should look at; only the last is nobody's fault."""

_AGAIN: Final = (DeliveryState.UNKNOWN, DeliveryState.FAILED_PARAM, DeliveryState.FAILED_TEMP)


class CannotResend(Conflict):
    code, message = "cannot_resend", "这条消息不需要或不能重发"


@dataclass(frozen=True)
class Line:
    """A delivery with its message."""

    delivery: Delivery
    message: Message


def of_spaces(
    space_ids: Iterable[int], *, state: DeliveryState | None, cursor: str | None, limit: int
) -> Page[Line]:
    """Return a page of the deliveries of these Spaces, the newest first."""
    query = (
        Delivery.select(Delivery, Message)
        .join(Message)
        .where(Message.space_id.in_(list(space_ids)))
    )
    if state is not None:
        query = query.where(Delivery.state == state)
    page: Page[Any] = keyset(query, by=Delivery.created_at, cursor=cursor, limit=limit)
    return Page([Line(row, row.message) for row in page.items], page.next)


def troubles(space_ids: Iterable[int]) -> dict[DeliveryState, int]:
    """Return how many deliveries of these Spaces stand in each state that needs a look."""
    rows: Any = (
        Delivery.select(Delivery.state, fn.COUNT(Delivery.id))
        .join(Message)
        .where(Message.space_id.in_(list(space_ids)), Delivery.state.in_(TROUBLES))
        .group_by(Delivery.state)
        .tuples()
    )
    found = {DeliveryState(state): int(count) for state, count in rows}
    return {state: found.get(state, 0) for state in TROUBLES}


def campaigns_of(space_ids: Iterable[int]) -> list[Campaign]:
    """Return the newest campaigns of these Spaces, fifty at most."""
    query = Campaign.select().where(Campaign.space.in_(list(space_ids)))
    return list(query.order_by(Campaign.id.desc()).limit(50))


def get_campaign(campaign_id: int) -> Campaign:
    """Return a campaign. Raises NotFound."""
    campaign: Campaign | None = Campaign.get_or_none(Campaign.id == campaign_id)
    if campaign is None:
        raise NotFound
    return campaign


def resume(campaign: Campaign, *, actor: Actor, now: dt.datetime) -> Campaign:
    """Let a paused or stopped campaign go on. Raises NotStopped."""
    return _decide(campaigns.resume, "notifications.resume", campaign, actor, now)


def pause(campaign: Campaign, *, actor: Actor, now: dt.datetime) -> Campaign:
    """Hold a campaign until it is resumed. Raises NotSending."""
    return _decide(campaigns.pause, "notifications.pause", campaign, actor, now)


def cancel(campaign: Campaign, *, actor: Actor, now: dt.datetime) -> Campaign:
    """Call off what of a campaign has not left yet. Raises NotSending."""
    return _decide(campaigns.cancel, "notifications.cancel", campaign, actor, now)


def _decide(
    act: Callable[..., Campaign], name: str, campaign: Campaign, actor: Actor, now: dt.datetime
) -> Campaign:
    with db.atomic():
        before = {"state": campaign.state.value}
        decided = act(campaign.id, now=now)
        unit = campaign.space_id
        audit.record(actor, name, decided, org_unit_id=unit, now=now, before=before)
    return decided


def get(delivery_id: int) -> Line:
    """Return a delivery with its message. Raises NotFound."""
    row: Any = (
        Delivery.select(Delivery, Message).join(Message).where(Delivery.id == delivery_id).first()
    )
    if row is None:
        raise NotFound
    return Line(row, row.message)


def resend(line: Line, *, actor: Actor, now: dt.datetime) -> Line:
    """Queue a delivery again that failed, or of which nobody knows: only a person may decide to
    risk that somebody reads it twice. Needs a fresh reminder. Raises CannotResend."""
    delivery = line.delivery
    with db.atomic():
        queued = (
            Delivery.update(
                state=DeliveryState.QUEUED,
                owner="",
                campaign_id=None,  # one person's message now, whatever becomes of the campaign
                attempts=0,
                error="",
                errcode=None,
                sent_at=None,
                created_at=now,  # old news expires; this was just decided
                not_before=awake_at(delivery.kind, now),
                updated_at=now,
                updated_by=actor.id,
            )
            .where(Delivery.id == delivery.id, Delivery.state.in_(_AGAIN))
            .execute()
        )
        if not queued:
            raise CannotResend
        if delivery.state == DeliveryState.UNKNOWN:
            # The person may have it: what the first try took counts as spent.
            ref = wallet.ref_of(delivery.id, delivery.version)
            wallet.commit(delivery.user_id, delivery.kind, ref, now=now)
        before = {"state": delivery.state.value}
        space_id = line.message.space_id
        audit.record(
            actor,
            "notifications.resend",
            delivery,
            org_unit_id=space_id,
            now=now,
            before=before,
        )
        bell.ring_after_commit()
    return get(delivery.id)
