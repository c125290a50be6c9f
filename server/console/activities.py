"""活动: found, drafted, changed, published, called off."""

import datetime as dt
import re

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models import Activity
from models.activities import ActivityState, SeriesMode, SignupMode
from server.clock import day_of, utcnow
from server.console import activities_forms as forms
from server.console import door, files, labels
from server.console.forms import Form
from server.context import actor, current_scope
from server.errors import ServiceError
from server.paging import numbered
from server.schemas.activities import Rule
from server.services import (
    activities,
    activities_board,
    needs_effects,
    resources_experts,
    resources_partners,
    spaces,
)
from server.services import activities_agenda as agenda
from server.services import activities_effects as effects
from server.services import activities_eligibility as eligibility
from server.services import activities_endings as endings
from server.services import activities_materials as materials
from server.services import activities_projects as projects
from server.services import activities_questions as questions
from server.services import activities_rosters as rosters
from server.services import activities_sessions as sessions
from server.services import checkins_ratings as ratings
from server.services import signups_noshows as noshows
from server.services.staff import Verb

bp = door.word("activities")

_PLANNED = dt.timedelta(days=60)
"""Until when an activity without sessions is taken to be over, for the purge of its answers."""


@bp.get("/activities")
def index() -> ResponseReturnValue:
    """List the activities of the staff's Spaces, drafts too."""
    scope = current_scope()
    mine = scope.space_ids(Verb.SEE)
    asked = door.asked_id("space")
    form = Form(request.args)
    state = door.asked(ActivityState, "state")
    month = door.asked_month("month")
    query = activities_board.index(
        mine & {asked} if asked else mine,
        month=month,
        series_id=door.asked_id("series"),
        state=state,
    )
    page = numbered(query, number=door.asked_number("page"))
    return render_template(
        "console/activities/index.html",
        page=page,
        sessions=sessions.of_activities([row.id for row in page.items]),
        series=activities_board.series(),
        spaces=door.spaces_of(Verb.SEE),
        can_write=door.spaces_of(Verb.EDIT_ACTIVITIES),
        states=labels.choices(ActivityState),
        appeals=noshows.appeals(scope.space_ids(Verb.ADMIT), is_open=True).count(),
        form=form,
        keep={name: value for name, value in request.args.items() if value and name != "page"},
    )


@bp.get("/activities/new")
def new() -> ResponseReturnValue:
    """Show an empty form, or one filled like another activity (`like`)."""
    like = door.asked_id("like")
    if like:
        model = _seen(like)
        current_scope().require(Verb.EDIT_ACTIVITIES, model.space_id)
        return _edit_page(Form(**forms.like(model), space_id=model.space_id), None)
    values = forms.values_of(Activity()) | {"is_rehearsal": request.args.get("rehearsal") and "on"}
    return _edit_page(Form(**values, space_id=door.asked_id("space")), None)


@bp.post("/activities")
def create() -> ResponseReturnValue:
    """Write a draft; the next thing asked for is when it takes place."""
    form = Form(request.form)
    space_id = door.asked_id("space_id", request.form) or 0
    current_scope().require(Verb.EDIT_ACTIVITIES, space_id)
    if _asks_template():
        return _edit_page(_with_emergency(form, None), None)
    try:
        typed = forms.read(form, None)
        activity = activities.draft(space_id, typed, actor=actor(), now=utcnow())
    except ServiceError as error:
        return _edit_page(form.blame(error), None), error.status
    flash("草稿已保存，接下来安排场次", "good")
    planned = activity.series.mode in (SeriesMode.SLOTS, SeriesMode.CLASS, SeriesMode.SERVICE)
    word = "activities_plans" if planned else "activities_sessions"
    return redirect(url_for(f"console.{word}.new", activity_id=activity.id), 303)


@bp.get("/activities/<id:activity_id>")
def show(activity_id: int) -> ResponseReturnValue:
    """Show an activity, its sessions, and what can be done with it."""
    return _show_page(_seen(activity_id), Form())


@bp.get("/activities/<id:activity_id>/edit")
def edit(activity_id: int) -> ResponseReturnValue:
    """Show the form with what it says now."""
    activity = _writable(activity_id)
    return _edit_page(Form(**forms.values_of(activity), version=activity.version), activity)


