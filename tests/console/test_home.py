import datetime as dt
from typing import Any

import models
from models.staff import Role
from server.clock import month_of
from tests import factories
from tests.conftest import Client
from tests.console.conftest import desk


def test_each_line_leads_to_the_act(client: Client, now: Any) -> None:
    space = factories.make_space()
    keeper = desk(client, factories.make_staff(Role.KEEPER, space))
    session = factories.make_session(factories.make_activity(space), starts_at=now)
    factories.make_checkin(factories.make_signup(session))
    need = factories.make_need(space, due_respond=now - dt.timedelta(hours=1))
    foreign = factories.make_session(starts_at=now)
    other = factories.make_need()
    answer = keeper.client.get("/console/")
    assert f"/console/sessions/{session.id}/checkins" in answer.text
    assert f"/console/needs/{need.id}" in answer.text
    page = keeper.see("/console/")
    assert "到场 1 / 1" in page
    assert "逾期诉求 1" in page
    assert f"{int(month_of(now)[5:])}月菜单 尚未发布" in page
    assert foreign.activity.title not in page
    assert other.title not in page


def test_a_town_sees_how_many_have_published(client: Client, now: Any) -> None:
    space = factories.make_space()
    factories.make_space(space.org_unit.parent)
    page = desk(client, factories.make_staff(Role.TOWN_OFFICER, space.org_unit.parent)).see(
        "/console/"
    )
    assert "0 / 2 个空间已发布" in page
    assert "逾期诉求" not in page


def test_without_a_role_one_is_told_whom_to_ask(client: Client) -> None:
    page = desk(client, factories.make_staff()).see("/console/")
    assert "还没有分配职责" in page
    assert "活动" not in page


def test_an_expired_grant_opens_nothing(client: Client, now: Any) -> None:
    space = factories.make_space()
    staff = factories.make_staff(Role.KEEPER, space)
    models.Grant.update(revoked_at=now).execute()
    assert "还没有分配职责" in desk(client, staff).see("/console/")
