"""Everybody's way around: what the navigation offers opens, and shows nothing of others."""

import datetime as dt
import logging
import re
from html.parser import HTMLParser

import pytest
from flask import Flask

import models
from models.spaces import OrgKind
from models.staff import Role
from tests import factories
from tests.conftest import Client
from tests.console.conftest import desk

FOREIGN = "别处的"


class _Page(HTMLParser):
    """What a page offers: the links of its navigation, its headings, its title."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.inside: list[str] = []
        self.links: list[str] = []
        self.current = 0
        self.titles = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag == "nav":
            self.inside.append(told.get("class") or "")
        self.titles += tag == "h1"
        if tag == "a" and self.inside and "rail" in self.inside[-1]:
            self.links.append(told.get("href") or "")
            self.current += told.get("aria-current") == "page"

    def handle_endtag(self, tag: str) -> None:
        if tag == "nav":
            self.inside.pop()


@pytest.fixture
def space(app: Flask) -> models.Space:
    """A Space of a town, and another town's with rows that are nobody's business here."""
    town = factories.make_org_unit(parent=factories.make_org_unit(OrgKind.DISTRICT))
    space = factories.make_space(town, name="我们的空间")
    factories.make_space(town, name="邻居空间")
    factories.make_need(space)
    other = factories.make_space(name=f"{FOREIGN}空间")
    factories.make_activity(other, title=f"{FOREIGN}活动")
    factories.make_need(other, title=f"{FOREIGN}诉求")
    factories.make_enterprise(name=f"{FOREIGN}公司", building=factories.make_building(other))
    return space


def _account(role: Role, space: models.Space) -> models.Staff:
    unit = space.org_unit
    at = {Role.TOWN_OFFICER: unit.parent, Role.DISTRICT_VIEWER: unit.parent.parent}.get(role, space)
    account = factories.make_staff(role, at)
    if role is Role.PARTNER_HANDLER:
        body = factories.make_partner(space)
        models.Grant.update(partner_id=body.id).where(models.Grant.staff == account).execute()
    return account


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True, scope="session")
@pytest.mark.parametrize("role", [role for role in Role if role is not Role.PLATFORM_ADMIN])
def test_every_door_opens_for_who_is_shown_it(
    role: Role, space: models.Space, client: Client
) -> None:
    me = desk(client, _account(role, space)).client
    doors = _Page(me.get("/console/").text).links
    assert len(doors) > 1
    for address in dict.fromkeys(doors):
        answer = me.get(address, follow_redirects=True)
        assert answer.status_code == 200, f"{address}: {answer.status_code}"
        page = _Page(answer.text)
        assert page.titles == 1, address
        # The rail stands twice: at the side, and folded up for phones.
        assert page.current == 2 or address == "/console/me", address
        assert FOREIGN not in answer.text, address
        assert re.search(r"<title>[^·<]+ ·", answer.text), address


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True, scope="session")
def test_the_platform_admin_opens_every_door_shown(space: models.Space, client: Client) -> None:
    district = space.org_unit.parent.parent
    admin = desk(client, factories.make_staff(Role.PLATFORM_ADMIN, district)).client
    for address in dict.fromkeys(_Page(admin.get("/console/").text).links):
        assert admin.get(address).status_code == 200, address


def test_what_is_to_be_done_leads_to_the_act(space: models.Space, client: Client) -> None:
    member = factories.make_user(home_space=space)
    company = factories.make_enterprise(building=factories.make_building(space))
    factories.make_member(member, company)
    keeper = desk(client, factories.make_staff(Role.KEEPER, space))
    answer = keeper.client.get("/console/")
    assert "1 人等待核实所在企业" in answer.text
    assert "下期菜单只能推送给 0 / 1 位会员" in answer.text
    addresses = re.findall(r'class="line duty [a-z]+" href="([^"]+)"', answer.text)
    assert addresses
    for address in addresses:
        keeper.see(address)


def test_a_town_and_a_district_are_opened_from_the_navigation(
    space: models.Space, client: Client
) -> None:
    officer = desk(client, factories.make_staff(Role.TOWN_OFFICER, space.org_unit.parent))
    page = officer.see("/console/towns?sort=overdue&month=2099-01")
    assert "我们的空间" in page
    assert "邻居空间" in page
    viewer = desk(client, factories.make_staff(Role.DISTRICT_VIEWER, space.org_unit.parent.parent))
    page = viewer.see("/console/districts")
    assert space.org_unit.parent.name in page
    assert "我们的空间" not in page
    assert "<5" in page or "不显示" in page
    viewer.see("/console/towns", 403)
    desk(client, factories.make_staff(Role.KEEPER, space)).see("/console/districts", 403)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True, scope="session")
@pytest.mark.parametrize(
    ("role", "address"),
    [
        (Role.KEEPER, "/console/"),
        (Role.TOWN_OFFICER, "/console/"),
        (Role.TOWN_OFFICER, "/console/towns"),
        (Role.KEEPER, "/console/search?q=空间"),
    ],
)
def test_pages_over_everything_take_few_queries(
    role: Role,
    address: str,
    space: models.Space,
    client: Client,
    now: dt.datetime,
    caplog: pytest.LogCaptureFixture,
) -> None:
    for number in range(4):
        near = factories.make_space(space.org_unit.parent, name=f"空间{number}号")
        factories.make_session(factories.make_activity(near), starts_at=now)
        factories.make_need(near, due_respond=now - dt.timedelta(hours=1))
    factories.make_session(factories.make_activity(space, title="空间开放日"), starts_at=now)
    me = desk(client, _account(role, space)).client
    with caplog.at_level(logging.DEBUG, logger="peewee"):
        caplog.clear()
        assert me.get(address).status_code == 200
    asked = [each.getMessage() for each in caplog.records if "SELECT" in each.getMessage()]
    assert 0 < len(asked) <= 25, "\n".join(asked)
