"""Theme zones: who has which when, what is free, and which of other Spaces may be borrowed."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from peewee import JOIN

from models import Activity, OrgUnit, Session, Space, Venue, Zone, ZoneBooking, db
from server.clock import SHANGHAI, iso
from server.errors import Conflict, Invalid, NotFound
from server.schemas.spaces_zones import BookingIn
from server.services import audit
from server.services.audit import Actor
from server.services.calendar_days import moment_label


class ZoneTaken(Conflict):
    """`booking` is the one in the way; the message names it."""

    code, message = "zone_taken", "这个分区在这段时间已被占用"


def get(booking_id: int) -> ZoneBooking:
    """Return a booking with zone, venue, Spaces, session and activity joined in. Raises NotFound."""
    booking: ZoneBooking | None = _joined().where(ZoneBooking.id == booking_id).first()
    if booking is None:
        raise NotFound
    return booking


def bookable_by(space_id: int) -> list[Zone]:
    """Return the zones a Space may book, its own first: those of other Spaces of its town only in
    venues these share. Each with venue and Space joined in."""
    town = OrgUnit.select(OrgUnit.parent).where(OrgUnit.id == space_id)
    neighbours = OrgUnit.select(OrgUnit.id).where(OrgUnit.parent.in_(town))
    is_lent = (Venue.is_shared == True) & Zone.space.in_(neighbours)  # noqa: E712
    query: Any = (
        Zone.select(Zone, Venue, Space)
        .join(Venue)
        .switch(Zone)
        .join(Space)
        .where(
            (Zone.space == space_id) | is_lent,
            Zone.active == True,  # noqa: E712
            Venue.active == True,  # noqa: E712
        )
    )
    return sorted(
        query, key=lambda zone: (zone.space_id != space_id, zone.venue_id, zone.order, zone.id)
    )


def bookings_between(zones: Iterable[Zone], since: dt.datetime, until: dt.datetime) -> Any:
    """Return a select of the live bookings of these zones that touch the time, the earliest first,
    joined as by `get`."""
    return (
        _joined()
        .where(
            ZoneBooking.zone.in_([zone.id for zone in zones]),
            ZoneBooking.live == True,  # noqa: E712
            ZoneBooking.starts_at < until,
            ZoneBooking.ends_at > since,
        )
        .order_by(ZoneBooking.starts_at, ZoneBooking.id)
    )


def free_between(space_id: int, since: dt.datetime, until: dt.datetime) -> list[Zone]:
    """Return the zones a Space may book that nobody has at any moment of that time."""
    zones = bookable_by(space_id)
    taken = {booking.zone_id for booking in bookings_between(zones, since, until)}
    return [zone for zone in zones if zone.id not in taken]


def book(space_id: int, form: BookingIn, *, actor: Actor, now: dt.datetime) -> ZoneBooking:
    """Take a zone for a Space for another purpose than a session, and return the booking. Raises
    Invalid, ZoneTaken naming what is in the way."""
    if form.starts_at >= form.ends_at:
        raise Invalid(fields={"ends_at": "结束时间应晚于开始时间"})
    if form.ends_at <= now:
        raise Invalid(fields={"ends_at": "这段时间已经过去"})
    if form.zone_id not in {zone.id for zone in bookable_by(space_id)}:
        raise Invalid(fields={"zone_id": "请选择本空间或已共享的分区"})
    span = (form.starts_at.astimezone(dt.UTC), form.ends_at.astimezone(dt.UTC))
    with db.atomic():
        booking = _take(form.zone_id, span, for_space=space_id, by=actor.id, now=now)
        booking.change(now=now, by=actor.id, purpose=form.purpose)
        after = {"zone": form.zone_id, "starts_at": iso(span[0]), "ends_at": iso(span[1])}
        _record(actor, "zones.book", booking, now=now, after=after)
    return get(booking.id)


def cancel(booking: ZoneBooking, *, actor: Actor, now: dt.datetime) -> None:
    """Give a zone back that was taken for another purpose; twice changes nothing. Raises Invalid
    for a session's zone, which is given back by the session."""
    if booking.session_id is not None:
        raise Invalid("这是活动场次占用的分区，请在场次里更换或取消")
    with db.atomic():
        if _free(ZoneBooking.id == booking.id, by=actor.id, now=now):
            _record(actor, "zones.cancel", booking, now=now)


