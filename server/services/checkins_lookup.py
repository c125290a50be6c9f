"""The one look-up of a check-in. It is the hottest statement of the house, so its SQL is written by
peewee once per process and not for every scan."""

from typing import Any

from peewee import JOIN, Query

from models import Activity, Checkin, Session, Signup, Venue, Zone, db
from models.signups import LIVE
from models.statements import Reading, Statement, gap

_ActivityVenue = Venue.alias("activity_venue")
_SESSION_COLUMNS = (
    *(Session.id, Session.space, Session.activity, Session.state, Session.qr_key),
    *(Session.starts_at, Session.ends_at, Session.checkin_opens_at, Session.checkin_closes_at),
    *(Session.capacity, Session.seats_taken, Session.venue, Session.zone),
)
_ACTIVITY_COLUMNS = (
    *(Activity.id, Activity.space, Activity.title, Activity.state, Activity.place),
    *(Activity.is_rehearsal, Activity.signup_mode, Activity.max_party, Activity.venue),
    *(Activity.eligibility, Activity.eligibility_reason),
)
_PARTS: tuple[tuple[Any, tuple[Any, ...]], ...] = (
    (Session, _SESSION_COLUMNS),
    (Activity, _ACTIVITY_COLUMNS),
    (Venue, (Venue.id, Venue.name)),
    (Venue, (_ActivityVenue.id, _ActivityVenue.name)),
    (Zone, (Zone.id, Zone.name)),
    (Signup, (Signup.id, Signup.state, Signup.party_size, Signup.enterprise_id)),
    (Checkin, (Checkin.id, Checkin.method, Checkin.occurred_at, Checkin.party_present)),
)
_READINGS = [(Reading(table, columns), len(columns)) for table, columns in _PARTS]


def find(session_id: int, user_id: int) -> tuple[Session, Signup | None, Checkin | None] | None:
    """Return a session with what a check-in looks at, the person's live signup and their valid
    check-in, in one round trip; None if there is no such session. The rows are not whole: they
    hold the columns named here and nothing else."""
    given = {"session": session_id, "user": user_id}
    values = _LOOK_UP.execute(db.obj, given).fetchone()
    if values is None:
        return None
    session, activity, venue, activity_venue, zone, signup, checkin = _rows(values)
    activity.venue = activity_venue
    session.activity, session.venue, session.zone = activity, venue, zone
    return session, signup, checkin


def _rows(values: Any) -> list[Any]:
    """Return one row per part, None where an outer join found none."""
    rows: list[Any] = []
    at = 0
    for reading, width in _READINGS:
        rows.append(None if values[at] is None else reading.row(values[at : at + width]))
        at += width
    return rows


def _written() -> Query:
    user = gap("user", Signup.user_id)
    is_own_signup = (
        (Signup.session == Session.id) & (Signup.user_id == user) & Signup.state.in_(LIVE)
    )
    is_own_checkin = (
        (Checkin.session == Session.id) & (Checkin.user_id == user) & Checkin.voided_at.is_null()
    )
    return (
        Session.select(*(column for _, columns in _PARTS for column in columns))
        .join(Activity)
        .join(_ActivityVenue, JOIN.LEFT_OUTER, on=Activity.venue == _ActivityVenue.id)
        .switch(Session)
        .join(Venue, JOIN.LEFT_OUTER, on=Session.venue == Venue.id)
        .switch(Session)
        .join(Zone, JOIN.LEFT_OUTER, on=Session.zone == Zone.id)
        .switch(Session)
        .join(Signup, JOIN.LEFT_OUTER, on=is_own_signup)
        .switch(Session)
        .join(Checkin, JOIN.LEFT_OUTER, on=is_own_checkin)
        .where(Session.id == gap("session", Session.id))
    )


_LOOK_UP = Statement(_written)
