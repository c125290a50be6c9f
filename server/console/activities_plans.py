"""Many sessions at once: the generator of slots and classes, and an activity once more."""

import datetime as dt
from typing import Annotated, Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import ConfigDict, Field

from models import Activity
from models.activities import SeriesMode
from server.clock import day_of, utcnow
from server.console import door
from server.console.activities_forms import Clock, Day
from server.console.activities_sessions import rooms_of
from server.console.forms import Form, Number, RowId, Ticked
from server.context import actor, config, current_scope
from server.errors import ServiceError
from server.schemas.activities_plans import DuplicateIn, SlotsIn, WeeklyIn
from server.services import activities, activities_copies
from server.services import activities_plans as plans
from server.services import activities_sessions as sessions
from server.services import calendar as calendar_days
from server.services.staff import Verb

bp = door.word("activities_plans")


Count = Annotated[Number, Field(ge=1, le=100_000)]


class SlotsForm(SlotsIn):
    """Slots as the form sends them."""

    model_config = ConfigDict(extra="ignore")

    day: Day
    opens: Clock
    closes: Clock
    minutes: Annotated[Number, Field(ge=5, le=240)]
    pause_from: Clock | None = None
    pause_to: Clock | None = None
    venue_id: RowId | None = None
    zone_id: RowId | None = None
    capacity: Count | None = None


class WeeklyForm(WeeklyIn):
    """A class as the form sends it."""

    model_config = ConfigDict(extra="ignore")

    first_on: Day
    opens: Clock
    closes: Clock
    times: Annotated[Number, Field(ge=1, le=52)]
    skip_holidays: Ticked = False
    venue_id: RowId | None = None
    zone_id: RowId | None = None
    capacity: Count | None = None


class DuplicateForm(DuplicateIn):
    """An activity once more, as the form asks for it."""

    model_config = ConfigDict(extra="ignore")

    first_on: Day


@bp.get("/activities/<id:activity_id>/plan")
def new(activity_id: int) -> ResponseReturnValue:
    """Show the generator that fits the series; the other one is a click away."""
    activity = _writable(activity_id)
    is_weekly = request.args.get("kind", _kind_of(activity)) == "weekly"
    start = day_of(utcnow()) + dt.timedelta(days=7)
    values: dict[str, Any] = {"day": start, "first_on": start, "skip_holidays": "on"}
    if is_weekly:
        values |= {"opens": "18:30", "closes": "19:30", "times": 8, "capacity": 20}
    else:
        values |= {"opens": "09:00", "closes": "11:30", "minutes": 15, "capacity": 1}
    return _page(Form(**values), activity, is_weekly=is_weekly, plan=None)


@bp.post("/activities/<id:activity_id>/plan")
def create(activity_id: int) -> ResponseReturnValue:
    """Show what would come of it; the second time (`sure`), make the sessions."""
    activity = _writable(activity_id)
    form = Form(request.form)
    is_weekly = request.form.get("kind") == "weekly"
    plan = None
    try:
        room = form.read(WeeklyForm) if is_weekly else form.read(SlotsForm)
        plan = _plan(room)
        if request.form.get("sure"):
            made = plans.carry_out(
                activity,
                plan,
                room,
                checkins=config().checkins,
                actor=actor(),
                now=utcnow(),
            )
            flash(f"已安排 {len(made)} 场", "good")
            return redirect(url_for("console.activities.show", activity_id=activity_id), 303)
    except ServiceError as error:
        page = _page(form.blame(error), activity, is_weekly=is_weekly, plan=None)
        return page, error.status
    return _page(form, activity, is_weekly=is_weekly, plan=plan)


@bp.get("/activities/<id:activity_id>/duplicate")
def ask_duplicate(activity_id: int) -> ResponseReturnValue:
    """Ask for the title and the day of the first session."""
    activity = _writable(activity_id)
    return _duplicate_page(Form(title=activity.title, first_on=_next_day(activity)), activity)


@bp.post("/activities/<id:activity_id>/duplicate")
def duplicate(activity_id: int) -> ResponseReturnValue:
    """Write the new draft, sessions and all."""
    activity = _writable(activity_id)
    form = Form(request.form)
    try:
        typed = form.read(DuplicateForm)
        copy = activities_copies.duplicate(
            activity, typed, checkins=config().checkins, actor=actor(), now=utcnow()
        )
    except ServiceError as error:
        return _duplicate_page(form.blame(error), activity), error.status
    flash("草稿已建好，核对后发布", "good")
    if copy.without_zone:
        flash(f"这些场次的分区已被占用，请另选：{'、'.join(copy.without_zone)}", "warn")
    return redirect(url_for("console.activities.show", activity_id=copy.activity.id), 303)


def _plan(room: SlotsForm | WeeklyForm) -> plans.Plan:
    if isinstance(room, SlotsForm):
        return plans.slots(room)
    return plans.weekly(room, calendar_days.load(room.first_on))


def _kind_of(activity: Activity) -> str:
    is_slots = activity.series.mode in (SeriesMode.SLOTS, SeriesMode.SERVICE)
    return "slots" if is_slots else "weekly"


def _next_day(activity: Activity) -> dt.date:
    """Return the day of the first session four weeks on: the same weekday, next month or so."""
    held = sessions.of_activity(activity)
    today = day_of(utcnow())
    day = day_of(held[0].starts_at) if held else today
    day += dt.timedelta(weeks=4)
    while day <= today:
        day += dt.timedelta(weeks=4)
    return day


def _writable(activity_id: int) -> Activity:
    activity = activities.get(activity_id)
    current_scope().require(Verb.EDIT_ACTIVITIES, activity.space_id)
    return activity


def _page(form: Form, activity: Activity, *, is_weekly: bool, plan: plans.Plan | None) -> str:
    return render_template(
        "console/activities/plan.html",
        form=form,
        activity=activity,
        is_weekly=is_weekly,
        plan=plan,
        rooms=rooms_of(activity),
    )


def _duplicate_page(form: Form, activity: Activity) -> str:
    return render_template(
        "console/activities/duplicate.html",
        form=form,
        activity=activity,
        sessions=sessions.of_activity(activity),
    )
