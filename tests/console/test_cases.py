"""案例 at the console: from what is over to what another Space reads."""

import datetime as dt
from io import BytesIO

from flask import Flask
from PIL import Image

import models
from models.activities import ActivityState
from models.needs import NeedState, Outcome
from models.spaces import OrgKind
from models.staff import Role
from server.clock import at_shanghai, utcnow
from tests import factories
from tests.conftest import Client
from tests.console.conftest import desk, words


def _picture() -> tuple[BytesIO, str]:
    out = BytesIO()
    Image.new("RGB", (64, 48), "teal").save(out, "JPEG")
    return BytesIO(out.getvalue()), "坐诊.jpg"


def test_a_solved_need_becomes_a_case(client: Client, app: Flask) -> None:
    town = factories.make_org_unit(OrgKind.TOWN)
    space, near = factories.make_space(town), factories.make_space(town)
    now = utcnow()
    member = factories.make_user(nickname="爱喝茶的老周")
    need = factories.make_need(
        space,
        title="老周家公司想找法务",
        user_id=member.id,
        state=NeedState.CLOSED,
        outcome=Outcome.SOLVED,
        answered_at=now,
        closed_at=now,
    )
    activity = factories.make_activity(space, title="法务坐诊", state=ActivityState.ENDED)
    factories.make_session(activity, starts_at=at_shanghai(dt.date(2026, 3, 5), dt.time(14)))
    account = factories.make_staff(Role.KEEPER, space)
    keeper = desk(client, account)
    assert "还没有案例" in keeper.see("/console/cases")
    choice = keeper.see("/console/cases/new")
    assert "老周家公司想找法务" in choice
    assert "法务坐诊 3月5日 周四 · 主题" in choice
    assert "写成案例" in keeper.see(f"/console/needs/{need.id}")
    assert "写成案例" in keeper.see(f"/console/activities/{activity.id}")
    assert 'value="0 场"' in keeper.client.get(f"/console/cases/new?activity={activity.id}").text
    page = keeper.client.get(f"/console/cases/new?need={need.id}").text
    assert 'name="f0_value" value="当天"' in page
    assert 'id="f-title" name="title" type="text" value=""' in page  # nothing of theirs comes along
    told = {
        "need": str(need.id),
        "title": "一位法务，三家企业共用",
        "before": "请不起专职法务。",
        "doing": "律所每月坐诊半天，爱喝茶的老周牵的线。",
        "f0_name": "受益企业",
        "f0_value": "3 家",
        "reach": "town",
    }
    refused = keeper.send("/console/cases", **told | {"title": "", "f0_name": ""}, files=_picture())
    assert refused.status_code == 422
    assert "数字要成对填写" in words(refused)
    kept = models.File.get()
    assert f'name="kept" value="{kept.id}" checked' in refused.text
    assert "写到了这件事里的人或企业： 爱喝茶的老周" in keeper.do(
        "/console/cases", **told, kept=str(kept.id)
    )
    row = models.CaseStory.get()
    at = f"/console/cases/{row.id}"
    assert "请先写好“现在怎样”" in words(keeper.send(f"{at}/publish", version="1"))
    story = told | {"after": "三家签了年度顾问。", "pictures": str(kept.id), "version": "1"}
    assert "爱喝茶的老周" in keeper.do(f"{at}/edit", **story)
    overtaken = keeper.send(f"{at}/edit", **story)
    assert (overtaken.status_code, "刚被别人改过" in words(overtaken)) == (409, True)
    held_back = keeper.send(f"{at}/publish", version="2")
    assert (held_back.status_code, "请先改掉" in words(held_back)) == (409, True)
    clean = story | {"doing": "律所每月坐诊半天。", "version": "2"}
    assert "没有发现当事人的姓名" in keeper.do(f"{at}/edit", **clean)
    assert "全镇的同事可以读到" in keeper.do(f"{at}/publish", version="3")
    assert keeper.send(f"{at}/discard", version="4").status_code == 409
    other = desk(client, factories.make_staff(Role.OPERATOR, near))
    assert "一位法务，三家企业共用 三家签了年度顾问。 受益企业 3 家" in other.see("/console/cases")
    assert "没有符合的" in other.see("/console/cases?whose=own")
    read = other.client.get(at).text
    assert f"/api/v1/files/{kept.id}" in read
    assert f"/console/needs/{need.id}" not in read
    assert "案例 · " in other.see(f"{at}/print")
    other.see(f"{at}/edit", 404)
    assert other.send(f"{at}/withdraw", version="4").status_code == 404
    keeper = desk(client, account)
    assert "已撤回为草稿" in keeper.do(f"{at}/withdraw", version="4")
    assert "草稿已删除" in keeper.do(f"{at}/discard", version="5")
    assert models.File.get().deleted_at is not None
    assert "撤回案例" in keeper.see("/console/audit")
