"""access_token: both families, rollover, limits."""

from typing import Any

from .driver import APPID, SECRET, Program

CHECKED = "/wxaapi/newtmpl/getcategory"


def plain(sandbox: Program, **more: str) -> Any:
    query = {"grant_type": "client_credential", "appid": APPID, "secret": SECRET} | more
    return sandbox.get("/cgi-bin/token", **query)


def works(sandbox: Program, token: str) -> int:
    return int(sandbox.get(CHECKED, access_token=token)["errcode"])


def test_a_new_plain_token_leaves_the_old_one_five_minutes(sandbox: Program) -> None:
    first, second = plain(sandbox), plain(sandbox)
    assert first["access_token"] != second["access_token"]
    assert second["expires_in"] == 7200
    assert works(sandbox, first["access_token"]) == 0
    sandbox.move_clock(301)
    assert works(sandbox, first["access_token"]) == 40001
    assert works(sandbox, second["access_token"]) == 0


def test_the_stable_token_stays_and_its_life_shrinks(sandbox: Program) -> None:
    first = sandbox.token()
    sandbox.move_clock(100)
    second = sandbox.token()
    assert second["access_token"] == first["access_token"]
    assert 7090 <= second["expires_in"] <= 7100


def test_the_stable_token_rolls_over_in_its_last_five_minutes(sandbox: Program) -> None:
    first = sandbox.token()["access_token"]
    sandbox.move_clock(6910)
    second = sandbox.token()
    assert second["access_token"] != first
    assert second["expires_in"] >= 300
    assert works(sandbox, first) == 0
    sandbox.move_clock(7201)
    assert works(sandbox, first) == 42001
    assert works(sandbox, second["access_token"]) == 0


def test_the_families_do_not_void_each_other(sandbox: Program) -> None:
    stable = sandbox.token()["access_token"]
    plain(sandbox)
    newest = plain(sandbox)["access_token"]
    sandbox.token(force_refresh=True)
    assert works(sandbox, newest) == 0
    assert works(sandbox, stable) == 40001


def test_force_refresh_works_at_most_every_thirty_seconds(sandbox: Program) -> None:
    first = sandbox.token()["access_token"]
    second = sandbox.token(force_refresh=True)["access_token"]
    assert second != first
    assert works(sandbox, first) == 40001
    assert sandbox.token(force_refresh=True)["access_token"] == second
    sandbox.move_clock(31)
    assert sandbox.token(force_refresh=True)["access_token"] != second


def test_force_refresh_works_at_most_twenty_times_a_day(sandbox: Program) -> None:
    seen = {sandbox.token()["access_token"]}
    for turn in range(22):
        sandbox.move_clock(31 * turn)
        seen.add(sandbox.token(force_refresh=True)["access_token"])
    assert len(seen) == 21


def test_tokens_missing_malformed_and_unknown_have_their_own_codes(sandbox: Program) -> None:
    assert works(sandbox, "") == 41001
    assert works(sandbox, "has space") == 40014
    assert works(sandbox, "a" * 513) == 40014
    assert works(sandbox, "unknown") == 40001


def test_token_calls_check_app_and_secret(sandbox: Program) -> None:
    assert plain(sandbox, grant_type="x")["errcode"] == 40002
    assert plain(sandbox, appid="")["errcode"] == 41002
    assert plain(sandbox, secret="")["errcode"] == 41004
    assert plain(sandbox, appid="wxother")["errcode"] == 40013
    assert plain(sandbox, secret="wrong")["errcode"] == 40125
    assert sandbox.request("POST", "/cgi-bin/token").json()["errcode"] == 41002
    assert sandbox.token(grant_type="x")["errcode"] == 40002
    assert sandbox.token(secret="wrong")["errcode"] == 40125
    assert sandbox.token(force_refresh="yes")["errcode"] == 47001
    assert sandbox.get("/cgi-bin/stable_token")["errcode"] == 43002


def test_tokens_can_be_as_long_as_the_platform_allows(sandbox: Program) -> None:
    sandbox.control("POST", "/config", {"token_length": 512})
    token = sandbox.token()["access_token"]
    assert len(token) == 512
    assert works(sandbox, token) == 0


def test_calls_are_counted_per_endpoint(sandbox: Program) -> None:
    sandbox.control("DELETE", "/calls")
    for _ in range(3):
        sandbox.token()
    assert sandbox.control("GET", "/calls") == {"/cgi-bin/stable_token": 3}
    sandbox.control("DELETE", "/calls")
    assert sandbox.control("GET", "/calls") == {}


def test_quotas_end_calls_and_can_be_looked_at_and_cleared(sandbox: Program) -> None:
    sandbox.control("POST", "/config", {"limits": {CHECKED: {"per_day": 2}}})
    token = sandbox.token()["access_token"]
    assert [works(sandbox, token) for _ in range(3)] == [0, 0, 45009]
    answer = sandbox.post("/cgi-bin/openapi/quota/get", {"cgi_path": CHECKED})
    assert answer["quota"] == {"daily_limit": 2, "used": 2, "remain": 0}
    assert sandbox.errcode("/cgi-bin/openapi/quota/clear", {"cgi_path": CHECKED}) == 0
    assert works(sandbox, token) == 0
    sandbox.move_clock(86_400)
    assert works(sandbox, sandbox.token()["access_token"]) == 0
    assert sandbox.errcode("/cgi-bin/openapi/quota/get", {"cgi_path": "/nowhere"}) == 76021


def test_clearing_all_quotas_is_rationed_by_the_month(sandbox: Program) -> None:
    codes = [sandbox.errcode("/cgi-bin/clear_quota", {"appid": APPID}) for _ in range(10)]
    assert codes == [0] * 10
    body = {"appid": APPID, "appsecret": SECRET}
    answer = sandbox.request("POST", "/cgi-bin/clear_quota/v2", json=body).json()
    assert answer["errcode"] == 48006
    assert sandbox.errcode("/cgi-bin/clear_quota", {"appid": "wxother"}) == 40013


def test_a_rid_can_be_looked_up(sandbox: Program) -> None:
    refused = sandbox.post("/wxaapi/newtmpl/addtemplate", {"tid": 0})
    rid = refused["errmsg"].rpartition("rid: ")[2]
    record = sandbox.post("/cgi-bin/openapi/rid/get", {"rid": rid})["request"]
    assert record["request_url"].startswith("/wxaapi/newtmpl/addtemplate?access_token=%2A%2A%2A")
    assert "200014" in record["response_body"]
    assert sandbox.errcode("/cgi-bin/openapi/rid/get", {"rid": "0-0-0"}) == 76001
