"""问卷 at the console: from a draft to what came of it, and the pulse among the statistics."""

import io
import re

import openpyxl
from flask import Flask

import models
from models.spaces import OrgKind
from models.staff import Role
from server import clock
from server.clock import at_shanghai, day_of, utcnow
from server.services import surveys, surveys_answers, surveys_pulses
from tests import factories
from tests.conftest import Client, resources
from tests.console.conftest import desk, words

FORM = {
    "title": "明年办什么",
    "intro": "结果用来排明年的菜单",
    "q0_label": "您最想参加",
    "q0_kind": "choice",
    "q0_options": "讲座\n比赛",
    "q0_required": "on",
    "q1_label": "还想说什么",
    "q1_kind": "text",
    "is_anonymous": "on",
}


def test_from_draft_to_results(client: Client, app: Flask) -> None:
    space = factories.make_space()
    keeper = desk(client, factories.make_staff(Role.KEEPER, space))
    assert "还没有问卷" in keeper.see("/console/surveys")
    page = keeper.client.get("/console/surveys/new").text
    days = dict(re.findall(r'name="(\w+_on)"[^>]*value="([\d-]+)"', page))
    assert days["starts_on"] == day_of(utcnow()).isoformat()
    fields = FORM | days | {"org_unit_id": str(space.id)}
    refused = keeper.send("/console/surveys", **fields | {"q0_options": "讲座", "title": ""})
    assert refused.status_code == 422
    assert "第 1 题：单选题和多选题至少要有两个选项" in words(refused)
    assert 'value="您最想参加"' in refused.text
    assert "还是草稿" in keeper.do("/console/surveys", **fields)
    row = models.Survey.get()
    at = f"/console/surveys/{row.id}"
    version = {"version": row.version, "q0_key": "q1", "q1_key": "q2"}
    assert "明年的菜单" in keeper.do(f"{at}/edit", **fields | version | {"title": "明年的菜单"})
    late = keeper.send(f"{at}/edit", **fields | version)
    assert (late.status_code, "刚被别人改过" in words(late)) == (409, True)
    people = [factories.make_user(home_space=space) for _ in range(12)]
    assert "发布给 12 位会员" in keeper.see(at)
    assert "结束后才能看结果" in keeper.do(f"{at}/publish")
    assert keeper.send(f"{at}/publish").status_code == 409
    vault = resources(app).vault
    for user in people[:10]:
        given = {"q1": "讲座", "q2": f"话{user.id}"}
        surveys_answers.answer(user, row.id, given, vault=vault, now=utcnow())
    assert keeper.send(f"{at}/export", reason="汇总").status_code == 409
    told = keeper.do(f"{at}/close")
    assert re.search(r"作答 10 份 结束时的会员 12 位 作答率（作答 ÷ 会员） 83%", told)
    assert re.search(r"讲座 10 100%", told)
    assert f"话{people[0].id}" in told
    assert keeper.send(f"{at}/export", reason="").status_code == 422
    assert keeper.send(f"{at}/export", reason="文\x00字").status_code == 422
    answer = keeper.send(f"{at}/export", reason="汇总上报")
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    assert book.sheetnames == ["编码结果", "文字回答", "编码表"]
    assert "10 份 · 83%" in keeper.see("/console/surveys")
    assert "结束问卷" in keeper.see("/console/audit")


def test_town_asks_its_spaces(client: Client, app: Flask) -> None:
    town = factories.make_org_unit(OrgKind.TOWN)
    space = factories.make_space(town)
    officer = desk(client, factories.make_staff(Role.TOWN_OFFICER, town))
    today = day_of(utcnow()).isoformat()
    fields = FORM | {"starts_on": today, "ends_on": today, "org_unit_id": str(town.id)}
    named = officer.send("/console/surveys", **fields | {"is_anonymous": ""})
    assert (named.status_code, "镇里的问卷只能匿名" in words(named)) == (422, True)
    officer.do("/console/surveys", **fields)
    row = models.Survey.get()
    at = f"/console/surveys/{row.id}"
    assert f"{town.name}全部空间 · 匿名" in officer.see(at)
    officer.do(f"{at}/publish")
    people = [factories.make_user(home_space=space) for _ in range(3)]
    for user in people:
        given = {"q1": "比赛"}
        surveys_answers.answer(user, row.id, given, vault=resources(app).vault, now=utcnow())
    assert "收到 3 份，不显示结果" in officer.do(f"{at}/close")
    desk(client, factories.make_staff(Role.KEEPER, space)).see(at, 404)
    desk(client, factories.make_staff(Role.SCANNER, space)).see("/console/surveys", 403)


def test_names_are_for_who_may_export_people(client: Client, app: Flask) -> None:
    space = factories.make_space()
    today = day_of(utcnow()).isoformat()
    fields = FORM | {"starts_on": today, "ends_on": today, "org_unit_id": str(space.id)}
    operator = desk(client, factories.make_staff(Role.OPERATOR, space))
    operator.do("/console/surveys", **fields | {"is_anonymous": ""})
    row = models.Survey.get()
    at = f"/console/surveys/{row.id}"
    operator.do(f"{at}/publish")
    user = factories.make_user(home_space=space)
    given = {"q1": "比赛"}
    surveys_answers.answer(user, row.id, given, vault=resources(app).vault, now=utcnow())
    assert "比赛 1 100%" in operator.see(at)
    assert operator.send(f"{at}/export", reason="汇总").status_code == 403
    keeper = desk(client, factories.make_staff(Role.KEEPER, space))
    book = openpyxl.load_workbook(io.BytesIO(keeper.send(f"{at}/export", reason="汇总").data))
    assert book["编码结果"]["B2"].value == user.nickname


def test_belonging_among_the_statistics(client: Client, app: Flask) -> None:
    start = surveys_pulses.starts_on("2026-H2")
    clock.move(at_shanghai(start, clock.dt.time(10)) - utcnow())
    space = factories.make_space()
    people = [factories.make_user(home_space=space) for _ in range(10)]
    surveys_pulses.begin(now=utcnow())
    row = models.Survey.get()
    for user in people:
        given = {"friends": "5", "first": "1"}
        surveys_answers.answer(user, row.id, given, vault=resources(app).vault, now=utcnow())
    keeper = desk(client, factories.make_staff(Role.KEEPER, space))
    page = keeper.see("/console/statistics/surveys")
    assert "2026 年下半年 填写中，12月5日" in page
    clock.move(at_shanghai(row.ends_on, clock.dt.time(10)) - utcnow() + clock.dt.timedelta(days=1))
    surveys.keep_time(now=utcnow())
    keeper = desk(client, factories.make_staff(Role.KEEPER, space))
    page = keeper.see("/console/statistics/surveys")
    assert "2026 年下半年 100% 0% 100% 10 份" in page
