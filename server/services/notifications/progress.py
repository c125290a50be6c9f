"""How far a campaign has got: what became of its messages, counted."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from peewee import fn

from models import Delivery
from models.notifications import DeliveryState

_WAITING = (DeliveryState.QUEUED, DeliveryState.RESERVED, DeliveryState.SENDING)
_CARRIED = (DeliveryState.SENT, DeliveryState.DELIVERED)


@dataclass(frozen=True)
class Progress:
    """Messages of a campaign so far: still to go, taken by WeChat, for the inbox alone because no
    reminder was left or the person has switched them off, and those somebody must look at."""

    waiting: int
    carried: int
    inbox_only: int
    troubled: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.waiting + self.carried + self.inbox_only + self.troubled


def of_campaigns(campaign_ids: Iterable[int]) -> dict[int, Progress]:
    """Return how far each campaign has got, in one query."""
    ids = list(campaign_ids)
    rows: Any = (
        Delivery.select(Delivery.campaign_id, Delivery.state, fn.COUNT(Delivery.id))
        .where(Delivery.campaign_id.in_(ids))
        .group_by(Delivery.campaign_id, Delivery.state)
        .tuples()
    )
    counts: dict[int, dict[DeliveryState, int]] = {campaign_id: {} for campaign_id in ids}
    for campaign_id, state, count in rows:
        counts[int(campaign_id)][DeliveryState(state)] = int(count)
    return {campaign_id: _progress(found) for campaign_id, found in counts.items()}


def _progress(found: dict[DeliveryState, int]) -> Progress:
    def of(*states: DeliveryState) -> int:
        return sum(found.get(state, 0) for state in states)

    return Progress(
        waiting=of(*_WAITING),
        carried=of(*_CARRIED),
        inbox_only=of(
            DeliveryState.SKIPPED_NO_QUOTA,
            DeliveryState.FAILED_REFUSED,
            DeliveryState.EXPIRED,
            DeliveryState.FOLDED,
            DeliveryState.MUTED,
        ),
        troubled=of(DeliveryState.UNKNOWN, DeliveryState.FAILED_PARAM, DeliveryState.FAILED_TEMP),
    )
