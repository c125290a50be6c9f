import pytest
from flask import Flask

from server import passwords
from tests import factories
from tests.conftest import Client
from tests.console.conftest import Desk, desk, words

PASSWORD = "correct horse 驿站"


@pytest.fixture
def account(app: Flask) -> str:
    return factories.make_staff(password_hash=passwords.hash_of(PASSWORD)).login


def test_logs_in_and_goes_where_one_wanted(stranger: Desk, account: str) -> None:
    answer = stranger.send(
        "/console/login", login=account, password=PASSWORD, next="/console/me?x=1"
    )
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/console/me?x=1"
    cookie = stranger.client.get_cookie("xinyi_console")
    assert cookie
    assert cookie.http_only
    assert cookie.same_site == "Lax"
    assert "我的账号" in stranger.see("/console/me")


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/console/",
        "/\\evil.example",
        "/console\\..\\evil",
        "/console/\r\nSet-Cookie: a=b",
        "javascript:alert(1)",
        "/api/v1/me",
        "/consolex",
        "",
    ],
)
def test_never_leads_to_another_site(stranger: Desk, account: str, elsewhere: str) -> None:
    answer = stranger.send("/console/login", login=account, password=PASSWORD, next=elsewhere)
    assert answer.headers["Location"] == "/console/"


def test_wrong_password_says_so_and_keeps_the_name(stranger: Desk, account: str) -> None:
    answer = stranger.send("/console/login", login=account, password="wrong", next="/console/me")
    assert answer.status_code == 401
    assert f'value="{account}"' in answer.text
    assert 'value="/console/me"' in answer.text
    assert 'value="wrong"' not in answer.text
    assert "密码" in words(answer)
    assert stranger.client.get_cookie("xinyi_console") is None


def test_a_form_without_its_token_is_refused(client: Client, account: str) -> None:
    answer = client.post("/console/login", data={"login": account, "password": PASSWORD})
    assert answer.status_code == 400
    assert "刷新" in words(answer)
    assert client.get_cookie("xinyi_console") is None


def test_logging_out_ends_the_log_in_itself(client: Client) -> None:
    staff = factories.make_staff()
    me = desk(client, staff)
    stolen = me.client.get_cookie("xinyi_console")
    assert stolen
    assert "您已退出" in me.do("/console/logout")
    me.client.set_cookie("xinyi_console", stolen.value)
    assert me.client.get("/console/me").status_code == 303


def test_strangers_come_back_to_the_page_they_wanted(stranger: Desk) -> None:
    answer = stranger.client.get("/console/me?tab=1")
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/console/login?next=/console/me?tab%3D1"


def test_who_is_logged_in_needs_no_log_in_page(client: Client) -> None:
    me = desk(client, factories.make_staff())
    answer = me.client.get("/console/login?next=/console/me")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/console/me")
