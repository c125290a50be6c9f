"""Folding: of several waiting messages that say the same better each time, only the newest goes out.

Each accept of a person pays for one message. Two moves of a session within the hour, or the reminder of
the day before that met a busy WeChat until the hour before: the newest tells the present time and place,
and an older one that arrived after it would even mislead. The inbox keeps all of them.
"""

from typing import Any, Final

from peewee import fn

from models import Delivery, Message
from models.notifications import DeliveryState

FOLDED: Final = frozenset({"changed", "duty", "reminder"})
"""Kinds of which the newest about one subject says all that matters. Never `cancelled`, nor anything
that is decided once; and never about two subjects: two sessions are two appointments."""

_CARRYING: Final = (
    DeliveryState.QUEUED,
    DeliveryState.RESERVED,
    DeliveryState.SENDING,
    DeliveryState.SENT,
    DeliveryState.DELIVERED,
)


def superseded(rows: list[Delivery]) -> list[Delivery]:
    """Return those of these deliveries that a newer one carries already or will carry.

    Nothing is locked: whoever holds the newer one sends it or fails as this one would have, and of
    two deliveries only the older can ever give way.
    """
    ids = [row.id for row in rows if row.kind in FOLDED]
    if not ids:
        return []
    newer: Any = Delivery.alias()
    said: Any = Message.alias()
    carrier = (
        newer.select(newer.id)
        .join(said, on=(newer.message == said.id))
        .where(
            newer.user_id == Delivery.user_id,
            newer.kind == Delivery.kind,
            newer.id > Delivery.id,
            newer.state.in_(_CARRYING),
            newer.campaign_id.is_null(),  # somebody may hold or cancel a campaign
            said.subject_type == Message.subject_type,
            said.subject_id == Message.subject_id,
        )
    )
    query = Delivery.select(Delivery.id).join(Message)
    found = {row.id for row in query.where(Delivery.id.in_(ids), fn.EXISTS(carrier))}
    return [row for row in rows if row.id in found]
