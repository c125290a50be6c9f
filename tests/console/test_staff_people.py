"""People and roles: invitations, roles for a time, revoking, handover; a second factor; a phone."""

import datetime as dt
import re

import pyotp

import models
from models.needs_dispatches import DispatchRole
from models.staff import Role
from server import passwords
from server.clock import day_of, move, utcnow
from server.services import auth_scans
from tests import factories
from tests.conftest import Client
from tests.console.conftest import Desk, desk, words

PASSWORD = "an old lantern 旧灯"


def link_on(page: str) -> str:
    found = re.search(r"/console/welcome/[\w-]+", page)
    assert found
    return found[0]


def test_somebody_is_invited_comes_in_and_goes(client: Client, stranger: Desk) -> None:
    space = factories.make_space()
    keeper = desk(client, factories.make_staff(Role.KEEPER, space))
    other = desk(client, factories.make_staff(Role.KEEPER, factories.make_space()))
    operator = f"operator:{space.id}"
    # A keeper makes own staff, no other keeper.
    answer = keeper.send("/console/staff/invitations", name="小王", post=f"keeper:{space.id}")
    assert answer.status_code == 422
    answer = keeper.send("/console/staff/invitations", name="小王", post=operator)
    assert answer.status_code == 303
    page = keeper.client.get("/console/staff").text
    link = link_on(page)
    assert link not in keeper.client.get("/console/staff").text  # shown once
    assert "小王" in words(keeper.client.get("/console/staff"))
    assert "小王" not in other.see("/console/staff")

    assert "运营" in stranger.see(link)
    fields = {"login": "wang.x", "password": PASSWORD, "again": PASSWORD}
    assert stranger.send(link, **fields | {"again": "x"}).status_code == 422
    assert "wang.x" in stranger.do(link, **fields)
    assert stranger.client.get(link).status_code == 410
    sent = stranger.send("/console/login", login="wang.x", password=PASSWORD)
    assert sent.status_code == 303
    assert space.org_unit.name in stranger.see("/console/me")

    account = models.Staff.get(models.Staff.login == "wang.x")
    other.see(f"/console/staff/{account.id}", status=404)
    grant = models.Grant.get(models.Grant.staff == account)
    said = keeper.do(f"/console/staff/{account.id}/grants/{grant.id}/revoke")
    assert "已收回" in said
    assert stranger.client.get("/console/me").status_code == 303  # logged out at once

    # Back for a day, with a new password by link, then closed.
    page = keeper.do(
        f"/console/staff/{account.id}/grants", post=operator, to_on=str(day_of(utcnow()))
    )
    assert "在任" in page
    keeper.send(f"/console/staff/{account.id}/password")
    reset = link_on(keeper.client.get(f"/console/staff/{account.id}").text)
    fresh = "a new lantern 新灯笼"
    stranger.do(reset, password=fresh, again=fresh)
    assert stranger.send("/console/login", login="wang.x", password=PASSWORD).status_code == 401
    assert stranger.send("/console/login", login="wang.x", password=fresh).status_code == 303
    assert "已停用" in keeper.do(f"/console/staff/{account.id}/close")
    assert stranger.send("/console/login", login="wang.x", password=fresh).status_code in (303, 401)
    assert stranger.client.get("/console/me").status_code == 303


def test_a_link_dies_after_a_week_or_when_taken_back(client: Client, stranger: Desk) -> None:
    space = factories.make_space()
    keeper = desk(client, factories.make_staff(Role.KEEPER, space))
    for name in ("甲", "乙"):
        keeper.send("/console/staff/invitations", name=name, post=f"scanner:{space.id}")
        link = link_on(keeper.client.get("/console/staff").text)
        if name == "甲":
            row = models.Invitation.get()
            assert "已撤回" in keeper.do(f"/console/staff/invitations/{row.id}/revoke")
        else:
            move(dt.timedelta(days=7, seconds=5))
        assert stranger.client.get(link).status_code == 410
        assert (
            stranger.send(link, login="late.one", password=PASSWORD, again=PASSWORD).status_code
            == 410
        )
    assert models.Staff.get_or_none(models.Staff.login == "late.one") is None


def test_nobody_opens_the_account_of_somebody_above(client: Client) -> None:
    """A keeper sees the platform admin who is also scanner here, and may not reset them."""
    nation = factories.make_org_unit(models.spaces.OrgKind.NATION)
    space = factories.make_space(factories.make_org_unit(parent=nation))
    keeper = desk(client, factories.make_staff(Role.KEEPER, space))
    admin = factories.make_staff(Role.PLATFORM_ADMIN, nation)
    models.Grant.add(
        now=utcnow(), staff=admin, role=Role.SCANNER, org_unit=space.id, from_on=day_of(utcnow())
    )
    page = keeper.see(f"/console/staff/{admin.id}")
    assert "由上一级管理" in page
    assert "平台管理员" not in page
    for act in ("password", "close", "factor/drop"):
        assert keeper.send(f"/console/staff/{admin.id}/{act}").status_code == 403
    assert models.Staff.get_by_id(admin.id).active


