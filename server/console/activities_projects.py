"""服务项目: what worked becomes a template, is held again, and shows what came of it."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import ConfigDict

from models import Activity, ServiceProject
from server.clock import day_of, utcnow
from server.console import door
from server.console.activities_forms import Day
from server.console.forms import Form, RowId
from server.context import actor, config, current_scope
from server.errors import ServiceError
from server.paging import numbered
from server.schemas.activities_plans import DuplicateIn
from server.schemas.activities_projects import ProjectIn
from server.services import activities, activities_effects
from server.services import activities_projects as projects
from server.services.staff import Verb

bp = door.word("activities_projects")


class ProjectForm(ProjectIn):
    """A project as the form sends it."""

    model_config = ConfigDict(extra="ignore")

    owner_id: RowId | None = None


class IssueForm(DuplicateIn):
    """The next issue, as the form asks for it."""

    model_config = ConfigDict(extra="ignore")

    first_on: Day


@bp.get("/projects")
def index() -> ResponseReturnValue:
    """List the projects of the staff's Spaces, or those that were retired."""
    mine = current_scope().space_ids(Verb.SEE)
    is_active = request.args.get("state") != "retired"
    query = projects.of_spaces(mine, active=is_active)
    page = numbered(query, number=door.asked_number("page"))
    return render_template(
        "console/activities/projects.html",
        page=page,
        overviews=projects.overviews(page.items, now=utcnow()),
        is_active=is_active,
        several=len(mine) > 1,
        today=day_of(utcnow()),
        keep={} if is_active else {"state": "retired"},
    )


@bp.get("/activities/<id:activity_id>/promote")
def new(activity_id: int) -> ResponseReturnValue:
    """Show what came of an activity, and ask what the project shall be called and who owns it."""
    activity = _writable(activity_id)
    words: dict[str, Any] = {"theme": activity.theme, "body": activity.body}
    return _promote_page(Form(name=activity.title, cadence="monthly", **words), activity)


@bp.post("/activities/<id:activity_id>/promote")
def create(activity_id: int) -> ResponseReturnValue:
    """Make the project."""
    activity = _writable(activity_id)
    form = Form(request.form)
    try:
        project = projects.promote(activity, form.read(ProjectForm), actor=actor(), now=utcnow())
    except ServiceError as error:
        return _promote_page(form.blame(error), activities.get(activity_id)), error.status
    flash("已固化为服务项目，之后从这里再办一期", "good")
    return _back(project.id)


@bp.get("/projects/<id:project_id>")
def show(project_id: int) -> ResponseReturnValue:
    """Show a project, its issues and figures, and what can be done with it."""
    project = projects.get(project_id)
    current_scope().require(Verb.SEE, project.space_id)
    return _show_page(project)


@bp.post("/projects/<id:project_id>")
def update(project_id: int) -> ResponseReturnValue:
    """Change its words, cadence or owner; who was overtaken sees both."""
    project = _project(project_id)
    form = Form(request.form)
    try:
        typed = form.read(ProjectForm)
        projects.edit(project, typed, expected=form.version, actor=actor(), now=utcnow())
    except ServiceError as error:
        return _show_page(projects.get(project_id), form=form.blame(error)), error.status
    flash("已保存，下一期起生效", "good")
    return _back(project_id)


@bp.post("/projects/<id:project_id>/next")
def next_issue(project_id: int) -> ResponseReturnValue:
    """再办一期: write the draft, and go there."""
    project = _project(project_id)
    form = Form(request.form)
    try:
        copy = projects.next_issue(
            project,
            form.read(IssueForm),
            checkins=config().checkins,
            actor=actor(),
            now=utcnow(),
        )
    except ServiceError as error:
        return _show_page(project, issue=form.blame(error)), error.status
    flash("下一期的草稿已建好，核对后发布", "good")
    if copy.without_zone:
        flash(f"这些场次的分区已被占用，请另选：{'、'.join(copy.without_zone)}", "warn")
    return redirect(url_for("console.activities.show", activity_id=copy.activity.id), 303)


@bp.post("/projects/<id:project_id>/adopt")
def adopt(project_id: int) -> ResponseReturnValue:
    """Take the words and questions of one of its issues into the template."""
    project = _project(project_id)
    activity = activities.get(door.asked_id("activity_id", request.form) or 0)
    try:
        projects.adopt(project, activity, actor=actor(), now=utcnow())
        flash(f"已采用《{activity.title}》的内容和题目", "good")
    except ServiceError as error:
        if error.status == 404:
            raise
        flash(error.detail, "bad")
    return _back(project_id)


@bp.post("/projects/<id:project_id>/state")
def change_state(project_id: int) -> ResponseReturnValue:
    """Retire a project, or take it up again."""
    project = _project(project_id)
    is_active = request.form.get("active") == "yes"
    try:
        version = Form(request.form).version
        projects.set_active(project, is_active, expected=version, actor=actor(), now=utcnow())
        flash("已恢复" if is_active else "已停办，往期和数字都还在", "good")
    except ServiceError as error:
        flash(error.detail, "bad")
    return _back(project_id)


def _back(project_id: int) -> ResponseReturnValue:
    return redirect(url_for(".show", project_id=project_id), 303)


def _writable(activity_id: int) -> Activity:
    activity = activities.get(activity_id)
    current_scope().require(Verb.EDIT_ACTIVITIES, activity.space_id)
    return activity


def _project(project_id: int) -> ServiceProject:
    project = projects.get(project_id)
    current_scope().require(Verb.EDIT_ACTIVITIES, project.space_id)
    return project


def _promote_page(form: Form, activity: Activity) -> str:
    now = utcnow()
    return render_template(
        "console/activities/promote.html",
        form=form,
        activity=activity,
        effect=activities_effects.of([activity], now=now)[activity.id],
        owners=projects.owners(activity.space_id, now=now),
    )


def _show_page(
    project: ServiceProject, *, form: Form | None = None, issue: Form | None = None
) -> str:
    now = utcnow()
    [overview] = projects.overviews([project], now=now)
    words = {name: getattr(project, name) for name in ProjectForm.model_fields}
    number = len(overview.issues) + 1
    owners = projects.owners(project.space_id, now=now)
    if project.owner is not None and project.owner not in owners:
        owners.append(project.owner)
    return render_template(
        "console/activities/project.html",
        project=project,
        overview=overview,
        today=day_of(now),
        form=form or Form(**words, version=project.version),
        issue=issue
        or Form(
            title=f"{project.name}（第{number}期）"[:60],
            first_on=projects.suggested_day(overview, now=now),
        ),
        owners=owners,
        may_edit=current_scope().allows(Verb.EDIT_ACTIVITIES, project.space_id),
    )
