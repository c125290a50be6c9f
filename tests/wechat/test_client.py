"""Logging in, phone numbers, content checks and codes, against the sandbox over HTTP."""

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest

from server.wechat import WeChat
from tests.wechat.bench import LOST_ANSWERS, PAGE, Sandbox, failure

LOGIN = "/sns/jscode2session"
PHONE = "/wxa/business/getuserphonenumber"
TEXT = "/wxa/msg_sec_check"
TOKEN = "/cgi-bin/stable_token"
Make = Callable[..., WeChat]


class TestOpenid:
    def test_a_code_names_its_person(self, sandbox: Sandbox, wechat: WeChat) -> None:
        openid = sandbox.user()
        login = wechat.openid(sandbox.login_code(openid))
        assert (login.openid, login.unionid) == (openid, None)
        assert openid not in repr(login)

    def test_the_unionid_when_the_app_is_bound(self, sandbox: Sandbox, wechat: WeChat) -> None:
        sandbox.control("POST", "config", unionid_bound=True)
        try:
            openid = sandbox.user(unionid="u-42")
            assert wechat.openid(sandbox.login_code(openid)).unionid == "u-42"
        finally:
            sandbox.control("POST", "config", unionid_bound=False)

    def test_needs_no_access_token(self, sandbox: Sandbox, wechat: WeChat) -> None:
        sandbox.fault(TOKEN, status=500)
        sandbox.fault("/cgi-bin/token", status=500)
        openid = sandbox.user()
        assert wechat.openid(sandbox.login_code(openid)).openid == openid
        assert sandbox.calls(TOKEN) == sandbox.calls("/cgi-bin/token") == 0

    def test_a_code_works_once(self, sandbox: Sandbox, wechat: WeChat) -> None:
        code = sandbox.login_code(sandbox.user())
        wechat.openid(code)
        error = failure(lambda: wechat.openid(code))
        assert (error.kind, error.errcode) == ("login_again", 40163)

    @pytest.mark.parametrize("code", ["never-made", "", "代码", "a&secret=b"])
    def test_a_code_nobody_made(self, wechat: WeChat, code: str) -> None:
        assert failure(lambda: wechat.openid(code)).kind in ("login_again", "config", "bad_request")

    @pytest.mark.parametrize("fault", LOST_ANSWERS, ids=str)
    def test_a_lost_answer_asks_for_a_fresh_code_and_is_not_tried_twice(
        self, sandbox: Sandbox, make_wechat: Make, fault: dict[str, Any]
    ) -> None:
        wechat = make_wechat(timeout=(1, 0.4))
        code = sandbox.login_code(sandbox.user())
        sandbox.fault(LOGIN, times=1, **fault)
        assert failure(lambda: wechat.openid(code)).kind == "login_again"
        assert sandbox.calls(LOGIN) == 1

    @pytest.mark.parametrize(
        ("errcode", "kind"),
        [(-1, "busy"), (40226, "user"), (45011, "minute"), (40013, "config"), (40164, "config")],
    )
    def test_refusals(self, sandbox: Sandbox, wechat: WeChat, errcode: int, kind: str) -> None:
        sandbox.fault(LOGIN, errcode=errcode, times=1)
        assert failure(lambda: wechat.openid("c")).kind == kind


class TestPhone:
    def test_a_mainland_number_is_bare(self, sandbox: Sandbox, wechat: WeChat) -> None:
        openid = sandbox.user(phone="13800138000")
        assert wechat.phone(sandbox.phone_code(openid)) == "13800138000"

    def test_the_country_code_may_be_a_number(self, sandbox: Sandbox, wechat: WeChat) -> None:
        sandbox.control("POST", "config", country_code_type="number")
        try:
            openid = sandbox.user(phone="13800138000")
            assert wechat.phone(sandbox.phone_code(openid)) == "13800138000"
        finally:
            sandbox.control("POST", "config", country_code_type="string")

    def test_a_foreign_number_says_so(self, sandbox: Sandbox, wechat: WeChat) -> None:
        openid = sandbox.user(phone="91234567", country_code="852")
        assert wechat.phone(sandbox.phone_code(openid)) == "+85291234567"

    def test_a_login_code_is_no_phone_code(self, sandbox: Sandbox, wechat: WeChat) -> None:
        code = sandbox.login_code(sandbox.user())
        assert failure(lambda: wechat.phone(code)).kind == "login_again"

    def test_a_code_works_once(self, sandbox: Sandbox, wechat: WeChat) -> None:
        code = sandbox.phone_code(sandbox.user())
        wechat.phone(code)
        assert failure(lambda: wechat.phone(code)).kind == "login_again"

    def test_another_app_s_code(self, sandbox: Sandbox, wechat: WeChat) -> None:
        openid = sandbox.user()
        code = sandbox.control("POST", f"users/{openid}/phone-code", appid="wxsandboxother")["code"]
        assert failure(lambda: wechat.phone(code)).kind == "login_again"

    def test_a_lost_answer_asks_for_a_fresh_code(self, sandbox: Sandbox, wechat: WeChat) -> None:
        code = sandbox.phone_code(sandbox.user())
        sandbox.fault(PHONE, reset_after_effect=True, times=1)
        assert failure(lambda: wechat.phone(code)).kind == "login_again"
        assert sandbox.calls(PHONE) == 1


