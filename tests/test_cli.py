"""The switchboard's commands for accounts and templates."""

import datetime as dt

import pytest
from flask import Flask

import models
from models.staff import Role
from server.services import auth, staff
from server.services.staff import Verb
from server.wechat.templates import KINDS
from tests import factories
from tests.conftest import Sandbox, resources


def run(app: Flask, *args: str, given: str | None = None) -> tuple[int, str]:
    models.db.close()  # a command is a process of its own and opens its own connection
    done = app.test_cli_runner().invoke(args=["staff", "add", *args], input=given)
    models.db.connect(reuse_if_open=True)
    return done.exit_code, done.output


def log_in(app: Flask, login: str, password: str, now: dt.datetime) -> str:
    settings = resources(app).config.auth
    return auth.staff_log_in(login, password, settings=settings, now=now, ip="", agent="")


def test_account_with_a_made_password(app: Flask, now: dt.datetime) -> None:
    space = factories.make_space(code="XYC")
    code, told = run(app, "keeper_a", "沈老师", "--role", "keeper", "--at", "XYC")
    assert code == 0, told
    [password] = [line.split()[1] for line in told.splitlines() if line.startswith("password:")]
    account = auth.staff_of_cookie(log_in(app, "keeper_a", password, now), now=now)
    assert account
    assert account.name == "沈老师"
    assert staff.scope_of(account, now=now).allows(Verb.PUBLISH_MENU, space.id)


def test_account_with_a_given_password(app: Flask, now: dt.datetime) -> None:
    code, told = run(app, "admin_b", "管理员", "--password-stdin", given="一串自己想出来的密码呀\n")
    assert code == 0, told
    assert "密码" not in told
    assert log_in(app, "admin_b", "一串自己想出来的密码呀", now)


@pytest.mark.parametrize(
    "args",
    [
        ("keeper_a", "重名"),
        ("Bad Name", "某人"),
        ("new_one", "某人", "--role", "keeper", "--at", "nowhere"),
        ("new_one", "某人", "--role", "keeper", "--at", "某镇"),
        ("new_one", "某人", "--role", "keeper"),
        ("new_one", "某人", "--role", "emperor", "--at", "某镇"),
    ],
)
def test_refusals_add_nothing(app: Flask, args: tuple[str, ...]) -> None:
    factories.make_org_unit(name="某镇")
    factories.make_staff(login="keeper_a")
    code, told = run(app, *args)
    assert code != 0
    assert "Traceback" not in told
    assert models.Staff.select().count() == 1
    assert models.Grant.select().where(models.Grant.role == Role.KEEPER).count() == 0


def templates(app: Flask) -> tuple[int, list[str]]:
    done = app.test_cli_runner().invoke(args=["templates"])
    return done.exit_code, done.output.splitlines()


def test_the_templates_we_have_at_wechat_are_told(app: Flask, sandbox: Sandbox) -> None:
    code, lines = templates(app)
    assert (code, lines) == (0, [f"{kind}: ok" for kind in KINDS])
    login = sandbox.login_code("demo-u1")  # the account works; only its templates are gone
    assert login
    sandbox.post("faults", path="/wxaapi/newtmpl/gettemplate", errcode=-1, times=9)
    code, lines = templates(app)
    assert code == 1
    assert "WeChat did not tell" in lines[-1]


def test_a_template_that_is_missing_is_told(app: Flask, sandbox: Sandbox) -> None:
    secret = resources(app).config.secrets
    token = sandbox.http.get(
        f"{sandbox.base}/cgi-bin/token",
        params={
            "grant_type": "client_credential",
            "appid": secret.wechat_appid,
            "secret": secret.wechat_secret,
        },
        timeout=10,
    ).json()["access_token"]
    gone = sandbox.http.post(
        f"{sandbox.base}/wxaapi/newtmpl/deltemplate",
        params={"access_token": token},
        json={"priTmplId": resources(app).config.wechat.templates["menu"]},
        timeout=10,
    )
    assert gone.json()["errcode"] == 0, gone.text
    code, lines = templates(app)
    assert code == 1
    assert next(line for line in lines if line.startswith("menu:")).startswith("menu: 没有这个模板")
