"""The one look-up of a check-in. It is the hottest statement of the house, so its SQL is written by
peewee once per process and not for every scan."""

from functools import cache
from typing import Any

from peewee import JOIN, Database

from models import Activity, Checkin, Session, Signup, Venue, Zone, db
from models.signups import LIVE

_ActivityVenue = Venue.alias("activity_venue")
_USER, _SESSION = -1, -2
"""Stand for the two arguments while the statement is written; no id is negative."""

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


def find(session_id: int, user_id: int) -> tuple[Session, Signup | None, Checkin | None] | None:
    """Return a session with what a check-in looks at, the person's live signup and their valid
    check-in, in one round trip; None if there is no such session. The rows are not whole: they
    hold the columns named here and nothing else."""
    sql, marked = _statement(db.obj)
    given = {_USER: user_id, _SESSION: session_id}
    values = db.execute_sql(sql, [given.get(value, value) for value in marked]).fetchone()
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
    for table, columns in _PARTS:
        if values[at] is None:
            rows.append(None)
        else:
            own = zip(columns, values[at : at + len(columns)], strict=True)
            rows.append(table(**{field.name: field.python_value(value) for field, value in own}))
        at += len(columns)
    return rows


@cache
def _statement(_database: Database) -> tuple[str, tuple[Any, ...]]:
    """Return the SQL in this database's spelling, and its arguments with the two marks."""
    is_own_signup = (
        (Signup.session == Session.id) & (Signup.user_id == _USER) & Signup.state.in_(LIVE)
    )
    is_own_checkin = (
        (Checkin.session == Session.id) & (Checkin.user_id == _USER) & Checkin.voided_at.is_null()
    )
    sql, arguments = (
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
        .where(Session.id == _SESSION)
        .sql()
    )
    return sql, tuple(arguments)
