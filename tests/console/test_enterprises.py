"""企业库 at the console: the register, a file, entering twice and merging, a sheet, who works where."""

import io
import re
from typing import Any

import pytest
from openpyxl import load_workbook

import models
from models.enterprises import EnterpriseStatus, MemberStatus
from models.staff import Role
from server.clock import utcnow
from server.services import enterprises
from server.services.audit import SYSTEM
from tests import factories
from tests.conftest import Client
from tests.console.conftest import Desk, desk, words
from tests.services.test_enterprises_imports import book, code


class Place:
    """A Space with a tower, its keeper and a company."""

    def __init__(self, client: Client) -> None:
        self.space = factories.make_space()
        self.tower = factories.make_building(self.space, name="A座")
        self.keeper = desk(client, factories.make_staff(Role.KEEPER, self.space))
        self.company = self.create("上海启明信息有限公司", room="801", industry="信息技术")

    def create(self, name: str, **values: Any) -> models.Enterprise:
        values = {"building": self.tower} | values
        return enterprises.create(name, actor=SYSTEM, now=utcnow(), **values)


@pytest.fixture
def place(client: Client) -> Place:
    return Place(client)


def filled(place: Place, **over: Any) -> dict[str, Any]:
    return {"name": "新来有限公司", "building_id": place.tower.id, "tags": "甲、乙"} | over


def test_a_company_is_entered_changed_and_moves_out(place: Place) -> None:
    keeper = place.keeper
    page = keeper.do("/console/enterprises/new", **filled(place, credit_code=code(7).lower()))
    assert "已加入企业库" in page
    assert "甲 乙" in page
    new = models.Enterprise.get(credit_code=code(7))
    again = keeper.send(
        "/console/enterprises/new", **filled(place, name="启明信息（上海）有限公司")
    )
    assert again.status_code == 409
    assert "上海启明信息有限公司" in words(again)
    wrong = keeper.send("/console/enterprises/new", **filled(place, credit_code="1"))
    assert "应为 18 位" in words(wrong)
    other = factories.make_building(factories.make_space())
    refused = keeper.send("/console/enterprises/new", **filled(place, building_id=other.id))
    assert "您负责的一栋楼" in words(refused)

    url = f"/console/enterprises/{new.id}"
    fields = filled(place, name="改名有限公司", tenancy_from="2026-01-02", tenancy_to="2025-01-01")
    late = keeper.send(f"{url}/edit", **fields, version=1)
    assert "早于" in words(late)
    keeper.do(f"{url}/edit", **fields | {"tenancy_to": "2028-01-01"}, version=1)
    stale = keeper.send(f"{url}/edit", **filled(place, name="旧的"), version=1)
    assert stale.status_code == 409
    assert "改名有限公司" in keeper.see("/console/enterprises?text=gmyxgs")
    assert "已搬离" in keeper.do(f"{url}/move-out", on="2026-11-01", reason="去了张江")
    assert "改名有限公司" not in keeper.see("/console/enterprises?text=gaiming")
    assert "改名有限公司" in keeper.see("/console/enterprises?text=gaiming&status=moved_out")
    keeper.do(f"{url}/move-back")
    assert models.Enterprise.get_by_id(new.id).status == EnterpriseStatus.ACTIVE
    trail = [
        row.action for row in models.AuditLog.select().where(models.AuditLog.object_id == new.id)
    ]
    assert {"enterprises.create", "enterprises.change", "enterprises.move_out"} <= set(trail)