def test_a_keeper_hands_over(client: Client) -> None:
    town = factories.make_org_unit()
    space = factories.make_space(town)
    officer = desk(client, factories.make_staff(Role.TOWN_OFFICER, town))
    old = factories.make_staff(Role.KEEPER, space)
    models.Grant.update(from_on=day_of(utcnow()) - dt.timedelta(days=400)).where(
        models.Grant.staff == old
    ).execute()
    new = factories.make_staff(Role.OPERATOR, space)
    need = factories.make_need(space=space)
    models.Dispatch.add(now=utcnow(), space=space, need=need, staff=old, role=DispatchRole.LEAD)
    assert need.no in officer.see(f"/console/staff/{old.id}")
    today = day_of(utcnow())
    said = officer.do(
        f"/console/staff/{old.id}/handover", space=space.id, taker=new.id, from_on=today
    )
    assert "移交未了事项 1 件" in said
    assert models.Dispatch.get().staff_id == new.id
    ended = models.Grant.get(models.Grant.staff == old)
    assert (ended.to_on, ended.revoked_at) == (today - dt.timedelta(days=1), None)
    keeps = models.Grant.get(models.Grant.staff == new, models.Grant.role == Role.KEEPER)
    assert keeps.from_on == today
    assert "移交" in models.NeedEvent.get().text


def code_of(secret: str, steps: int = 0) -> str:
    return pyotp.TOTP(secret).generate_otp(int(utcnow().timestamp()) // 30 + steps)


def test_a_second_factor(client: Client, stranger: Desk) -> None:
    account = factories.make_staff(
        Role.KEEPER, factories.make_space(), password_hash=passwords.hash_of(PASSWORD)
    )
    me = desk(client, account)
    assert "两步验证没有开启" in me.do("/console/me/factor/drop")  # and the log-in goes on
    secret = re.search(r'name="secret" value="(\w+)"', me.client.get("/console/me/factor").text)
    assert secret
    answer = me.send("/console/me/factor", secret=secret[1], code="000000")
    assert answer.status_code == 422
    code = code_of(secret[1])
    answer = me.send("/console/me/factor", secret=secret[1], code=code)
    papers = re.findall(r"[0-9a-f]{4}(?:-[0-9a-f]{4}){3}", answer.text)
    assert len(papers) == 10
    kept = models.Staff.get_by_id(account.id)
    assert secret[1].encode() not in bytes(kept.totp_enc)

    def enter(code: str) -> int:
        sent = stranger.send("/console/login", login=account.login, password=PASSWORD)
        assert sent.headers["Location"] == "/console/login/code"
        assert stranger.client.get("/console/me").status_code == 303  # not in yet
        sent = stranger.send("/console/login/code", code=code)
        inside = stranger.client.get("/console/me").status_code == 200
        stranger.client.delete_cookie("xinyi_console")
        assert inside == (sent.status_code == 303)
        return sent.status_code

    assert enter(code) == 422  # it was used for setting up
    assert enter(code_of(secret[1], 1)) == 303
    assert enter(code_of(secret[1], 1)) == 422
    assert enter(papers[3]) == 303
    assert enter(papers[3]) == 422
    stranger.send("/console/login", login=account.login, password=PASSWORD)
    for _ in range(5):
        assert stranger.send("/console/login/code", code="123456").status_code == 422
    late = stranger.send("/console/login/code", code=papers[5])
    assert late.headers["Location"] == "/console/login"  # the password is asked for again
    assert enter(papers[5]) == 303


def test_a_phone_is_bound_and_lets_a_browser_in(client: Client, stranger: Desk) -> None:
    account = factories.make_staff(Role.OPERATOR, factories.make_space())
    user = factories.make_user()
    phone, other = client.as_user(user), client.as_user(factories.make_user())
    me = desk(client, account)

    def shown(answer_text: str) -> dict[str, str]:
        found = re.search(r'data-url="[^"]*/l/([\w-]+)"', answer_text)
        assert found
        return {"code": found[1]}

    body = shown(me.send("/console/me/phone").text)
    assert phone.post("/api/v1/auth/scans/look", json=body).json["binds"] == account.name
    assert me.client.get("/console/login/scan").status_code == 204
    assert phone.post("/api/v1/auth/scans/confirm", json=body).status_code == 200
    assert phone.post("/api/v1/auth/scans/confirm", json=body).status_code == 410
    assert models.Staff.get_by_id(account.id).user_id == user.id
    assert me.client.get("/console/login/scan").headers["Location"] == "/console/me"

    body = shown(stranger.send("/console/login/scan").text)
    assert other.post("/api/v1/auth/scans/confirm", json=body).status_code == 403
    assert stranger.client.get("/console/login/scan").status_code == 204
    assert phone.post("/api/v1/auth/scans/confirm", json=body).status_code == 200
    thief = Desk(stranger.client.application.test_client())  # who only saw the code
    assert thief.client.get("/console/login/scan/enter").headers["Location"] == "/console/login"
    assert stranger.client.get("/console/login/scan").headers["Location"].endswith("/enter")
    assert stranger.client.get("/console/login/scan/enter").headers["Location"] == "/console/"
    assert account.name in stranger.see("/console/me")

    body = shown(Desk(client).send("/console/login/scan").text)
    move(dt.timedelta(minutes=2, seconds=1))
    assert phone.post("/api/v1/auth/scans/confirm", json=body).status_code == 410
    assert auth_scans.forget_old(now=utcnow() + dt.timedelta(days=2)) == 3
