"""联席会议 and 资源与专家 at the console: a partner, a meeting, a resolution, a task, a use."""

import datetime as dt
from typing import Any

import pytest

import models
from models.staff import Role
from server.clock import SHANGHAI, day_of
from tests import factories
from tests.conftest import Client
from tests.console.conftest import Desk, desk, words


@pytest.fixture
def space(client: Client) -> models.Space:
    return factories.make_space()


@pytest.fixture
def operator(client: Client, space: models.Space) -> Desk:
    return desk(client, factories.make_staff(Role.OPERATOR, space))


def test_a_partner_is_entered_found_changed_and_retired(
    operator: Desk, space: models.Space
) -> None:
    assert "还没有共建单位" in operator.see("/console/resources?shelf=partners")
    fields = {"shelf": "partners", "unit": space.id, "type": "provider", "name": "衡正律所"}
    page = operator.do("/console/resources", **fields, phone="021-5555", is_shared="on")
    assert "021-5555" in page
    assert "全镇共享" in page
    partner = models.Partner.get()
    path = f"/console/resources/partners/{partner.id}"
    assert "衡正律所" in operator.see("/console/resources?shelf=partners&text=衡正&type=provider")
    assert "021-5555" in operator.client.get(f"{path}/edit").text
    changed = {"version": 1, "type": "provider", "name": "衡正税务律所"}
    assert "衡正税务律所" in operator.do(path, **changed)
    answer = operator.send(path, **changed)
    assert answer.status_code == 409
    assert "刚被别人改过" in words(answer)
    assert "已停用" in operator.do(f"{path}/retire", version=2, active="")
    assert "衡正" not in operator.see("/console/resources?shelf=partners")
    operator.do(f"{path}/retire", version=3, active="on")
    answer = operator.send("/console/resources", shelf="resources", unit=space.id, name="缺类别")
    assert answer.status_code == 422
    assert "缺类别" in answer.text
    assert operator.client.get("/console/resources/nonsense/1").status_code == 404


def test_an_experts_hours_are_noted(operator: Desk, space: models.Space, now: Any) -> None:
    operator.do("/console/resources", shelf="experts", unit=space.id, name="程立言", skills="税收")
    expert = models.Expert.get()
    path = f"/console/resources/experts/{expert.id}"
    company = factories.make_enterprise(name="上海云帆智能科技有限公司")
    need = factories.make_need(space)
    use = {"space": space.id, "used_on": day_of(now).isoformat(), "hours": "1.5"}
    page = operator.do(f"{path}/uses", **use, enterprise=company.name, outcome="讲清楚了")
    assert "1.5 小时" in page
    operator.do(f"{path}/uses", **use, need=need.no)
    for wrong in ({}, {"need": "XX-1"}, {"enterprise": "没有这家"}, {"hours": "很久"}):
        answer = operator.send(f"{path}/uses", **use | {"enterprise": ""} | wrong)
        assert answer.status_code == 422
        assert "invalid-feedback" in answer.text
    page = operator.see("/console/resources/uses")
    assert company.name in page
    assert need.no in page
    given = models.ResourceUse.get(models.ResourceUse.need == need)
    assert "已作废" in operator.do(f"/console/resources/uses/{given.id}/void", reason="记错了")