def test_the_register_is_filtered_and_taken_along(place: Place, client: Client) -> None:
    now = utcnow()
    quiet = place.create("很久没来有限公司")
    contact = factories.make_user()
    factories.make_member(contact, place.company, status="verified", role="contact")
    signup = factories.make_signup(
        factories.make_session(factories.make_activity(place.space)),
        contact,
        enterprise_id=place.company.id,
    )
    factories.make_checkin(signup)
    models.Enterprise.update(created_at=now.replace(year=now.year - 1)).execute()
    keeper = place.keeper
    for query, found in (
        ("silent=3", {quiet.name}),
        ("contact=yes", {place.company.name}),
        ("contact=no", {quiet.name}),
        ("industry=信息技术", {place.company.name}),
        (f"building={place.tower.id}", {quiet.name, place.company.name}),
        ("text=qiming", {place.company.name}),
        ("lease=3", set()),
    ):
        page = keeper.see(f"/console/enterprises?{query}")
        assert {name for name in (quiet.name, place.company.name) if name in page} == found, query
    assert "用途" in keeper.see("/console/enterprises")
    bad = keeper.do("/console/enterprises/export", reason="")
    assert "请写明用途" in bad
    answer = keeper.send("/console/enterprises/export?contact=no", reason="走访名单")
    sheet = load_workbook(io.BytesIO(answer.data)).worksheets[0]
    assert [cell.value for cell in sheet["A"]] == ["企业名称", quiet.name]
    line = models.AuditLog.get(action="enterprises.export")
    assert (line.reason, line.after, line.org_unit_id) == ("走访名单", {"rows": 1}, place.space.id)
    operator = desk(client, factories.make_staff(Role.OPERATOR, place.space))
    assert operator.send("/console/enterprises/export", reason="走访名单").status_code == 403


def test_a_file_shows_what_belongs_to_the_space(place: Place, client: Client) -> None:
    elsewhere = factories.make_space()
    factories.make_need(place.space, enterprise_id=place.company.id, title="本空间的诉求")
    factories.make_need(elsewhere, enterprise_id=place.company.id, title="别处的诉求")
    models.SpaceBuilding.create(space=elsewhere, building=place.tower)
    user = factories.make_user(nickname="小云")
    factories.make_member(user, place.company, status="verified", role="contact")
    activity = factories.make_activity(place.space, title="税务讲座")
    for party in (1, 3):
        session = factories.make_session(activity)
        signup = factories.make_signup(
            session, user, enterprise_id=place.company.id, party_size=party
        )
        factories.make_checkin(signup)
    url = f"/console/enterprises/{place.company.id}"
    keeper = place.keeper
    keeper.do(f"{url}/care", kind="call", text="问起人才公寓", on_day="2026-11-02")
    page = keeper.see(url)
    assert all(text in page for text in ("本空间的诉求", "税务讲座", "小云", "问起人才公寓"))
    assert "别处的诉求" not in page
    answer = keeper.client.get(url).text
    for kind, name, value in (
        ("activities", "参加活动", 4),
        ("needs_open", "未办结", 1),
        ("care", "关怀", 1),
    ):
        figure = re.search(rf'kind={kind}#timeline".*?value">(\d+)', answer, re.S)
        assert figure, name
        assert int(figure[1]) == value
        assert name in keeper.see(f"{url}?kind={kind}")
    assert keeper.see(f"{url}?kind=activities").count("税务讲座") == 2
    brief = keeper.see(f"{url}/brief")
    assert all(text in brief for text in ("本空间的诉求", "小云", "问起人才公寓"))
    keeper.see(f"{url}?kind=nothing", 404)
    town = desk(client, factories.make_staff(Role.TOWN_OFFICER, place.space.org_unit.parent))
    page = town.see(url)
    assert "税务讲座" in page
    assert not any(text in page for text in ("本空间的诉求", "小云", "人才公寓"))


def test_a_sheet_is_previewed_confirmed_and_its_result_taken(place: Place) -> None:
    keeper = place.keeper
    assert keeper.client.get("/console/enterprises/import/template").data[:2] == b"PK"
    content = book(
        ["上海启明信息有限公司", "", "", "A座", "802"],
        ["批量导入有限公司", "", code(3), "A座"],
        ["启明信息有限公司", "", "", "A座"],
        ["没有楼的有限公司"],
    )
    bad = keeper.send("/console/enterprises/import", file=(io.BytesIO(b"nothing"), "坏.xlsx"))
    assert "无法读取" in words(bad)
    body = b'--x\r\nContent-Disposition: form-data; name="file"; filename="big.xlsx"\r\n\r\n'
    body += b"0" * 30_000_000 + b"\r\n--x--\r\n"
    big = keeper.client.post(
        "/console/enterprises/import",
        data=body,
        content_type="multipart/form-data; boundary=x",
    )
    assert big.status_code == 422
    assert "文件太大" in words(big)
    page = keeper.do("/console/enterprises/import", file=(io.BytesIO(content), "企业\x00.xlsx"))
    assert "新增 1 家，更新 1 家；1 行有误" in page
    assert models.Enterprise.select().count() == 1
    sheet = models.EnterpriseImport.get()
    assert sheet.file_name == "企业.xlsx"
    url = f"/console/enterprises/imports/{sheet.id}"
    page = keeper.do(f"{url}/confirm", takes_suspects="on")
    assert "导入结果" in page
    assert models.Enterprise.select().count() == 3
    assert models.Enterprise.get_by_id(place.company.id).room == "802"
    assert "没有楼" in keeper.see(f"{url}?verdict=error")
    result = load_workbook(io.BytesIO(keeper.client.get(f"{url}/result").data)).worksheets[0]
    assert [cell.value for cell in result["B"]] == ["结果", "已更新", "已新增", "已新增", "未导入"]
    assert "已经开始导入" in keeper.do(f"{url}/confirm")


