"""What staff at the door may know to be a good host: somebody is new, somebody asked for something.

Cues are for the staff who just let the person in, and for nobody else: they are on no list, in no
export and not on the phone's copy of the list. A person turns them off under 资料与隐私."""

import datetime as dt
from typing import Final

from models import Category, Checkin, Need, Session, User
from models.needs import NeedState
from server.clock import SHANGHAI
from server.services import users

PREFERENCE: Final = "door_cues"
_RECENT: Final = dt.timedelta(days=60)


def of(checkin: Checkin, *, with_needs: bool, now: dt.datetime) -> list[str]:
    """Return the cues about whom a check-in let in, in words; none for who turned them off, and
    none about needs unless the asking staff work on them (`with_needs`)."""
    user = users.find(checkin.user_id)
    if user is None or user.preferences.get(PREFERENCE) is False:
        return []
    cues = [] if _has_been_before(user, checkin) else ["第一次来"]
    asked = _asked_for(user, checkin.space_id, now=now) if with_needs else None
    return [*cues, asked] if asked else cues


def _has_been_before(user: User, checkin: Checkin) -> bool:
    earlier = (
        Checkin.select(Checkin.id)
        .join(Session)
        .where(
            Checkin.user_id == user.id,
            Checkin.space == checkin.space_id,
            Session.starts_at < checkin.session.starts_at,
            Checkin.voided_at.is_null(),
        )
    )
    return bool(earlier.exists())


def _asked_for(user: User, space_id: int, *, now: dt.datetime) -> str | None:
    """Return what they last asked this Space for, by its category: never a word of it."""
    need = (
        Need.select(Need, Category)
        .join(Category)
        .where(
            Need.user_id == user.id,
            Need.space == space_id,
            Need.received_at >= now - _RECENT,
            Need.state != NeedState.WITHDRAWN,
        )
        .order_by(Need.received_at.desc())
        .first()
    )
    if need is None:
        return None
    return f"{need.received_at.astimezone(SHANGHAI).month}月问过“{need.category.name}”"
