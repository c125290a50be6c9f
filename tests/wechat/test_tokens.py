"""One access token for all: few fetches, none forced, none in the way of a broken Redis."""

import logging
import multiprocessing
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from server.wechat import WeChat, WeChatError
from tests.wechat.bench import Sandbox, ask_once

TOKEN = "/cgi-bin/stable_token"
TEMPLATES = "/wxaapi/newtmpl/gettemplate"
Make = Callable[..., WeChat]


def test_eight_cold_workers_fetch_one_token(sandbox: Sandbox, redis: Redis, redis_url: str) -> None:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.wechat.bench"])  # imports once, not eight times
    with ProcessPoolExecutor(8, mp_context=context) as pool:
        asked = [
            pool.submit(ask_once, redis_url, sandbox.appid, sandbox.secret, sandbox.url)
            for _ in range(8)
        ]
        assert all(each.result(timeout=60) > 0 for each in asked)
    assert sandbox.calls(TOKEN) == 1
    assert sandbox.calls(TEMPLATES) == 8


def test_cold_threads_and_clients_fetch_one_token(sandbox: Sandbox, make_wechat: Make) -> None:
    sandbox.fault(TOKEN, delay_ms=200, times=1)  # so that everyone arrives meanwhile
    clients = [make_wechat() for _ in range(4)]
    with ThreadPoolExecutor(16) as pool:
        asked = [pool.submit(clients[i % 4].templates) for i in range(16)]
        assert all(each.result() for each in asked)
    assert sandbox.calls(TOKEN) == 1


def test_a_known_token_costs_no_redis_and_no_fetch(
    sandbox: Sandbox, wechat: WeChat, redis: Redis
) -> None:
    wechat.templates()
    before = redis.info("stats")["total_commands_processed"]
    for _ in range(5):
        wechat.templates()
    assert redis.info("stats")["total_commands_processed"] - before == 1  # this question itself
    assert sandbox.calls(TOKEN) == 1


def test_after_a_revocation_one_fetch_serves_all(sandbox: Sandbox, make_wechat: Make) -> None:
    clients = [make_wechat() for _ in range(8)]
    for client in clients:
        client.templates()
    sandbox.revoke_token()
    sandbox.control("DELETE", "calls")
    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(lambda client: client.templates(), clients * 2))
    assert sandbox.calls(TOKEN) == 1
    assert sandbox.calls(TEMPLATES) <= 16 + 16  # no call is tried more than twice


def test_a_token_that_is_always_refused_ends_quickly(sandbox: Sandbox, wechat: WeChat) -> None:
    sandbox.fault(TEMPLATES, errcode=40001)
    for _ in range(2):
        with pytest.raises(WeChatError) as caught:
            wechat.templates()
        assert (caught.value.kind, caught.value.errcode) == ("token", 40001)
    assert sandbox.calls(TEMPLATES) <= 4
    assert sandbox.calls(TOKEN) <= 3


@pytest.mark.parametrize("errcode", [40014, 42001])
def test_other_words_for_a_bad_token_end_the_same_way(
    sandbox: Sandbox, wechat: WeChat, errcode: int
) -> None:
    sandbox.fault(TEMPLATES, errcode=errcode)
    with pytest.raises(WeChatError) as caught:
        wechat.templates()
    assert caught.value.kind == "token"
    assert sandbox.calls(TEMPLATES) <= 2


def test_an_expired_token_is_replaced_without_a_word(
    sandbox: Sandbox, make_wechat: Make, redis: Redis
) -> None:
    client = make_wechat()
    client.templates()
    sandbox.advance(7300)
    client.templates()
    make_wechat().templates()
    assert sandbox.calls(TOKEN) == 2


def test_the_token_is_kept_for_less_than_it_lives(
    sandbox: Sandbox, wechat: WeChat, redis: Redis
) -> None:
    sandbox.revoke_token()  # a fresh one lives 7200 s
    wechat.templates()
    assert 6800 < redis.ttl(f"wechat:{sandbox.appid}:token") <= 6900


def test_a_token_near_its_end_is_kept_a_minute(
    sandbox: Sandbox, wechat: WeChat, redis: Redis
) -> None:
    sandbox.revoke_token()
    sandbox.advance(7200 - 310)
    wechat.templates()
    assert 50 < redis.ttl(f"wechat:{sandbox.appid}:token") <= 60


def test_without_redis_each_process_asks_for_itself(
    sandbox: Sandbox, make_wechat: Make, caplog: pytest.LogCaptureFixture
) -> None:
    nowhere = Redis(port=1, retry=Retry(NoBackoff(), 0))
    client = make_wechat(redis=nowhere)
    for _ in range(3):
        assert client.templates()
    assert sandbox.calls(TOKEN) == 1
    assert "redis failed" in caplog.text
    sandbox.revoke_token()
    sandbox.control("DELETE", "calls")
    assert client.templates()
    assert sandbox.calls(TOKEN) == 1


def test_a_lock_left_by_a_dead_worker_delays_but_does_not_stop(
    sandbox: Sandbox, make_wechat: Make, redis: Redis
) -> None:
    redis.set(f"wechat:{sandbox.appid}:token:lock", "a dead worker", px=700)
    started = time.monotonic()
    assert make_wechat().templates()
    assert 0.3 < time.monotonic() - started < 5


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ({"errcode": -1}, "busy"),
        ({"errcode": 45009}, "quota"),
        ({"errcode": 45011}, "minute"),
        ({"errcode": 40164}, "config"),
        ({"errcode": 89503}, "config"),
        ({"errcode": 40125}, "config"),
        ({"errcode": 40001}, "config"),  # at this address it means a wrong secret
        ({"status": 502}, "unreachable"),
        ({"truncate": True}, "unreachable"),
        ({"reset_after_effect": True}, "unreachable"),
    ],
    ids=str,
)
def test_no_token_means_the_call_itself_never_left(
    sandbox: Sandbox, wechat: WeChat, fault: dict[str, object], kind: str
) -> None:
    sandbox.fault(TOKEN, **fault)
    with pytest.raises(WeChatError) as caught:
        wechat.send("o-1", "t", {}, "pages/index/index")
    assert caught.value.kind == kind
    assert sandbox.calls("/cgi-bin/message/subscribe/send") == 0
    sandbox.forget()
    assert wechat.templates()  # and the failure is not remembered


def test_threads_waiting_for_a_token_share_one_failure(sandbox: Sandbox, make_wechat: Make) -> None:
    sandbox.fault(TOKEN, hang=True)
    client = make_wechat(timeout=(1, 0.5))

    def ask(_: int) -> str:
        with pytest.raises(WeChatError) as caught:
            client.templates()
        return caught.value.kind

    started = time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(ask, range(8))) == {"unreachable"}
    assert time.monotonic() - started < 3  # not eight time-outs one after another


def test_a_wrong_secret_is_a_matter_for_the_owner_and_stays_secret(
    sandbox: Sandbox, make_wechat: Make, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(WeChatError) as caught:
        make_wechat(secret="not-the-secret-at-all").templates()
    assert caught.value.kind == "config"
    assert caught.value.rid
    assert "not-the-secret" not in f"{caught.value} {caught.value!r} {caplog.text}"
