"""场次 of an activity: added, moved, called off."""

import datetime as dt
from typing import Annotated, Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import ConfigDict, Field

from models import Activity, Session
from server.clock import utcnow
from server.console import door
from server.console.forms import Form, LocalMoment, Number, RowId
from server.context import actor, config, current_scope
from server.errors import ServiceError
from server.schemas.activities import Announce, SessionIn
from server.services import activities, spaces, spaces_zones
from server.services import activities_sessions as sessions
from server.services.staff import Verb

bp = door.word("activities_sessions")


class SessionForm(SessionIn):
    """A session as the form sends it."""

    model_config = ConfigDict(extra="ignore")

    starts_at: LocalMoment
    ends_at: LocalMoment
    venue_id: RowId | None = None
    zone_id: RowId | None = None
    capacity: Annotated[Number, Field(ge=1, le=100_000)] | None = None
    checkin_opens_at: LocalMoment | None = None
    checkin_closes_at: LocalMoment | None = None


@bp.get("/activities/<id:activity_id>/sessions/new")
def new(activity_id: int) -> ResponseReturnValue:
    """Show the form, filled like the last session one week later."""
    activity = _writable(activity_id)
    before = sessions.of_activity(activity)
    values: dict[str, Any] = {"capacity": 20}
    if before:
        last = before[-1]
        week = dt.timedelta(days=7)
        values = form_values(last) | {
            "starts_at": last.starts_at + week,
            "ends_at": last.ends_at + week,
            "checkin_opens_at": None,
            "checkin_closes_at": None,
        }
    return _page(Form(**values), activity, None)


@bp.post("/activities/<id:activity_id>/sessions")
def create(activity_id: int) -> ResponseReturnValue:
    """Add a session."""
    activity = _writable(activity_id)
    form = Form(request.form)
    try:
        typed = form.read(SessionForm)
        sessions.add(activity, typed, checkins=config().checkins, actor=actor(), now=utcnow())
    except ServiceError as error:
        return _page(form.blame(error), activity, None), error.status
    flash("场次已安排", "good")
    return redirect(url_for("console.activities.show", activity_id=activity_id), 303)


@bp.get("/sessions/<id:session_id>/edit")
def edit(session_id: int) -> ResponseReturnValue:
    """Show the form with what it says now."""
    session = _of_writable(session_id)
    return _page(Form(**form_values(session), version=session.version), session.activity, session)


@bp.post("/sessions/<id:session_id>")
def update(session_id: int) -> ResponseReturnValue:
    """Save; when time or place change, the form asks whether people are told at once."""
    session = _of_writable(session_id)
    form = Form(request.form)
    try:
        typed = form.read(SessionForm)
        sessions.edit(
            session,
            typed,
            expected=form.version,
            announce=door.asked(Announce, "announce", request.form),
            checkins=config().checkins,
            actor=actor(),
            now=utcnow(),
        )
    except ServiceError as error:
        return _page(form.blame(error), session.activity, session), error.status
    flash("场次已更新", "good")
    return redirect(url_for("console.activities.show", activity_id=session.activity_id), 303)


def _writable(activity_id: int) -> Activity:
    activity = activities.get(activity_id)
    current_scope().require(Verb.EDIT_ACTIVITIES, activity.space_id)
    return activity


def _of_writable(session_id: int) -> Session:
    session = sessions.get(session_id)
    current_scope().require(Verb.EDIT_ACTIVITIES, session.space_id)
    return session


def form_values(session: Session) -> dict[str, Any]:
    """Return what the form shows of a session."""
    return {name: getattr(session, name) for name in SessionForm.model_fields}


def rooms_of(activity: Activity) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """Return the venues and the zones its sessions can be held in, as choices; a zone with its
    venue, one lent by another Space with that Space."""
    venues = spaces.rooms(activity.space, now=utcnow()).venues
    zones = [
        (
            zone.id,
            " · ".join(
                filter(
                    None,
                    (
                        zone.space.name if zone.space_id != activity.space_id else "",
                        zone.venue.name,
                        zone.name,
                    ),
                )
            ),
        )
        for zone in spaces_zones.bookable_by(activity.space_id)
    ]
    return [(venue.id, venue.name) for venue in venues], zones


def _page(form: Form, activity: Activity, session: Session | None) -> str:
    return render_template(
        "console/activities/session.html",
        form=form,
        activity=activity,
        session=session,
        rooms=rooms_of(activity),
        holders=sessions.holders_of(session) if session else 0,
    )
