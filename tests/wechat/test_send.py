"""Subscribe messages and their templates, and what errors and logs give away, over HTTP."""

import logging
import pickle
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from redis import Redis

from server.wechat import KINDS, WeChat, WeChatError, check, fit, render
from server.wechat.fitting import KEYWORD_TYPES
from tests.wechat.bench import LOST_ANSWERS, PAGE, REMINDER, VALUES, Sandbox, failure

LOGIN = "/sns/jscode2session"
SEND = "/cgi-bin/message/subscribe/send"
TOKEN = "/cgi-bin/stable_token"
Make = Callable[..., WeChat]


class TestSend:
    def test_arrives_as_it_was_sent(self, sandbox: Sandbox, wechat: WeChat) -> None:
        openid = sandbox.user()
        sandbox.accept(openid, REMINDER)
        wechat.send(openid, REMINDER, VALUES, f"{PAGE}?id=7")
        (message,) = sandbox.messages(openid)
        assert message["template_id"] == REMINDER
        assert message["page"] == f"{PAGE}?id=7"
        assert {key: each["value"] for key, each in message["data"].items()} == VALUES
        assert message["miniprogram_state"] == "formal"
        assert message["lang"] == "zh_CN"

    def test_the_version_it_opens_is_a_setting(self, sandbox: Sandbox, make_wechat: Make) -> None:
        openid = sandbox.user()
        sandbox.accept(openid, REMINDER)
        make_wechat(miniprogram_state="trial").send(openid, REMINDER, VALUES, PAGE)
        assert sandbox.messages(openid)[0]["miniprogram_state"] == "trial"

    def test_one_accept_is_one_message(self, sandbox: Sandbox, wechat: WeChat) -> None:
        openid = sandbox.user()
        sandbox.accept(openid, REMINDER)
        wechat.send(openid, REMINDER, VALUES, PAGE)
        error = failure(lambda: wechat.send(openid, REMINDER, VALUES, PAGE))
        assert (error.kind, error.errcode) == ("refused", 43101)
        assert error.rid

    def test_values_that_break_a_rule(self, sandbox: Sandbox, wechat: WeChat) -> None:
        openid = sandbox.user()
        sandbox.accept(openid, REMINDER)
        error = failure(lambda: wechat.send(openid, REMINDER, VALUES | {"thing1": "长" * 21}, PAGE))
        assert (error.kind, error.errcode) == ("bad_request", 47003)
        assert "thing1" in error.message
        assert failure(lambda: wechat.send(openid, REMINDER, {}, PAGE)).errcode == 47003

    def test_a_template_or_person_that_is_not_ours(self, sandbox: Sandbox, wechat: WeChat) -> None:
        openid = sandbox.user()
        error = failure(lambda: wechat.send(openid, "gone", VALUES, PAGE))
        assert (error.kind, error.errcode) == ("bad_request", 40037)
        error = failure(lambda: wechat.send("nobody", REMINDER, VALUES, PAGE))
        assert (error.kind, error.errcode) == ("bad_request", 40003)

    @pytest.mark.parametrize(
        ("errcode", "kind"),
        [
            *((-1, "busy"), (45009, "quota"), (43107, "banned"), (43108, "concurrent")),
            *((45168, "sensitive"), (41030, "bad_request"), (45011, "minute"), (44990, "busy")),
            *((48001, "config"), (50002, "banned"), (99999, "bad_request")),
        ],
    )
    def test_refusals(self, sandbox: Sandbox, wechat: WeChat, errcode: int, kind: str) -> None:
        sandbox.fault(SEND, errcode=errcode, times=1)
        error = failure(lambda: wechat.send("o-1", REMINDER, VALUES, PAGE))
        assert (error.kind, error.errcode) == (kind, errcode)
        assert sandbox.calls(SEND) == 1

    @pytest.mark.parametrize("fault", LOST_ANSWERS, ids=str)
    def test_a_lost_answer_is_not_tried_twice(
        self, sandbox: Sandbox, make_wechat: Make, fault: dict[str, Any]
    ) -> None:
        wechat = make_wechat(timeout=(1, 0.4))
        openid = sandbox.user()
        sandbox.accept(openid, REMINDER)
        sandbox.fault(SEND, times=1, **fault)
        error = failure(lambda: wechat.send(openid, REMINDER, VALUES, PAGE))
        assert (error.kind, error.errcode) == ("unknown_outcome", None)
        assert sandbox.calls(SEND) == 1
        if "reset_after_effect" in fault or "truncate" in fault:
            assert len(sandbox.messages(openid)) == 1  # it did happen, and nobody could know

    def test_a_base_nobody_listens_at(self, make_wechat: Make, wechat: WeChat) -> None:
        wechat.templates()  # Redis knows the token now
        elsewhere = make_wechat(base_url="http://127.0.0.1:9")
        assert failure(lambda: elsewhere.send("o", REMINDER, VALUES, PAGE)).kind == "unreachable"

    def test_many_at_once_all_arrive(self, sandbox: Sandbox, wechat: WeChat) -> None:
        people = [sandbox.user() for _ in range(40)]
        for openid in people:
            sandbox.accept(openid, REMINDER)
        with ThreadPoolExecutor(16) as pool:
            list(pool.map(lambda openid: wechat.send(openid, REMINDER, VALUES, PAGE), people))
        assert all(len(sandbox.messages(openid)) == 1 for openid in people)
        assert sandbox.calls(SEND) == 40
        assert sandbox.calls(TOKEN) == 1


