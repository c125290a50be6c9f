"""A WeChat that hangs holds a few callers and turns the others away at once."""

import threading
import time
from collections.abc import Callable

import pytest

from server.wechat import WeChat, WeChatError
from tests.wechat.bench import Sandbox

FORUM = 3
OPENID = "demo-u1"


def test_who_finds_no_turn_is_told_at_once(
    make_wechat: Callable[..., WeChat], sandbox: Sandbox
) -> None:
    sandbox.control("POST", f"users/{OPENID}/login")  # seen within two hours, as WeChat wants it
    wechat = make_wechat(at_once=2)
    assert wechat.check_text(OPENID, FORUM, "你好").suggest == "pass"  # and the token is there
    sandbox.fault("/wxa/msg_sec_check", hang=True)
    ends: list[str] = []

    def ask() -> None:
        try:
            wechat.check_text(OPENID, FORUM, "你好")
        except WeChatError as error:
            ends.append(error.kind)

    threads = [threading.Thread(target=ask) for _ in range(5)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    while len(ends) < 3:
        assert time.monotonic() - began < 2, ends
        time.sleep(0.01)
    assert ends == ["busy"] * 3
    for thread in threads:
        thread.join()
    assert ends[3:] == ["unknown_outcome"] * 2
    sandbox.control("DELETE", "faults")
    assert wechat.check_text(OPENID, FORUM, "你好").suggest == "pass"  # the turns came back


def test_a_message_waits_for_nobodys_turn(
    make_wechat: Callable[..., WeChat], sandbox: Sandbox
) -> None:
    wechat = make_wechat(at_once=1)
    sandbox.fault("/wxa/msg_sec_check", hang=True)
    asking = threading.Thread(target=_ask_in_vain, args=(wechat,))
    asking.start()
    with pytest.raises(WeChatError) as refusal:
        wechat.send(OPENID, "no-template", {}, "pages/tabs/home/home")
    assert refusal.value.kind == "bad_request"  # WeChat's own answer, not that it is busy
    asking.join()


def _ask_in_vain(wechat: WeChat) -> None:
    with pytest.raises(WeChatError):
        wechat.check_text(OPENID, FORUM, "你好")
