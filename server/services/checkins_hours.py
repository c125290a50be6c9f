"""How long people stayed, where that is what counts: the hours somebody volunteered."""

import datetime as dt
from typing import Any, Final

from models import Activity, Checkin, Session, User
from models.activities import ActivityKind

_LONGEST: Final = dt.timedelta(hours=24)


def volunteered(user: User) -> int:
    """Return for how many minutes somebody volunteered, over their valid check-ins, rehearsals left
    out. Of whom staff checked out: from the start, or from coming if they came later, until they
    left. Of everybody else: the hours the activity says it counts, else what was planned."""
    rows: Any = (
        Checkin.select(Checkin, Session, Activity)
        .join(Session)
        .join(Activity)
        .where(
            Checkin.user_id == user.id,
            Checkin.voided_at.is_null(),
            Activity.kind == ActivityKind.VOLUNTEER,
            Activity.is_rehearsal == False,  # noqa: E712
        )
    )
    total = sum((_stayed(row) for row in rows), start=dt.timedelta())
    return int(total.total_seconds()) // 60


def _stayed(checkin: Checkin) -> dt.timedelta:
    session = checkin.session
    if checkin.left_at is not None:
        stayed = checkin.left_at - max(checkin.occurred_at, session.starts_at)
        # Whoever was forgotten and checked out days later did not work all night.
        return min(max(stayed, dt.timedelta()), _LONGEST)
    hours = session.activity.volunteer_hours
    return dt.timedelta(hours=hours) if hours else session.ends_at - session.starts_at