class TestTemplates:
    def test_each_kind_s_template_is_there_and_fits(self, wechat: WeChat) -> None:
        ours = {each.id: each for each in wechat.templates()}
        for kind in KINDS:
            assert check(kind, ours[f"sbx_{kind}_".ljust(43, "A")]) == []

    @pytest.mark.parametrize("kind", KINDS)
    def test_what_we_render_is_accepted(self, sandbox: Sandbox, wechat: WeChat, kind: str) -> None:
        template = {each.id: each for each in wechat.templates()}[f"sbx_{kind}_".ljust(43, "A")]
        openid = sandbox.user()
        awkward = " \n很长很长的一段话，里面还有😀表情和\t换行，远远超过二十个字。"
        for value in (awkward, "", None):
            sandbox.accept(openid, template.id)
            data = render(kind, {each.name: value for each in KINDS[kind]}, template)
            wechat.send(openid, template.id, data, PAGE)
        assert len(sandbox.messages(openid)) == 3

    def test_every_keyword_type_is_accepted_by_wechat_s_rules(
        self, sandbox: Sandbox, wechat: WeChat
    ) -> None:
        """The sandbox's rules were written apart from ours: a second opinion on `fit`."""
        openid = sandbox.user()
        token = sandbox.token()
        for kid_list in ([1, 2, 3, 4, 5], [6, 7, 8, 9, 10], [11, 12, 13]):
            added = sandbox.api(
                f"wxaapi/newtmpl/addtemplate?access_token={token}",
                tid="3001",
                kidList=kid_list,
                sceneDesc="样例",
            )
            (template,) = [t for t in wechat.templates() if t.id == added["priTmplId"]]
            assert {word.type for word in template.keywords} <= KEYWORD_TYPES
            for value in ("", "杂 Mixed-9９.5 元~、😀" * 4, "2026-02-30 25:61", -7):
                sandbox.accept(openid, template.id)
                data = {w.key: fit(w.type, value, w.allowed) for w in template.keywords}
                wechat.send(openid, template.id, data, PAGE)

    @pytest.mark.parametrize("fault", [{"truncate": True}, {"status": 500}], ids=str)
    def test_a_lost_answer(self, sandbox: Sandbox, wechat: WeChat, fault: dict[str, Any]) -> None:
        sandbox.fault("/wxaapi/newtmpl/gettemplate", times=1, **fault)
        assert failure(wechat.templates).kind == "unknown_outcome"


class TestSecrets:
    def test_neither_errors_nor_logs_tell_them(
        self,
        sandbox: Sandbox,
        make_wechat: Make,
        redis: Redis,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        caplog.set_level(logging.DEBUG)
        wechat = make_wechat(timeout=(1, 0.3))
        wechat.templates()
        token = str(redis.get(f"wechat:{sandbox.appid}:token"), "utf-8")
        openid = sandbox.user()
        code = sandbox.login_code(openid)
        told = []
        for fault in (*LOST_ANSWERS, {"errcode": 40001}, {"errcode": 40125}, {"errcode": -1}):
            for path, call in (
                (LOGIN, lambda: wechat.openid(code)),
                (SEND, lambda: wechat.send(openid, REMINDER, VALUES, PAGE)),
            ):
                sandbox.fault(path, **fault, times=1)
                with pytest.raises(WeChatError) as caught:
                    call()
                told += [str(caught.value), repr(caught.value)]
                told += traceback.format_exception(caught.value)
                sandbox.control("DELETE", "faults")
        # The test's own calls go through the same library, hence the same log.
        logged = [line for line in caplog.text.splitlines() if "/_sandbox/" not in line]
        assert any(SEND in line for line in logged)
        text = "\n".join([*told, *logged, repr(wechat)])
        assert token
        for hidden in (token, sandbox.secret, code, openid):
            assert hidden not in text

    def test_an_answer_that_repeats_a_secret_is_cleaned(
        self, sandbox: Sandbox, wechat: WeChat, redis: Redis
    ) -> None:
        wechat.templates()
        token = str(redis.get(f"wechat:{sandbox.appid}:token"), "utf-8")
        sandbox.fault(SEND, errcode=47003, errmsg=f"bad {token} {sandbox.secret}", times=1)
        error = failure(lambda: wechat.send("o-1", REMINDER, VALUES, PAGE))
        assert error.message.startswith("bad *** *** rid: ")

    def test_the_sandbox_s_app_stays_on_this_machine(self, redis: Redis) -> None:
        with pytest.raises(ValueError, match="sandbox"):
            WeChat(appid="wxsandbox1", secret="x", redis=redis)

    def test_no_secret_over_a_network_in_the_clear(self, redis: Redis) -> None:
        with pytest.raises(ValueError, match="https"):
            WeChat(appid="wx1", secret="x", redis=redis, base_url="http://10.1.2.3")


def test_an_error_survives_a_pickle() -> None:
    error = WeChatError("quota", 45009, "too much", "1-2-3")
    copied = pickle.loads(pickle.dumps(error))
    assert vars(copied) == vars(error)
    assert str(copied) == "WeChat quota: errcode 45009: too much"
