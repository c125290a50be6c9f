from typing import Any

import pytest
from flask import Flask

import models
from models.spaces import OrgKind
from models.staff import Role
from server.services import enterprises, users
from tests import factories
from tests.conftest import Client, resources
from tests.console.conftest import desk


@pytest.fixture
def space(app: Flask) -> models.Space:
    """A Space with one of each kind that sounds alike, and another Space with the same."""
    vault = resources(app).vault
    town = factories.make_org_unit(parent=factories.make_org_unit(OrgKind.DISTRICT))
    spaces = factories.make_space(town), factories.make_space()
    for number, each in enumerate(spaces):
        tower = factories.make_building(each)
        name = f"星河科技{number}号"
        company = factories.make_enterprise(name=name, building=tower, **enterprises.spelling(name))
        user = factories.make_user(nickname=f"王星河{number}", home_space=each)
        users.keep_phone(user, f"1380000000{number}", vault=vault, now=factories.utcnow())
        factories.make_member(user, company, status="verified")
        factories.make_activity(each, title=f"星河观影会{number}")
        factories.make_need(each, title=f"星河路灯不亮{number}")
    return spaces[0]


def test_finds_each_kind_by_characters_pinyin_initials_and_number(
    space: models.Space, client: Client
) -> None:
    keeper = desk(client, factories.make_staff(Role.KEEPER, space))
    page = keeper.see("/console/search?q=星河")
    for title in ("星河科技0号", "王星河0", "星河观影会0", "星河路灯不亮0"):
        assert title in page
    for title in ("星河科技1号", "王星河1", "星河观影会1", "星河路灯不亮1"):
        assert title not in page
    assert "138****0000" in page
    assert "13800000000" not in page
    for text, found in (
        ("xinghe", ("星河科技0号", "星河观影会0")),
        ("xhgy", ("星河观影会0",)),
        ("WXH", ("王星河0",)),
        ("13800000000", ("王星河0",)),
    ):
        page = keeper.see(f"/console/search?q={text}")
        for title in found:
            assert title in page, text
    assert "没有找到" in keeper.see("/console/search?q=13800000001")
    assert "没有找到" in keeper.see("/console/search?q=100%25")
    assert "请至少输入两个字" in keeper.see("/console/search?q=星")
    assert "请至少输入两个字" in keeper.see("/console/search")


@pytest.mark.parametrize("role", [Role.SCANNER, Role.TOWN_OFFICER, Role.DISTRICT_VIEWER])
def test_names_are_told_to_none_but_who_admits(
    role: Role, space: models.Space, client: Client
) -> None:
    unit: Any = space.org_unit
    at = {Role.SCANNER: space, Role.TOWN_OFFICER: unit.parent}.get(role, unit.parent.parent)
    me = desk(client, factories.make_staff(role, at))
    page = me.see("/console/search?q=星河")
    assert "王星河" not in page
    assert "路灯" not in page
    assert ("星河观影会0" in page) == (role is not Role.DISTRICT_VIEWER)
    assert ("星河科技0号" in page) == (role is Role.TOWN_OFFICER)