@bp.post("/activities/<id:activity_id>")
def update(activity_id: int) -> ResponseReturnValue:
    """Save what was changed; who was overtaken sees both."""
    activity = _writable(activity_id)
    form = Form(request.form)
    if _asks_template():
        return _edit_page(_with_emergency(form, activity), activity)
    try:
        typed = forms.read(form, activity)
        activities.edit(activity, typed, expected=form.version, actor=actor(), now=utcnow())
    except ServiceError as error:
        return _edit_page(form.blame(error), activity), error.status
    flash("已保存", "good")
    return redirect(url_for("console.activities.show", activity_id=activity_id), 303)


@bp.post("/activities/<id:activity_id>/publish")
def publish(activity_id: int) -> ResponseReturnValue:
    """Make a draft visible and open to signups."""
    activity = _writable(activity_id)
    form = Form(request.form)
    try:
        activities.publish(activity, expected=form.version, actor=actor(), now=utcnow())
    except ServiceError as error:
        return _show_page(activity, form.blame(error)), error.status
    flash("已发布，会员现在可以看到", "good")
    return redirect(url_for("console.activities.show", activity_id=activity_id), 303)


@bp.get("/series.css")
@door.public
def series_colors() -> Response:
    """Return the colours of the series: they are data, and inline styles are not allowed. The big
    screen of a lobby wears them too, and nobody is logged in there."""
    rules = [
        f".series-{row.code} {{ --series: {row.color}; }}"
        for row in activities_board.series()
        if re.fullmatch(r"#[0-9a-fA-F]{3,8}", row.color) and re.fullmatch(r"[\w-]+", row.code)
    ]
    response = Response("\n".join(rules), mimetype="text/css")
    response.headers["Cache-Control"] = "private, max-age=300"
    return response


def _seen(activity_id: int) -> Activity:
    activity = activities.get(activity_id)
    current_scope().require(Verb.SEE, activity.space_id)
    return activity


def _writable(activity_id: int) -> Activity:
    activity = activities.get(activity_id)
    current_scope().require(Verb.EDIT_ACTIVITIES, activity.space_id)
    return activity


def _may_read_words(activity: Activity) -> bool:
    """What people wrote is for who holds the activity, not for who counts it."""
    return current_scope().allows(Verb.EDIT_ACTIVITIES, activity.space_id)


def _asks_template() -> bool:
    """Say whether it was not saving that was pressed, but the questions of an outing."""
    return request.args.get("ask") == "emergency"


def _with_emergency(form: Form, activity: Activity | None) -> Form:
    planned = questions.last_day(activity) if activity else None
    return forms.with_emergency(form, planned or day_of(utcnow()) + _PLANNED)


def _show_page(activity: Activity, form: Form) -> str:
    rule, now = eligibility.rule_of(activity), utcnow()
    held = sessions.of_activity(activity)
    of_project = activity.service_project_id
    return render_template(
        "console/activities/show.html",
        activity=activity,
        sessions=held,
        project=projects.get(of_project) if of_project else None,
        effect=effects.of([activity], now=now)[activity.id],
        said=ratings.said_of(activity) if _may_read_words(activity) else [],
        most_said=ratings.MOST_SAID,
        asked_for=needs_effects.of_activity(activity.id, now=now),
        says=door.asked(needs_effects.Says, "says"),
        says_of=needs_effects.says_of,
        materials=files.shown(materials.of(activity)),
        is_ripe=materials.is_ripe(activity, held, now=now),
        rule=dict(forms.RULES)[rule.value],
        named=rosters.shown(activity),
        is_restricted=rule != Rule.EVERYONE,
        present=agenda.present_in([activity.id]).get(activity.id, 0),
        told=endings.told(activity) if activity.state == ActivityState.CANCELLED else None,
        form=form,
    )


def _edit_page(form: Form, activity: Activity | None) -> str:
    writable = door.spaces_of(Verb.EDIT_ACTIVITIES)
    if not writable:
        current_scope().require(Verb.EDIT_ACTIVITIES, 0)
    chosen = [space for space in writable if str(space.id) == str(form["space_id"])]
    space = activity.space if activity else (chosen or writable)[0]
    modes = labels.choices(SignupMode)
    return render_template(
        "console/activities/edit.html",
        form=form,
        activity=activity,
        space=space,
        spaces=writable,
        series=activities_board.series(),
        venues=spaces.rooms(space, now=utcnow()).venues,
        rules=forms.RULES,
        named=rosters.shown(activity) if activity else [],
        modes=modes,
        mode_words=forms.MODE_WORDS,
        question_kinds=forms.QUESTION_KINDS,
        question_rows=forms.question_rows(form),
        partners=resources_partners.usable_in(space.id),
        experts=resources_experts.usable_in(space.id),
    )