class TestCheckText:
    def active_user(self, sandbox: Sandbox, wechat: WeChat) -> str:
        openid = sandbox.user()
        wechat.openid(sandbox.login_code(openid))
        return openid

    @pytest.mark.parametrize(
        ("text", "suggest", "label"),
        [
            ("停车位不够 😀", "pass", 100),
            ("这是违规测试词", "risky", 20001),
            ("待审测试词在此", "review", 20006),
        ],
    )
    def test_verdicts(
        self, sandbox: Sandbox, wechat: WeChat, text: str, suggest: str, label: int
    ) -> None:
        verdict = wechat.check_text(self.active_user(sandbox, wechat), 3, text)
        assert (verdict.suggest, verdict.label) == (suggest, label)
        assert verdict.trace_id

    def test_the_title_is_looked_at(self, sandbox: Sandbox, wechat: WeChat) -> None:
        openid = self.active_user(sandbox, wechat)
        assert wechat.check_text(openid, 3, "正文", "违规测试词").suggest == "risky"

    def test_a_long_text_is_refused_unsent(self, sandbox: Sandbox, wechat: WeChat) -> None:
        openid = self.active_user(sandbox, wechat)
        assert wechat.check_text(openid, 3, "字" * 2500).suggest == "pass"
        assert failure(lambda: wechat.check_text(openid, 3, "字" * 2501)).kind == "bad_request"
        assert sandbox.calls(TEXT) == 1

    def test_half_a_character_is_refused_unsent(self, sandbox: Sandbox, wechat: WeChat) -> None:
        assert failure(lambda: wechat.check_text("o-1", 3, "\ud83d")).kind == "bad_request"
        assert sandbox.calls(TEXT) == 0

    def test_a_person_who_was_not_here_lately(self, sandbox: Sandbox, wechat: WeChat) -> None:
        openid = sandbox.user()
        assert failure(lambda: wechat.check_text(openid, 3, "好")).errcode == 61010
        assert failure(lambda: wechat.check_text(openid, 3, "好")).kind == "user"

    def test_nobody_s_openid(self, wechat: WeChat) -> None:
        assert failure(lambda: wechat.check_text("nobody", 3, "好")).kind == "bad_request"

    @pytest.mark.parametrize("fault", LOST_ANSWERS[:3], ids=str)
    def test_no_verdict_is_an_error_not_a_pass(
        self, sandbox: Sandbox, wechat: WeChat, fault: dict[str, Any]
    ) -> None:
        openid = self.active_user(sandbox, wechat)
        sandbox.fault(TEXT, times=1, **fault)
        assert failure(lambda: wechat.check_text(openid, 3, "好")).kind == "unknown_outcome"


class TestCheckMedia:
    def test_gives_a_trace_id_each_time(self, sandbox: Sandbox, wechat: WeChat) -> None:
        openid = sandbox.user()
        wechat.openid(sandbox.login_code(openid))
        traces = {wechat.check_media(openid, f"{sandbox.url}/{i}.jpg", 3) for i in range(2)}
        assert len(traces) == 2

    def test_nobody_s_openid(self, sandbox: Sandbox, wechat: WeChat) -> None:
        error = failure(lambda: wechat.check_media("nobody", f"{sandbox.url}/a.jpg", 3))
        assert error.kind == "bad_request"


class TestQrCode:
    def test_is_a_picture_that_says_the_scene(self, wechat: WeChat) -> None:
        for env_version in ("release", "trial", "develop"):
            image = wechat.qr_code("a1b2c3", PAGE, env_version, 430)
            decoded = cv2.imdecode(np.frombuffer(image, np.uint8), cv2.IMREAD_COLOR)
            assert decoded.shape[:2] == (430, 430)

    @pytest.mark.parametrize(
        ("scene", "page", "width"),
        [("", PAGE, 430), ("x" * 33, PAGE, 430), ("中文", PAGE, 430), ("a", "/pages/x", 430)],
    )
    def test_refusals(self, wechat: WeChat, scene: str, page: str, width: int) -> None:
        error = failure(lambda: wechat.qr_code(scene, page, "release", width))
        assert error.kind == "bad_request"

    @pytest.mark.parametrize("fault", LOST_ANSWERS[:3], ids=str)
    def test_half_a_picture_is_none(
        self, sandbox: Sandbox, wechat: WeChat, fault: dict[str, Any]
    ) -> None:
        sandbox.fault("/wxa/getwxacodeunlimit", times=1, **fault)
        assert failure(lambda: wechat.qr_code("a", PAGE)).kind == "unknown_outcome"

    def test_a_quota_is_an_error_not_a_picture(self, sandbox: Sandbox, wechat: WeChat) -> None:
        sandbox.fault("/wxa/getwxacodeunlimit", errcode=45009, times=1)
        assert failure(lambda: wechat.qr_code("a", PAGE)).kind == "quota"
