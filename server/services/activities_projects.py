"""服务项目: what worked once is kept as a template, and held again from it."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from peewee import JOIN

from models import Activity, Series, ServiceProject, Session, Space, Staff, db
from models.activities import ActivityState, Cadence, SessionState
from server.clock import day_of
from server.config import CheckinsConfig
from server.errors import Conflict, Invalid, NotFound, VersionConflict
from server.schemas.activities_plans import DuplicateIn
from server.schemas.activities_projects import ProjectIn
from server.services import activities, activities_copies, activities_effects, audit, staff
from server.services import activities_questions as questions
from server.services import activities_sessions as sessions
from server.services.activities_copies import Copy
from server.services.activities_effects import Effect
from server.services.audit import Actor
from server.services.staff import Verb

WEEKS: Final = {
    Cadence.WEEKLY: 1,
    Cadence.MONTHLY: 4,
    Cadence.QUARTERLY: 13,
    Cadence.HALF_YEARLY: 26,
    Cadence.YEARLY: 52,
}
"""After how many weeks the next issue is due. Whole weeks, because people keep to a weekday."""

_OVER = (ActivityState.ENDED, ActivityState.ARCHIVED)


class ProjectRetired(Conflict):
    code, message = "project_retired", "这个服务项目已停办，请先恢复"


@dataclass(frozen=True)
class Issue:
    """One activity of a project: when its first session is (None without any), what came of it."""

    activity: Activity
    first_at: dt.datetime | None
    effect: Effect


@dataclass(frozen=True)
class Overview:
    """A project with its issues, the latest first; `due_on` is when the next one should be, None
    when it is planned already or nobody said how often."""

    project: ServiceProject
    issues: list[Issue]
    due_on: dt.date | None

    @property
    def held(self) -> list[Issue]:
        """The issues that took place."""
        return [issue for issue in self.issues if issue.activity.state in _OVER]

    @property
    def total(self) -> Effect:
        """What came of all of them together."""
        return Effect.total(issue.effect for issue in self.issues)


def get(project_id: int) -> ServiceProject:
    """Return a project with series, Space and owner joined in. Raises NotFound. The face asks its
    scope about `project.space_id` before anything else."""
    found: ServiceProject | None = _joined().where(ServiceProject.id == project_id).first()
    if found is None:
        raise NotFound
    return found


def of_spaces(space_ids: Iterable[int], *, active: bool = True) -> Any:
    """Return a select of the projects of these Spaces, by name: those that go on, or the retired."""
    query = _joined().where(
        ServiceProject.space.in_(list(space_ids)), ServiceProject.active == active
    )
    return query.order_by(ServiceProject.name, ServiceProject.id)


def owners(space_id: int, *, now: dt.datetime) -> list[Staff]:
    """Return who may answer for a project of the Space: its staff who prepare activities."""
    return staff.working_in(space_id, Verb.EDIT_ACTIVITIES, now=now)


def overviews(projects: list[ServiceProject], *, now: dt.datetime) -> list[Overview]:
    """Return projects with their issues and figures, in the same order, by a fixed number of
    queries. Issues called off are left out."""
    rows = Activity.select(Activity.id).where(
        Activity.service_project.in_(projects), Activity.state != ActivityState.CANCELLED
    )
    found = activities.of_ids([int(row.id) for row in rows])
    effects = activities_effects.of(found, now=now)
    dates = sessions.of_activities([activity.id for activity in found])
    by_project: dict[int, list[Issue]] = {project.id: [] for project in projects}
    for activity in found:
        held = [each for each in dates[activity.id] if each.state != SessionState.CANCELLED]
        first = min((each.starts_at for each in held), default=None)
        by_project[activity.service_project_id or 0].append(
            Issue(activity, first, effects[activity.id])
        )
    return [_overview(project, by_project[project.id], now) for project in projects]


def promote(
    activity: Activity, form: ProjectIn, *, actor: Actor, now: dt.datetime
) -> ServiceProject:
    """Make a service project of an activity that took place, and return it; the activity becomes
    its first issue, its questions the project's. Raises Invalid, VersionConflict."""
    _require_held(activity)
    if activity.service_project_id is not None:
        raise Invalid("这个活动已属于一个服务项目")
    values = _values(activity.space_id, form, None, now=now)
    with db.atomic():
        project = ServiceProject.add(
            now=now,
            by=actor.id,
            space=activity.space_id,
            series=activity.series_id,
            questions=questions.template(activity),
            **values,
        )
        if not activity.change(now=now, by=actor.id, service_project=project):
            raise VersionConflict(current=activities.current(activities.get(activity.id)))
        after = {"name": project.name, "from": str(activity.id)}
        _record(actor, "activities.promote", project, now=now, after=after)
    return get(project.id)


def edit(
    project: ServiceProject, form: ProjectIn, *, expected: int, actor: Actor, now: dt.datetime
) -> ServiceProject:
    """Change the words, the cadence or the owner of a project and return it. Raises Invalid,
    VersionConflict."""
    values = _values(project.space_id, form, project.owner_id, now=now)
    with db.atomic():
        before = {"name": project.name, "cadence": project.cadence}
        _change(project, expected=expected, now=now, by=actor.id, **values)
        after = {"name": form.name, "cadence": form.cadence}
        _record(actor, "activities.edit_project", project, now=now, before=before, after=after)
    return get(project.id)


