"""活动: found, drafted, changed, published, called off."""

import re
from typing import Annotated, Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import BeforeValidator, ConfigDict, Field

from models import Activity
from models.activities import ActivityState, SignupMode
from server.clock import utcnow
from server.console import door, labels
from server.console.forms import Form, LocalMoment, Number, ReasonForm, RowId, Ticked
from server.context import actor, current_scope
from server.errors import ServiceError
from server.paging import numbered
from server.schemas.activities import ActivityIn, Rule
from server.schemas.base import Line
from server.services import activities, activities_board, spaces
from server.services import activities_eligibility as eligibility
from server.services import activities_sessions as sessions
from server.services.staff import Verb

bp = door.word("activities")


def _split(value: Any) -> Any:
    """Names come as one line; people part them as they are used to."""
    texts = [value] if isinstance(value, str) else value
    return [
        name for text in texts for part in re.split(r"[、，,;；\n]", text) if (name := part.strip())
    ]


Names = Annotated[list[Line], Field(max_length=20), BeforeValidator(_split)]


class ActivityForm(ActivityIn):
    """An activity as the form sends it."""

    model_config = ConfigDict(extra="ignore")

    series_id: RowId
    venue_id: RowId | None = None
    five_goals: Names = []
    hosts: Names = []
    experts: Names = []
    signup_opens_at: LocalMoment | None = None
    signup_closes_at: LocalMoment | None = None
    cancel_hours: Annotated[Number, Field(ge=0, le=168)] = 2
    per_enterprise_cap: Annotated[Number, Field(ge=1, le=10_000)] | None = None
    max_party: Annotated[Number, Field(ge=1, le=20)] = 1
    first_timer_tickets: Annotated[Number, Field(ge=1, le=5)] = 1
    is_rehearsal: Ticked = False


RULES = [
    (Rule.EVERYONE.value, "人人可参与"),
    (Rule.HOME_SPACE.value, "仅限本空间会员"),
    (Rule.EMPLOYEES.value, "仅限已核实企业的员工"),
    (Rule.FREELANCERS.value, "仅限自由职业者"),
    (Rule.DECLARED.value, "另有说明（不由系统核对）"),
]
_NAMED_RULES = {Rule.ENTERPRISES: "仅限名单内的企业", Rule.MEMBERS: "仅限名单内的会员"}


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
        values = form_values(model) | {"signup_opens_at": None, "signup_closes_at": None}
        return _edit_page(Form(**values, space_id=model.space_id), None)
    return _edit_page(Form(**form_values(Activity()), space_id=door.asked_id("space")), None)


@bp.post("/activities")
def create() -> ResponseReturnValue:
    """Write a draft; the next thing asked for is when it takes place."""
    form = Form(request.form)
    space_id = door.asked_id("space_id", request.form) or 0
    current_scope().require(Verb.EDIT_ACTIVITIES, space_id)
    try:
        typed = form.read(ActivityForm, eligibility=_rule(None))
        activity = activities.draft(space_id, typed, actor=actor(), now=utcnow())
    except ServiceError as error:
        return _edit_page(form.blame(error), None), error.status
    flash("草稿已保存，接下来安排场次", "good")
    return redirect(url_for("console.activities_sessions.new", activity_id=activity.id), 303)


@bp.get("/activities/<id:activity_id>")
def show(activity_id: int) -> ResponseReturnValue:
    """Show an activity, its sessions, and what can be done with it."""
    return _show_page(_seen(activity_id), Form())


@bp.get("/activities/<id:activity_id>/edit")
def edit(activity_id: int) -> ResponseReturnValue:
    """Show the form with what it says now."""
    activity = _writable(activity_id)
    return _edit_page(Form(**form_values(activity), version=activity.version), activity)


@bp.post("/activities/<id:activity_id>")
def update(activity_id: int) -> ResponseReturnValue:
    """Save what was changed; who was overtaken sees both."""
    activity = _writable(activity_id)
    form = Form(request.form)
    try:
        typed = form.read(
            ActivityForm,
            eligibility=_rule(activity),
            questions=activity.questions,
            cover=activity.cover,
        )
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


@bp.post("/activities/<id:activity_id>/cancel")
def cancel(activity_id: int) -> ResponseReturnValue:
    """Call an activity off and tell everybody who is signed up."""
    activity = _seen(activity_id)
    current_scope().require(Verb.CANCEL_ACTIVITY, activity.space_id)
    form = Form(request.form)
    try:
        reason = form.read(ReasonForm).reason
        activities.cancel(activity, reason, expected=form.version, actor=actor(), now=utcnow())
    except ServiceError as error:
        return _show_page(activity, form.blame(error)), error.status
    flash("活动已取消，已报名的人都会收到通知", "good")
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


def form_values(activity: Activity) -> dict[str, Any]:
    """Return what the form shows of an activity."""
    values: dict[str, Any] = {
        name: getattr(activity, name, None) for name in ActivityForm.model_fields
    }
    rule = eligibility.rule_of(activity)
    names = {name: "、".join(values[name]) for name in ("hosts", "experts")}
    return values | names | {"rule": rule.value, "is_rehearsal": activity.is_rehearsal and "on"}


def _rule(activity: Activity | None) -> dict[str, Any]:
    """Return whom the form means; a list of names this form cannot show stays as it is."""
    rule = request.form.get("rule") or Rule.EVERYONE.value
    kept = activity.eligibility if activity else {}
    ids = kept.get("ids", []) if rule == kept.get("rule") else []
    return {"rule": rule, "ids": [str(each) for each in ids]}


def _show_page(activity: Activity, form: Form) -> str:
    rule = eligibility.rule_of(activity)
    return render_template(
        "console/activities/show.html",
        activity=activity,
        sessions=sessions.of_activity(activity),
        rule=dict(RULES).get(rule.value) or _NAMED_RULES[rule],
        is_restricted=rule != Rule.EVERYONE,
        form=form,
    )


def _edit_page(form: Form, activity: Activity | None) -> str:
    writable = door.spaces_of(Verb.EDIT_ACTIVITIES)
    if not writable:
        current_scope().require(Verb.EDIT_ACTIVITIES, 0)
    chosen = [space for space in writable if str(space.id) == str(form["space_id"])]
    space = activity.space if activity else (chosen or writable)[0]
    rules = list(RULES)
    if activity and (named := _NAMED_RULES.get(eligibility.rule_of(activity))):
        rules.append((eligibility.rule_of(activity).value, named))
    modes = labels.choices(SignupMode)
    return render_template(
        "console/activities/edit.html",
        form=form,
        activity=activity,
        space=space,
        spaces=writable,
        series=activities_board.series(),
        venues=spaces.rooms(space, now=utcnow()).venues,
        rules=rules,
        modes=modes,
    )
