"""服务项目: promoted from what took place, held again from its words, counted over its issues."""

import datetime as dt

import pytest
from flask import Flask

import models
from models.activities import ActivityState, Cadence, SessionState
from models.signups import SignupState
from models.staff import Role
from server.clock import at_shanghai
from server.errors import Invalid, NotFound, VersionConflict
from server.schemas.activities_plans import DuplicateIn
from server.schemas.activities_projects import ProjectIn
from server.services import activities
from server.services import activities_projects as projects
from server.services import activities_sessions as sessions
from tests.factories import (
    actor,
    make_activity,
    make_checkin,
    make_series,
    make_session,
    make_signup,
    make_space,
    make_staff,
)

NOW = dt.datetime(2026, 9, 20, tzinfo=dt.UTC)
ACTOR = actor()
EMERGENCY = {
    "key": "q1",
    "label": "紧急联系人",
    "kind": "phone",
    "options": [],
    "required": True,
    "is_private": False,
    "purge_on": "2026-09-12",
}


def held(space: models.Space, day: dt.date, **over: object) -> models.Activity:
    activity = make_activity(space, state=ActivityState.ENDED, questions=[EMERGENCY], **over)
    starts = at_shanghai(day, dt.time(14))
    session = make_session(activity, starts_at=starts, state=SessionState.ENDED)
    came = make_checkin(make_signup(session, party_size=3))
    make_signup(session, state=SignupState.NO_SHOW)
    models.Rating.add(
        now=NOW,
        space=space,
        session=session,
        checkin=came,
        user_id=came.user_id,
        score=3,
    )
    return activities.get(activity.id)


def test_what_worked_is_kept_and_held_again(app: Flask) -> None:
    given = {"actor": ACTOR, "now": NOW}
    space, elsewhere = make_space(), make_space()
    keeper, stranger = make_staff(Role.KEEPER, space), make_staff(Role.KEEPER, elsewhere)
    make_staff(Role.SCANNER, space)
    models.Grant.update(from_on=dt.date(2026, 1, 1)).execute()
    assert projects.owners(space.id, now=NOW) == [keeper]
    first = held(space, dt.date(2026, 9, 10), body="第一期的介绍")
    form = ProjectIn(
        name="银发参观日", theme="走出去", body="看一看", cadence="monthly", owner_id=str(keeper.id)
    )

    foreign = form.model_copy(update={"owner_id": stranger.id})
    with pytest.raises(Invalid):
        projects.promote(first, foreign, **given)
    draft = activities.get(make_activity(space, state=ActivityState.DRAFT).id)
    with pytest.raises(Invalid):
        projects.promote(draft, form, **given)
    project = projects.promote(first, form, **given)
    with pytest.raises(Invalid):  # pressed twice
        projects.promote(activities.get(first.id), form, **given)
    with pytest.raises(VersionConflict):  # the second of two at once leaves nothing behind
        projects.promote(first_as_read(first), form, **given)
    assert models.ServiceProject.select().count() == 1

    [seen] = projects.overviews([project], now=NOW)
    assert seen.due_on == dt.date(2026, 10, 8)
    assert projects.suggested_day(seen, now=NOW) == dt.date(2026, 10, 8)
    assert projects.suggested_day(seen, now=NOW + dt.timedelta(days=30)) == dt.date(2026, 10, 22)
    total = seen.total
    assert (total.sessions, total.person_times) == (1, 3)
    assert (total.show_rate, total.satisfaction, total.coverage) == (0.5, 1.0, 1.0)

    # The next issue: words of the project, hours of the last one, answers gone a day and more later.
    checkins = app.extensions["xinyi"].config.checkins
    again = DuplicateIn(title="银发参观日（第二期）", first_on="2026-10-08")
    issue = projects.next_issue(project, again, checkins=checkins, **given).activity
    assert (issue.state, issue.theme, issue.body) == (ActivityState.DRAFT, "走出去", "看一看")
    assert issue.service_project_id == project.id
    assert issue.questions == [EMERGENCY | {"purge_on": "2026-10-10"}]
    assert issue.answers_purge_on == dt.date(2026, 10, 10)
    assert [each.starts_at for each in sessions.of_activity(issue)] == [
        at_shanghai(dt.date(2026, 10, 8), dt.time(14))
    ]
    [seen] = projects.overviews([project], now=NOW)
    assert [each.activity.id for each in seen.issues] == [issue.id, first.id]
    assert seen.due_on is None  # one is on its way
    with pytest.raises(Invalid):  # nothing is learnt from what did not take place yet
        projects.adopt(project, issue, **given)


def first_as_read(activity: models.Activity) -> models.Activity:
    """Return it as somebody read it who was slower."""
    stale = activities.get(activity.id)
    stale.service_project, stale.version = None, stale.version - 1
    return stale


def test_words_are_edited_adopted_and_retired(app: Flask) -> None:
    given = {"actor": ACTOR, "now": NOW}
    space = make_space()
    project = projects.promote(
        held(space, dt.date(2026, 9, 3)), ProjectIn(name="亲子科学课"), **given
    )
    version = project.version
    form = ProjectIn(name="亲子科学课堂", cadence=Cadence.WEEKLY, notes="材料提前一周订")
    project = projects.edit(project, form, expected=version, **given)
    assert (project.name, project.cadence) == ("亲子科学课堂", Cadence.WEEKLY)
    with pytest.raises(VersionConflict) as overtaken:
        projects.edit(project, form, expected=version, **given)
    assert overtaken.value.facts["current"]["name"] == "亲子科学课堂"

    # A better issue becomes the template; another project's is none of its business.
    better = held(space, dt.date(2026, 9, 10), theme="光的秘密", series=make_series())
    with pytest.raises(NotFound):
        projects.adopt(project, better, **given)
    models.Activity.update(service_project=project).where(models.Activity.id == better.id).execute()
    projects.adopt(project, activities.get(better.id), **given)
    project = projects.get(project.id)
    assert (project.theme, project.series_id) == ("光的秘密", better.series_id)

    projects.set_active(project, False, expected=project.version, **given)
    project = projects.get(project.id)
    assert list(projects.of_spaces([space.id])) == []
    assert list(projects.of_spaces([space.id], active=False)) == [project]
    checkins = app.extensions["xinyi"].config.checkins
    again = DuplicateIn(title="再来", first_on="2026-10-08")
    with pytest.raises(projects.ProjectRetired):
        projects.next_issue(project, again, checkins=checkins, **given)
    projects.set_active(project, True, expected=project.version, **given)
    actions = [
        row.action
        for row in models.AuditLog.select().where(models.AuditLog.object_id == project.id)
    ]
    assert sorted(actions) == sorted(
        f"activities.{each}"
        for each in ("promote", "edit_project", "adopt", "retire_project", "resume_project")
    )
