"""服务项目 and 资料 at the console, and the questions of an outing in one press."""

import datetime as dt
import io
from typing import Any

import models
from models.activities import ActivityState, SessionState
from models.staff import Role
from server.clock import day_of
from server.schemas.checkins import RatingIn
from server.services import checkins_ratings as ratings
from tests import factories
from tests.conftest import Client
from tests.console.conftest import desk, words
from tests.file_samples import PDF


def _held(space: models.Space, now: dt.datetime) -> models.Activity:
    activity = factories.make_activity(space, state=ActivityState.ENDED, title="垃圾分类大家学")
    session = factories.make_session(
        activity, starts_at=now - dt.timedelta(days=9), state=SessionState.ENDED
    )
    factories.make_checkin(factories.make_signup(session, party_size=2))
    return activity


def test_from_what_worked_to_the_next_issue(client: Client, now: Any) -> None:
    space = factories.make_space()
    account = factories.make_staff(Role.OPERATOR, space, name="周运营")
    operator = desk(client, account)
    assert "还没有服务项目" in operator.see("/console/projects")
    activity = _held(space, now)
    checkin = models.Checkin.get()
    rater = models.User.get_by_id(checkin.user_id)
    at = f"/console/activities/{activity.id}"
    assert "大家的话" not in operator.see(at)
    ratings.rate(rater, checkin.id, RatingIn(score=2, text="话筒<b>听不清"), now=now)
    page = operator.see(at)
    assert "固化为服务项目" in page
    assert "2 ，1 场" in page
    assert "话筒<b>听不清 基本满意" in page
    assert rater.nickname not in page
    assert "听不清" not in desk(client, factories.make_staff(Role.SCANNER, space)).see(at)
    models.Checkin.update(voided_at=now).where(models.Checkin.id == checkin.id).execute()
    operator = desk(client, account)
    assert "听不清" not in operator.see(at)
    models.Checkin.update(voided_at=None).where(models.Checkin.id == checkin.id).execute()
    path = f"/console/activities/{activity.id}/promote"
    assert "垃圾分类大家学" in operator.see(path)
    answer = operator.send(path, name="", cadence="monthly")
    assert answer.status_code == 422
    page = operator.do(path, name="垃圾分类", cadence="monthly", owner_id=account.id, body="怎么分")
    assert "周运营负责" in page
    assert "下一期该在" in page
    project = models.ServiceProject.get()
    assert "垃圾分类" in operator.see(f"/console/activities/{activity.id}")

    first_on = (day_of(now) + dt.timedelta(days=20)).isoformat()
    page = operator.do(
        f"/console/projects/{project.id}/next", title="垃圾分类（第2期）", first_on=first_on
    )
    assert "垃圾分类（第2期）" in page
    assert "怎么分" in page
    assert "已在安排" in operator.see("/console/projects")
    answer = operator.send(f"/console/projects/{project.id}/next", title="再来", first_on="明天")
    assert (answer.status_code, "请填写日期" in words(answer)) == (422, True)

    fields = {"name": "垃圾分类", "cadence": "quarterly", "notes": "带分类卡"}
    version = project.version
    operator.do(f"/console/projects/{project.id}", version=version, **fields)
    answer = operator.send(f"/console/projects/{project.id}", version=version, **fields)
    assert (answer.status_code, "对方保存后的名称" in words(answer)) == (409, True)
    operator.do(f"/console/projects/{project.id}/adopt", activity_id=activity.id)
    version = models.ServiceProject.get().version
    page = operator.do(f"/console/projects/{project.id}/state", version=version, active="no")
    assert "已停办" in page
    assert "垃圾分类" in operator.see("/console/projects?state=retired")
    refused = operator.send(f"/console/projects/{project.id}/next", title="再来", first_on=first_on)
    assert refused.status_code == 409

    # A scanner looks and changes nothing; another Space's staff find nothing.
    scanner = desk(client, factories.make_staff(Role.SCANNER, space))
    assert "带分类卡" in scanner.see(f"/console/projects/{project.id}")
    assert scanner.send(f"/console/projects/{project.id}", **fields).status_code == 403
    stranger = desk(client, factories.make_staff(Role.KEEPER, factories.make_space()))
    stranger.see(f"/console/projects/{project.id}", status=404)
    stranger.see(path, status=404)


def test_material_goes_up_and_comes_down(client: Client, now: Any) -> None:
    space = factories.make_space()
    operator = desk(client, factories.make_staff(Role.OPERATOR, space))
    activity = _held(space, now)
    path = f"/console/activities/{activity.id}/materials"
    assert "请选择要上传的资料" in operator.do(path)
    slides = (io.BytesIO(PDF), "讲义.pdf")
    assert "讲义.pdf" in operator.do(path, files=slides)
    to_come = factories.make_session(factories.make_activity(space)).activity
    early = f"/console/activities/{to_come.id}/materials"
    assert "有一场结束之后" in operator.do(early, files=(io.BytesIO(PDF), "早了.pdf"))
    [file] = models.File.select().where(models.File.subject_id == activity.id)
    assert operator.send(f"{early}/remove", file_id=file.id).status_code == 404
    assert "讲义.pdf" not in operator.do(f"{path}/remove", file_id=file.id)


def test_an_outing_asks_whom_to_call(client: Client, now: Any) -> None:
    space = factories.make_space()
    operator = desk(client, factories.make_staff(Role.OPERATOR, space))
    activity = factories.make_activity(space, state=ActivityState.DRAFT)
    session = factories.make_session(activity, starts_at=now + dt.timedelta(days=30))
    path = f"/console/activities/{activity.id}"
    typed = {
        **{"version": activity.version, "series_id": activity.series_id, "title": "去看湿地"},
        **{"kind": "outing", "signup_mode": "fcfs", "shared_to": "space", "rule": "everyone"},
        **{"origin": "plan", "q0_label": "几点到", "q0_kind": "text", "q2_label": "坐车吗"},
        "q2_kind": "yes_no",
    }
    answer = operator.send(f"{path}?ask=emergency", **typed)
    assert answer.status_code == 200
    assert "还没有保存" in words(answer)
    purge_on = (day_of(session.ends_at) + dt.timedelta(days=3)).isoformat()
    assert answer.text.count(f'value="{purge_on}"') == 2
    assert models.Activity.get_by_id(activity.id).questions == []
    for number, (label, kind) in {1: ("紧急联系人", "text"), 3: ("紧急联系电话", "phone")}.items():
        assert f'name="q{number}_label" type="text" value="{label}"' in answer.text
        typed |= {
            f"q{number}_label": label,
            f"q{number}_kind": kind,
            f"q{number}_purge_on": purge_on,
        }
    page = operator.do(path, **typed)
    assert f"紧急联系电话 {purge_on} 清除" in page
    full = typed | {f"q{number}_label": f"问{number}" for number in range(7)}
    assert "请先删去几题" in words(operator.send(f"{path}?ask=emergency", **full))