def book_session(session: Session, *, by: int | None, now: dt.datetime) -> None:
    """Let the booking of a session agree with its zone and time, inside the caller's transaction:
    made, moved or given back. Raises ZoneTaken."""
    held = ZoneBooking.get_or_none(
        ZoneBooking.session == session,
        ZoneBooking.live == True,  # noqa: E712
    )
    wanted = (session.zone_id, session.starts_at, session.ends_at)
    if held is not None and (held.zone_id, held.starts_at, held.ends_at) == wanted:
        return
    free_session(session, by=by, now=now)
    if session.zone_id is not None:
        span = (session.starts_at, session.ends_at)
        booking = _take(session.zone_id, span, for_space=session.space_id, by=by, now=now)
        booking.change(now=now, by=by, session=session.id)


def free_session(session: Session, *, by: int | None, now: dt.datetime) -> None:
    """Give back the zone of a session that is not held, inside the caller's transaction."""
    _free(ZoneBooking.session == session, by=by, now=now)


def share(venue: Venue, is_shared: bool, *, actor: Actor, now: dt.datetime) -> None:
    """Let the other Spaces of the town book a venue's zones, or no longer. What they have booked
    stays theirs."""
    with db.atomic():
        fresh = Venue.get_by_id(venue.id)
        fresh.change(now=now, by=actor.id, is_shared=is_shared)
        after = {"is_shared": is_shared}
        audit.record(actor, "venues.share", fresh, now=now, org_unit_id=venue.space_id, after=after)


def venue_of(venue_id: int) -> Venue:
    """Return an active venue. Raises NotFound."""
    found: Venue | None = Venue.get_or_none(Venue.id == venue_id, Venue.active == True)  # noqa: E712
    if found is None:
        raise NotFound
    return found


def title_of(booking: ZoneBooking) -> str:
    """Return what a zone is taken for, in words."""
    if booking.session is not None:
        return str(booking.session.activity.title)
    return booking.purpose


def _take(
    zone_id: int,
    span: tuple[dt.datetime, dt.datetime],
    *,
    for_space: int,
    by: int | None,
    now: dt.datetime,
) -> ZoneBooking:
    """Write a booking nothing overlaps. Whoever books holds the zone's row, so that two cannot both
    find it free; on SQLite the transaction itself is the only one that writes."""
    query: Any = Zone.select(Zone, Venue).join(Venue).where(Zone.id == zone_id)
    if db.for_update:
        query = query.for_update("FOR NO KEY UPDATE", of=Zone)
    zone = query.get()
    other = bookings_between([zone], *span).first()
    if other is not None:
        name, when = title_of(other), moment_label(other.starts_at)
        until = f"{other.ends_at.astimezone(SHANGHAI):%H:%M}"
        text = f"{zone.name}已被《{name}》占用（{when}–{until}）"
        raise ZoneTaken(
            text,
            errors=[{"field": "zone_id", "message": text}],
            booking={
                "id": str(other.id),
                "title": name,
                "starts_at": iso(other.starts_at),
                "ends_at": iso(other.ends_at),
            },
        )
    return ZoneBooking.add(
        now=now,
        by=by,
        space=zone.space_id,
        zone=zone,
        for_space=for_space,
        starts_at=span[0],
        ends_at=span[1],
    )


def _free(condition: Any, *, by: int | None, now: dt.datetime) -> int:
    freed: int = (
        ZoneBooking.update(
            live=False, updated_at=now, updated_by=by, version=ZoneBooking.version + 1
        )
        .where(condition, ZoneBooking.live == True)  # noqa: E712
        .execute()
    )
    return freed


def _joined() -> Any:
    return (
        ZoneBooking.select(ZoneBooking, Zone, Venue, Space, Session, Activity)
        .join(Zone)
        .join(Venue)
        .switch(ZoneBooking)
        .join(Space, on=ZoneBooking.for_space == Space.id)
        .switch(ZoneBooking)
        .join(Session, JOIN.LEFT_OUTER, on=ZoneBooking.session == Session.id)
        .join(Activity, JOIN.LEFT_OUTER)
    )


def _record(actor: Actor, action: str, booking: ZoneBooking, **rest: Any) -> None:
    audit.record(actor, action, booking, org_unit_id=booking.space_id, **rest)