def test_two_entries_are_merged_and_parted_again(place: Place) -> None:
    keeper = place.keeper
    twin = place.create("启明信息（上海）有限公司", credit_code=code(5))
    third = place.create("启明信息公司")
    page = keeper.see("/console/enterprises/duplicates")
    assert page.count("名称只差地名或公司类型") == 2
    keeper.do(f"/console/enterprises/{twin.id}/apart", other=third.id)
    url = f"/console/enterprises/{twin.id}/merge"
    assert "先查找要保留的企业" in keeper.see(url)
    assert place.company.name in keeper.see(f"{url}?text=shqm")
    assert code(5) in keeper.see(f"{url}?into={place.company.id}")
    assert keeper.send(url, into=place.company.id, reason="").status_code == 422
    page = keeper.do(url, into=place.company.id, reason="登记了两次")
    assert "并入的企业 启明信息（上海）有限公司" in page
    assert keeper.client.get(f"/console/enterprises/{twin.id}").status_code == 200
    merge = models.EnterpriseMerge.get()
    assert "登记了两次" in keeper.see("/console/enterprises/duplicates")
    assert "已撤销" in keeper.do(f"/console/merges/{merge.id}/undo")
    assert "已经撤销过了" in keeper.do(f"/console/merges/{merge.id}/undo")
    assert models.Enterprise.get_by_id(twin.id).status == EnterpriseStatus.ACTIVE


def test_who_works_where_is_verified(place: Place) -> None:
    keeper = place.keeper
    people = [factories.make_user(nickname=f"同事{number}") for number in range(2)]
    members = [enterprises.join(user, place.company, now=utcnow()) for user in people]
    assert "2 人等待核实" in keeper.see("/console/")
    page = keeper.see("/console/enterprises/members")
    assert "同事0" in page
    keeper.do(f"/console/enterprises/members/{members[0].id}/verify", role="contact")
    assert "已移出" in keeper.do(f"/console/enterprises/members/{members[1].id}/refuse")
    assert "企业联系人" in keeper.see("/console/enterprises/members?status=verified")
    assert models.EnterpriseMember.get_by_id(members[1].id).status == MemberStatus.ENDED
    assert "等待核实" not in keeper.see("/console/")


def test_the_town_keeps_its_towers(place: Place, client: Client) -> None:
    other = factories.make_space()
    away = factories.make_building(other, name="远楼")
    models.SpaceBuilding.create(space=other, building=place.tower)
    town: Desk = desk(client, factories.make_staff(Role.TOWN_OFFICER, place.space.org_unit.parent))
    page = town.see("/console/buildings")
    assert "A座" in page
    assert "远楼" not in page
    town.see(f"/console/buildings/{away.id}", 404)
    url = f"/console/buildings/{place.tower.id}"
    fields = {"name": "A 座", "grid_code": "G-07", "floors": "18", "spaces": place.space.id}
    assert "G-07" in town.do(url, **fields, version=1)
    assert town.send(url, **fields, version=1).status_code == 409
    kept = models.SpaceBuilding.select().where(models.SpaceBuilding.building == place.tower)
    assert {row.space_id for row in kept} == {place.space.id, other.id}
    nobody = town.send("/console/buildings/new", name="B 座")
    assert "至少选择一个" in words(nobody)
    assert "B 座" in town.do("/console/buildings/new", name="B 座", spaces=place.space.id)
    assert place.keeper.client.get(url).status_code == 403