def adopt(project: ServiceProject, activity: Activity, *, actor: Actor, now: dt.datetime) -> None:
    """Take series, theme, text and questions of one of its issues into the project, for the next
    ones. Raises Invalid, NotFound, VersionConflict."""
    if activity.service_project_id != project.id:
        raise NotFound
    _require_held(activity)
    with db.atomic():
        _change(
            project,
            expected=project.version,
            now=now,
            by=actor.id,
            series=activity.series_id,
            theme=activity.theme,
            body=activity.body,
            questions=questions.template(activity),
        )
        _record(actor, "activities.adopt", project, now=now, after={"from": str(activity.id)})


def set_active(
    project: ServiceProject, active: bool, *, expected: int, actor: Actor, now: dt.datetime
) -> None:
    """Retire a project, or take it up again; its issues stay what they are. Raises
    VersionConflict."""
    if project.active == active:
        return
    with db.atomic():
        _change(project, expected=expected, now=now, by=actor.id, active=active)
        action = "activities.resume_project" if active else "activities.retire_project"
        _record(actor, action, project, now=now)


def next_issue(
    project: ServiceProject,
    form: DuplicateIn,
    *,
    checkins: CheckinsConfig,
    actor: Actor,
    now: dt.datetime,
) -> Copy:
    """再办一期: write the draft of the next issue and return it. Its words and questions are the
    project's; place, places and hours are those of the latest issue, moved to the new day. Raises
    ProjectRetired, Invalid, ZoneTaken."""
    if not project.active:
        raise ProjectRetired
    latest, held = _latest(project)
    shift = form.first_on - day_of(held[0].starts_at)
    last_on = max(day_of(session.ends_at) for session in held) + shift
    words = {
        "series": project.series_id,
        "theme": project.theme,
        "body": project.body,
        "questions": questions.from_template(project.questions, last_on),
    }
    return activities_copies.duplicate(
        latest, form, words=words, checkins=checkins, actor=actor, now=now
    )


def _overview(project: ServiceProject, issues: list[Issue], now: dt.datetime) -> Overview:
    issues.sort(key=lambda issue: (issue.first_at or now, issue.activity.id), reverse=True)
    return Overview(project, issues, _due_on(project, issues, now))


def _due_on(project: ServiceProject, issues: list[Issue], now: dt.datetime) -> dt.date | None:
    """Return when the next issue should be; None when one is on its way."""
    weeks = WEEKS.get(project.cadence)
    is_planned = any(issue.activity.state not in _OVER for issue in issues)
    days = [day_of(issue.first_at) for issue in issues if issue.first_at]
    if weeks is None or is_planned or not days or not project.active:
        return None
    return max(days) + dt.timedelta(weeks=weeks)


def suggested_day(overview: Overview, *, now: dt.datetime) -> dt.date:
    """Return a day to propose for the next issue: when it is due, on the weekday of the last one,
    and not before tomorrow."""
    today = day_of(now)
    days = [day_of(issue.first_at) for issue in overview.issues if issue.first_at]
    day = max(days, default=today) + dt.timedelta(weeks=WEEKS.get(overview.project.cadence, 4))
    while day <= today:
        day += dt.timedelta(weeks=1)
    return day


def _latest(project: ServiceProject) -> tuple[Activity, list[Session]]:
    """Return the latest issue that has dates, and these. Raises Invalid when there is none."""
    rows = Activity.select(Activity.id).where(
        Activity.service_project == project, Activity.state != ActivityState.CANCELLED
    )
    dates = sessions.of_activities([int(row.id) for row in rows])
    held = {
        activity_id: kept
        for activity_id, each in dates.items()
        if (kept := [session for session in each if session.state != SessionState.CANCELLED])
    }
    if not held:
        raise Invalid("这个项目还没有办过的一期，无从照办")
    latest = max(held, key=lambda activity_id: held[activity_id][0].starts_at)
    return activities.get(latest), held[latest]


def _require_held(activity: Activity) -> None:
    if activity.state not in _OVER or activity.is_rehearsal:
        raise Invalid("活动办完之后才能固化为服务项目，演练不算")


def _values(
    space_id: int, form: ProjectIn, owner_id: int | None, *, now: dt.datetime
) -> dict[str, Any]:
    """Return the columns a form means. An owner who has left since may stay. Raises Invalid."""
    allowed = {each.id for each in owners(space_id, now=now)} | {owner_id, None}
    if form.owner_id not in allowed:
        raise Invalid(fields={"owner_id": "请选择本空间的一位工作人员"})
    return form.model_dump(exclude={"owner_id"}) | {"owner": form.owner_id}


def _joined() -> Any:
    return (
        ServiceProject.select(ServiceProject, Series, Space, Staff)
        .join(Series)
        .switch(ServiceProject)
        .join(Space)
        .switch(ServiceProject)
        .join(Staff, JOIN.LEFT_OUTER)
    )


def _change(project: ServiceProject, *, expected: int, **values: Any) -> None:
    if not project.change(expected=expected, **values):
        fresh = get(project.id)
        raise VersionConflict(current={"version": fresh.version, "name": fresh.name})


def _record(actor: Actor, action: str, project: ServiceProject, **rest: Any) -> None:
    audit.record(actor, action, project, org_unit_id=project.space_id, **rest)
