"""What WeChat says of people's words and numbers, by the sandbox over HTTP."""

import datetime as dt

import pytest
from flask import Flask

import models
from server.errors import Invalid
from server.services import users, users_wechat
from tests import factories
from tests.conftest import Sandbox, resources


@pytest.fixture
def user(app: Flask, sandbox: Sandbox, now: dt.datetime) -> models.User:
    opened = resources(app)
    opened.wechat.openid(sandbox.login_code("demo-u1"))  # WeChat has seen them lately
    return users.welcome("demo-u1", vault=opened.vault, now=now)


def check(app: Flask, user: models.User, **words: str) -> None:
    opened = resources(app)
    users_wechat.check_words(user, words, wechat=opened.wechat, vault=opened.vault)


def test_decent_words_pass(app: Flask, user: models.User) -> None:
    check(app, user, nickname="小沈", self_tags="侨")


@pytest.mark.parametrize("word", ["违规测试词", "待审测试词"])
def test_each_bad_field_is_named(app: Flask, user: models.User, word: str) -> None:
    with pytest.raises(Invalid) as refused:
        check(app, user, nickname=f"我是{word}", self_tags="侨")
    assert [each["field"] for each in refused.value.facts["errors"]] == ["nickname"]


@pytest.mark.parametrize(
    ("errcode", "expected"),
    [
        (61010, users_wechat.LoginAgain),
        (-1, users_wechat.WeChatUnavailable),
        (48001, users_wechat.WeChatUnavailable),
    ],
)
def test_unchecked_words_do_not_pass(
    app: Flask, user: models.User, sandbox: Sandbox, errcode: int, expected: type[Exception]
) -> None:
    sandbox.post("faults", path="/wxa/msg_sec_check", errcode=errcode, times=5)
    with pytest.raises(expected):
        check(app, user, nickname="小沈")


def test_erased_people_say_nothing(app: Flask) -> None:
    with pytest.raises(users_wechat.LoginAgain):
        check(app, factories.make_user(), nickname="小沈")


def test_verified_number_is_kept_sealed(
    app: Flask, user: models.User, sandbox: Sandbox, now: dt.datetime
) -> None:
    opened = resources(app)
    sandbox.post("users", openid="o-phone", phone="13912345678")
    code = sandbox.post("users/o-phone/phone-code")["code"]
    users_wechat.verify_phone(user, code, wechat=opened.wechat, vault=opened.vault, now=now)
    assert users.phone_of(users.get(user.id), opened.vault) == "13912345678"
    with pytest.raises(users_wechat.PhoneCodeUsed):
        users_wechat.verify_phone(user, code, wechat=opened.wechat, vault=opened.vault, now=now)