def test_from_the_plan_to_the_task(
    client: Client, operator: Desk, space: models.Space, now: dt.datetime
) -> None:
    kinds = {"united_front": "united_front", "party_branch": "party", "operator": "operator"}
    page = operator.see("/console/meetings/new")
    assert "还有一方不在名录里" in page
    seats = {
        f"{seat}_id": factories.make_partner(space, type=kind).id for seat, kind in kinds.items()
    }
    late = factories.make_need(space, title="地库太挤", due_respond=now - dt.timedelta(hours=2))
    local = now.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M")
    plan = {"space": space.id, "starts_at": local, "place": "8 楼", "guests": "税务所、派出所"}
    answer = operator.send("/console/meetings", **plan)
    assert answer.status_code == 422
    page = operator.do("/console/meetings", **plan, **seats)
    assert "地库太挤" in page  # who works needs sees the title beside the number
    meeting = models.JointMeeting.get()
    assert meeting.guests == ["税务所", "派出所"]
    path = f"/console/meetings/{meeting.id}"
    item = models.AgendaItem.get(models.AgendaItem.need == late)
    lines = {
        "id": ["", str(item.id)],
        "order": ["2", "1"],
        "text": ["新议题", "地库"],
        "note": ["", "急"],
    }
    operator.do(f"{path}/agenda", version=1, **lines)
    kept = models.AgendaItem.select().order_by(models.AgendaItem.order)
    assert [(row.text, row.note) for row in kept] == [("地库", "急"), ("新议题", "")]
    handler = factories.make_staff(Role.SCANNER, space, name="陆志远")
    due = (day_of(now) + dt.timedelta(days=3)).isoformat()
    decided = {"text": "增设访客车位", "owner": f"staff:{handler.id}", "need": late.no}
    assert operator.send(f"{path}/resolutions", **decided).status_code == 422  # by when?
    page = operator.do(f"{path}/resolutions", **decided, due_on=due)
    assert "陆志远" in page
    assert operator.send(f"{path}/resolutions", **decided, due_on=due).status_code == 409
    operator.do(f"{path}/resolutions", text="下次在八楼开")
    tasked, loose = models.Resolution.select().order_by(models.Resolution.order)
    page = operator.do(f"{path}/resolutions/{loose.id}", version=1, text="下次在九楼开")
    assert "2. 下次在九楼开" in page
    line = models.AuditLog.get(models.AuditLog.action == "meetings.reword")
    assert (line.before, line.after) == ({"text": "下次在八楼开"}, {"text": "下次在九楼开"})
    for row, version, text, told in (
        (loose, 1, "下次在十楼开", "内容已被他人更新"),
        (loose, 2, "增设访客车位", "已经记下同样的决议"),
        (tasked, 1, "再议", "已经布置成任务"),
    ):
        late = operator.send(f"{path}/resolutions/{row.id}", version=version, text=text)
        assert (late.status_code, told in words(late)) == (409, True), told
    assert "下次在九楼开" in words(late)
    answer = operator.send(f"{path}/minutes", version=2, held="on")
    assert answer.status_code == 422
    page = operator.do(f"{path}/minutes", version=2, held="on", minutes="议定如下", present="三方")
    assert "已召开" in page
    assert "增设访客车位" in operator.see(f"{path}/print")
    assert "增设访客车位" in operator.see("/console/")

    task = models.Task.get()
    worker = desk(client, handler)
    assert "增设访客车位" in worker.see("/console/tasks?mine=1")
    worker.see(path, 404)
    worker.send(f"/console/tasks/{task.id}/drop", version=1, result="不办")
    page = worker.do(f"/console/tasks/{task.id}/finish", version=1, result="已划线")
    assert "已完成" in page
    operator = desk(client, factories.make_staff(Role.OPERATOR, space))
    assert "待办" in operator.do(f"/console/tasks/{task.id}/reopen", version=2)
    moved = {"version": 3, "owner_text": "物业老周", "due_on": due, "text": "划好车位"}
    assert "物业老周" in operator.do(f"/console/tasks/{task.id}", **moved)
    assert "不办了" in operator.do(f"/console/tasks/{task.id}/drop", version=4, result="改为大修")
    assert "没有这样的任务" in operator.see("/console/tasks")


def test_the_town_reads_and_does_not_write(client: Client, space: models.Space) -> None:
    officer = desk(client, factories.make_staff(Role.TOWN_OFFICER, space.org_unit.parent))
    assert "联席会议" in officer.see("/console/meetings")
    officer.see("/console/meetings/new", 403)
    scanner = desk(client, factories.make_staff(Role.SCANNER, space))
    scanner.see("/console/meetings", 403)
    scanner.see("/console/resources", 403)
    scanner.see("/console/resources/new", 403)
