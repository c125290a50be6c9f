"""What staff see around a menu: the activities it may offer, and its revisions."""

from typing import Any

from peewee import fn

from models import Activity, Menu, MenuRevision, Session
from models.activities import ActivityState, SessionState
from server.clock import month_bounds
from server.services import activities, menus


def on_offer(space_id: int, month: str, kept: list[int]) -> list[Activity]:
    """Return what an editor chooses from, in the order of the first session in the month: the
    activities that may stand on the Space's menu and take place then, and those `kept` on the
    draft already, whatever became of them. Raises ValueError on a malformed month."""
    first, following = month_bounds(month)
    offered: Any = menus.offered_to(space_id)
    rows = (
        offered.select(Activity.id, fn.MIN(Session.starts_at))
        .join(Session, on=(Session.activity == Activity.id))
        .where(
            Activity.state != ActivityState.CANCELLED,
            Session.state != SessionState.CANCELLED,
            Session.starts_at >= first,
            Session.starts_at < following,
        )
        .group_by(Activity.id)
    )
    order = {int(activity_id): begin for activity_id, begin in rows.tuples()}
    found = activities.of_ids([*order, *kept])
    return sorted(found, key=lambda each: (str(order.get(each.id, "~")), each.id))


def revisions(space_id: int, month: str) -> list[MenuRevision]:
    """Return the revisions of a Space's menu of a month, the newest first."""
    rows = (
        MenuRevision.select()
        .join(Menu)
        .where(Menu.space == space_id, Menu.month == month)
        .order_by(MenuRevision.number.desc())
    )
    return list(rows)
