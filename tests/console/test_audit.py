"""The trail as people read it, and what is opened to a platform admin for a reason."""

import ast
import datetime as dt
from pathlib import Path

import models
from models.spaces import OrgKind
from models.staff import Role
from server.clock import move, utcnow
from server.console import audit_labels
from server.services import audit, staff
from server.services.audit import Actor
from tests import factories
from tests.conftest import Client, resources
from tests.console.conftest import desk, words


def test_each_reads_the_trail_of_their_places(client: Client) -> None:
    nation = factories.make_org_unit(OrgKind.NATION)
    space = factories.make_space(factories.make_org_unit(parent=nation))
    keeper_of = factories.make_staff(Role.KEEPER, space, name="沈掌门")
    keeper = desk(client, keeper_of)
    stranger = desk(client, factories.make_staff(Role.KEEPER, factories.make_space()))
    operator = desk(client, factories.make_staff(Role.OPERATOR, space))
    admin = desk(client, factories.make_staff(Role.PLATFORM_ADMIN, nation))
    need = factories.make_need(space=space)
    by = Actor("staff", keeper_of.id, keeper_of.name)
    fresh = factories.make_staff()
    staff.grant(fresh, Role.SCANNER, space.org_unit, actor=by, now=utcnow())
    told = {"before": {"state": "submitted"}, "after": {"state": "answered", "text": "机密甲"}}
    audit.record(
        by, "needs.answer", need, now=utcnow(), org_unit_id=space.id, reason="机密乙", **told
    )
    page = keeper.see("/console/audit")
    for said in ("沈掌门", "答复诉求", "授予职责", "submitted → answered", "机密甲", "机密乙"):
        assert said in page
    assert "沈掌门" not in stranger.see("/console/audit")
    operator.see("/console/audit", status=403)
    # Who does not work at that desk reads what happened, not what was written.
    page = admin.see("/console/audit")
    assert "答复诉求" in page
    assert "submitted → answered" in page
    assert "机密" not in page
    assert "答复诉求" not in keeper.see("/console/audit?word=staff")
    assert "没有符合条件" in keeper.see("/console/audit?who=查无此人")
    only = keeper.see(f"/console/audit?object_type=Need&object_id={need.id}")
    assert "授予职责" not in only
    answer = keeper.client.get("/api/v1/staff/audit?limit=1").get_json()
    assert answer["items"][0]["action"] == "needs.answer"
    again = keeper.client.get(f"/api/v1/staff/audit?limit=1&cursor={answer['next']}").get_json()
    assert again["items"][0]["action"] == "staff.grant"
    assert operator.client.get("/api/v1/staff/audit").status_code == 403


def test_a_platform_admin_looks_for_a_reason_and_the_keeper_hears(client: Client) -> None:
    nation = factories.make_org_unit(OrgKind.NATION)
    space = factories.make_space(factories.make_org_unit(parent=nation))
    member, bound = factories.make_user(), factories.make_user()
    vault = resources(client.application).vault
    member.phone_enc = vault.seal("13812345678", place=f"user.phone:{member.id}")
    member.save()
    need = factories.make_need(space=space, user_id=member.id, body="里面写的话")
    keeper = desk(client, factories.make_staff(Role.KEEPER, space, user_id=bound.id))
    admin = desk(client, factories.make_staff(Role.PLATFORM_ADMIN, nation, name="平台甲"))
    where = "/console/audit/glass"
    keeper.see(where, status=404)
    wrong = admin.send(where, kind="need", number=need.no, reason="看")
    assert "原因" in words(wrong)
    assert wrong.status_code == 422
    assert models.BreakGlass.select().count() == 0
    reason = "群众来电要求核对"
    assert "里面写的话" in admin.do(where, kind="need", number=need.no.lower(), reason=reason)
    assert "13812345678" in admin.do(where, kind="phone", number=need.no, reason=reason)
    heard = [row.body for row in models.Message.select().where(models.Message.user_id == bound.id)]
    assert len(heard) == 2
    assert all(reason in body and "13812345678" not in body for body in heard)
    page = keeper.see("/console/audit")
    assert "应急查看" in page
    assert reason in page
    opened = models.BreakGlass.get()
    other = desk(client, factories.make_staff(Role.PLATFORM_ADMIN, nation))
    other.see(f"{where}/{opened.id}", status=404)
    move(dt.timedelta(minutes=31))
    admin.see(f"{where}/{opened.id}", status=410)


def test_every_act_of_the_services_has_a_phrase() -> None:
    services = Path(audit.__file__).parent
    acts = {
        str(node.value)
        for file in services.rglob("*.py")
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "audit.record"
        for node in call.args[1:2]
        if isinstance(node, ast.Constant)
    }
    assert len(acts) > 50
    assert sorted(act for act in acts if not audit_labels.is_known(act)) == []
