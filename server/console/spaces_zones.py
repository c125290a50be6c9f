"""场地: the week of a Space's zones, what is free, and booking one for another purpose."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import ConfigDict

from models import Space, Zone, ZoneBooking
from server.clock import at_shanghai, day_of, utcnow
from server.console import door
from server.console.activities_forms import Clock, Day
from server.console.forms import Fields, Form, RowId
from server.context import actor, current_scope
from server.errors import Invalid, NotFound, ServiceError
from server.schemas.base import Line
from server.schemas.spaces_zones import BookingIn
from server.services import spaces, spaces_zones
from server.services.staff import Verb

bp = door.word("spaces_zones")

_WEEK = dt.timedelta(days=7)


@dataclass
class _Block:
    """What the board shows as one: a booking, or several slots of one activity in a row."""

    booking: ZoneBooking
    ends_at: dt.datetime
    count: int = 1


class SpanForm(Fields):
    """A time of one Shanghai day."""

    day: Day
    opens: Clock
    closes: Clock


class BookingForm(SpanForm):
    """A zone for that time, and what for."""

    model_config = ConfigDict(extra="ignore")

    zone_id: RowId
    purpose: Line


@bp.get("/zones")
def index() -> ResponseReturnValue:
    """Show who has which zone when, for a week; and what is free, if a time is asked for."""
    return _page(_space(door.asked_id("space")), Form(request.args))


@bp.post("/zones/bookings")
def create() -> ResponseReturnValue:
    """Book a zone for another purpose than a session."""
    form = Form(request.form)
    space = _space(door.asked_id("space", request.form))
    current_scope().require(Verb.EDIT_ACTIVITIES, space.id)
    try:
        typed = form.read(BookingForm)
        start, end = _span(typed)
        wish = BookingIn.model_validate(
            {
                "zone_id": str(typed.zone_id),
                "starts_at": start,
                "ends_at": end,
                "purpose": typed.purpose,
            }
        )
        spaces_zones.book(space.id, wish, actor=actor(), now=utcnow())
    except ServiceError as error:
        return _page(space, form.blame(error)), error.status
    flash("已预订", "good")
    return redirect(url_for(".index", space=space.id, week=typed.day.isoformat()), 303)


@bp.post("/zones/bookings/<id:booking_id>/cancel")
def cancel(booking_id: int) -> ResponseReturnValue:
    """Give a zone back: by whose it is for the time, or by the Space it belongs to."""
    booking = spaces_zones.get(booking_id)
    scope = current_scope()
    if not scope.allows(Verb.EDIT_ACTIVITIES, booking.space_id):
        scope.require(Verb.EDIT_ACTIVITIES, booking.for_space_id)
    try:
        spaces_zones.cancel(booking, actor=actor(), now=utcnow())
        flash("预订已取消", "good")
    except Invalid as error:
        flash(error.detail, "bad")
    mine = scope.space_ids(Verb.SEE)
    space_id = booking.for_space_id if booking.for_space_id in mine else booking.space_id
    week = day_of(booking.starts_at).isoformat()
    return redirect(url_for(".index", space=space_id, week=week), 303)


@bp.post("/venues/<id:venue_id>/share")
def share(venue_id: int) -> ResponseReturnValue:
    """Let the other Spaces of the town book a venue's zones, or no longer."""
    venue = spaces_zones.venue_of(venue_id)
    current_scope().require(Verb.PUBLISH_MENU, venue.space_id)
    is_shared = request.form.get("shared") == "on"
    spaces_zones.share(venue, is_shared, actor=actor(), now=utcnow())
    flash("全镇各空间可以借用" if is_shared else "不再出借，已有的预订不变", "good")
    return redirect(url_for(".index", space=venue.space_id), 303)


def _space(asked: int | None) -> Space:
    """Return the Space asked for, or the first of the staff's. Raises NotFound for any other."""
    mine = door.spaces_of(Verb.SEE)
    for space in mine:
        if asked in (None, space.id):
            return space
    raise NotFound


def _span(typed: SpanForm) -> tuple[dt.datetime, dt.datetime]:
    if typed.opens >= typed.closes:
        raise Invalid(fields={"closes": "结束时间应晚于开始时间"})
    return at_shanghai(typed.day, typed.opens), at_shanghai(typed.day, typed.closes)


def _monday(form: Form) -> dt.date:
    for name in ("week", "day"):
        try:
            day = dt.date.fromisoformat(str(form[name]))
        except ValueError:
            continue
        if 2020 <= day.year <= 2100:
            return day - dt.timedelta(days=day.weekday())
    today = day_of(utcnow())
    return today - dt.timedelta(days=today.weekday())


def _free(space: Space, form: Form) -> list[Zone] | None:
    """Return what is free at the time asked for; None when none is."""
    if not (form["day"] and form["opens"] and form["closes"]) or form.errors:
        return None
    try:
        return spaces_zones.free_between(space.id, *_span(form.read(SpanForm)))
    except ServiceError as error:
        form.blame(error)
        return None


def _stack(blocks: list[_Block], booking: ZoneBooking) -> None:
    """Add a booking to its day; slots of one activity that follow each other are one block."""
    before = blocks[-1] if blocks else None
    if (
        before is not None
        and booking.session is not None
        and before.booking.session is not None
        and before.booking.session.activity_id == booking.session.activity_id
        and before.ends_at == booking.starts_at
    ):
        before.ends_at = booking.ends_at
        before.count += 1
    else:
        blocks.append(_Block(booking, booking.ends_at))


def _page(space: Space, form: Form) -> str:
    monday = _monday(form)
    days = [monday + dt.timedelta(days=number) for number in range(7)]
    since = at_shanghai(monday, dt.time())
    zones = spaces_zones.bookable_by(space.id)
    board: dict[tuple[int, dt.date], list[_Block]] = {}
    for booking in spaces_zones.bookings_between(zones, since, since + _WEEK):
        last = day_of(booking.ends_at - dt.timedelta(seconds=1))
        for day in days:
            if day_of(booking.starts_at) <= day <= last:
                _stack(board.setdefault((booking.zone_id, day), []), booking)
    rooms: dict[int, list[Zone]] = {}
    for zone in zones:
        rooms.setdefault(zone.venue_id, []).append(zone)
    context: dict[str, Any] = {
        "free": _free(space, form),
        "can_book": current_scope().allows(Verb.EDIT_ACTIVITIES, space.id),
        "can_share": current_scope().allows(Verb.PUBLISH_MENU, space.id),
        "venues": spaces.rooms(space, now=utcnow()).venues,
    }
    return render_template(
        "console/spaces_zones/index.html",
        space=space,
        spaces=door.spaces_of(Verb.SEE),
        form=form,
        days=days,
        today=day_of(utcnow()),
        before=monday - _WEEK,
        after=monday + _WEEK,
        board=board,
        rooms=rooms,
        zones=zones,
        title_of=spaces_zones.title_of,
        **context,
    )
