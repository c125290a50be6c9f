"""The platform's administrator keeps Spaces, venues, zones and series as data."""

import models
from models.spaces import VenueRole
from models.staff import Role
from server.clock import utcnow
from server.services import spaces
from tests import factories
from tests.conftest import Client
from tests.console.conftest import Desk, desk, words
from tests.hostile import MARKUP, WORST


def _admin(client: Client) -> Desk:
    return desk(client, factories.make_staff(Role.PLATFORM_ADMIN, factories.make_org_unit()))


def _acts() -> list[str]:
    return [row.action for row in models.AuditLog.select().order_by(models.AuditLog.id)]


def test_a_space_is_told_and_its_rooms_retired_with_a_trace(client: Client) -> None:
    space = factories.make_space()
    venue = factories.make_venue(space, role=VenueRole.MAIN)
    unit = models.OrgUnit.get_by_id(space.org_unit_id)
    root = unit
    while root.parent_id:
        root = models.OrgUnit.get_by_id(root.parent_id)
    admin = desk(client, factories.make_staff(Role.PLATFORM_ADMIN, root))
    path = f"/console/settings/spaces/{space.id}"
    told = {"name": "新意城", "intro": "楼下的客厅", "version": space.version}
    wrong = admin.send(path, **told, milestones="揭牌", five_goals="一\n二\n三\n四\n五\n六")
    assert wrong.status_code == 422
    assert "最多五条" in words(wrong)
    wrong = admin.send(path, **told, milestones="2024-02-30 揭牌")
    assert "看不懂" in words(wrong)
    page = admin.do(
        path, **told, five_goals="吃得健康\n聊得来", milestones="2025-01-02 满月\n2024-05-20 揭牌"
    )
    assert "空间资料已保存" in page
    fresh = models.Space.get_by_id(space.id)
    assert fresh.milestones[0] == {"on": "2024-05-20", "text": "揭牌"}
    assert fresh.five_goals == ["吃得健康", "聊得来"]
    assert models.OrgUnit.get_by_id(space.org_unit_id).name == "新意城"
    assert admin.send(path, **told).status_code == 409  # somebody was first
    line = models.AuditLog.get(models.AuditLog.action == "spaces.change_profile")
    assert line.after["milestones"] == ["2024-05-20 揭牌", "2025-01-02 满月"]

    second = admin.send(f"{path}/venues/new", name="二楼", role="main")
    assert second.status_code == 409
    assert "一个空间只能有一个主阵地" in words(second)
    admin.do(f"/console/settings/venues/{venue.id}/zones/new", name="阅读角", order=1)
    zone = models.Zone.get(models.Zone.name == "阅读角")
    booked = factories.make_activity(space, venue=venue)
    where = f"/console/settings/zones/{zone.id}"
    assert "停用" in admin.do(where, name="书房", order=1, version=zone.version)
    assert not models.Zone.get_by_id(zone.id).active
    where = f"/console/settings/venues/{venue.id}"
    admin.do(where, name=venue.name, role="main", version=venue.version)
    assert not spaces.rooms(fresh, now=utcnow()).venues
    assert models.Activity.get_by_id(booked.id).venue_id == venue.id
    assert "二楼" in admin.do(f"{path}/venues/new", name="二楼", role="main")
    assert _acts() == [
        "spaces.change_profile", "spaces.add_zone", "spaces.change_zone", "spaces.change_venue",
        "spaces.add_venue",
    ]  # fmt: skip
    operator = desk(client, factories.make_staff(Role.OPERATOR, space))
    for page in (path, where, "/console/settings/series", "/console/settings/spaces"):
        assert operator.client.get(page).status_code == 403


def test_a_keeper_tells_of_their_own_space_and_of_no_other(client: Client) -> None:
    space, other = factories.make_space(), factories.make_space()
    account = factories.make_staff(Role.KEEPER, space)
    keeper = desk(client, account)
    path = f"/console/settings/spaces/{space.id}"
    led = keeper.client.get("/console/settings/spaces")
    assert led.headers["Location"] == path
    told = {"name": "新意里", "opening_hours": "每天 9:00–21:00", "phone": "021-50001234"}
    assert "空间资料已保存" in keeper.do(path, **told, version=space.version)
    assert "一楼大厅" in keeper.do(f"{path}/venues/new", name="一楼大厅", role="main")
    line = models.AuditLog.get(models.AuditLog.action == "spaces.change_profile")
    assert (line.actor_id, line.org_unit_id) == (account.id, space.id)
    member = client.as_user(factories.make_user())
    seen = member.get(f"/api/v1/spaces/{space.id}").get_json()
    assert {name: seen[name] for name in told} == told
    assert [each["name"] for each in seen["venues"]] == ["一楼大厅"]

    venue = factories.make_venue(other, role=VenueRole.MAIN)
    theirs = f"/console/settings/spaces/{other.id}"
    for page in (theirs, f"{theirs}/venues/new", f"/console/settings/venues/{venue.id}"):
        assert keeper.send(page, **told, role="main", version=1).status_code == 404
    assert models.Space.get_by_id(other.id).name == other.name
    assert keeper.client.get("/console/settings/series").status_code == 403


def test_series_are_data(client: Client) -> None:
    factories.make_space()
    root = models.OrgUnit.get(models.OrgUnit.parent.is_null())
    admin = desk(client, factories.make_staff(Role.PLATFORM_ADMIN, root))
    new, told = "/console/settings/series/new", {"name": "心桥", "icon": "door-open", "order": 3}
    assert admin.send(new, **told, code="xq", mode="open", color="red").status_code == 422
    told |= {"mode": "slots", "color": "#336699"}
    assert "心桥" in admin.do(new, **told, code="xq", active="on")
    assert "已被使用" in words(admin.send(new, **told, code="xq"))
    row = models.Series.get(models.Series.code == "xq")
    path = f"/console/settings/series/{row.id}"
    assert ".series-xq { --series: #336699; }" in admin.client.get("/console/series.css").text
    held = factories.make_activity(series=row)
    assert "停用" in admin.do(path, **told, version=row.version)
    assert models.Activity.get_by_id(held.id).series_id == row.id
    assert ".series-xq" not in admin.client.get("/console/series.css").text
    for text in WORST:
        answer = admin.send(path, **dict.fromkeys([*told, "code"], text), version=row.version)
        assert answer.status_code < 500
        assert MARKUP not in answer.text
