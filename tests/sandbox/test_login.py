"""Login, phone number and session key."""

import hashlib
import hmac

from .driver import APPID, Program


def test_a_login_code_gives_the_openid_once(sandbox: Program) -> None:
    code = sandbox.control("POST", "/users/demo-u3/login")["code"]
    session = sandbox.exchange(code)
    assert session["openid"] == "demo-u3"
    assert "unionid" not in session
    assert "errcode" not in session
    again = sandbox.exchange(code)
    assert again["errcode"] == 40163
    assert ", rid: " in again["errmsg"]


def test_a_login_code_dies_after_five_minutes(sandbox: Program) -> None:
    code = sandbox.control("POST", "/users/demo-u1/login")["code"]
    sandbox.move_clock(301)
    assert sandbox.exchange(code)["errcode"] == 40029


def test_codes_unknown_or_of_another_app_or_kind_are_invalid(sandbox: Program) -> None:
    foreign = sandbox.control("POST", "/users/demo-u1/login", {"appid": "wxother"})["code"]
    phone = sandbox.control("POST", "/users/demo-u1/phone-code")["code"]
    for code in ("nonsense", foreign, phone):
        assert sandbox.exchange(code)["errcode"] == 40029


def test_login_arguments_are_checked_one_by_one(sandbox: Program) -> None:
    path = "/sns/jscode2session"
    assert sandbox.get(path)["errcode"] == 41002
    assert sandbox.get(path, appid=APPID)["errcode"] == 41004
    assert sandbox.exchange("x", appid="wxother")["errcode"] == 40013
    assert sandbox.exchange("x", secret="wrong")["errcode"] == 40125
    assert sandbox.exchange("")["errcode"] == 41008
    assert sandbox.exchange("x", grant_type="code")["errcode"] == 40002
    assert sandbox.request("POST", path).json()["errcode"] == 41002


def test_login_answers_json_as_plain_text(sandbox: Program) -> None:
    answer = sandbox.request("GET", "/sns/jscode2session")
    assert answer.headers["Content-Type"] == "text/plain"
    assert answer.headers["X-WeChat-Sandbox"] == "1"


def test_the_unionid_is_given_only_when_the_app_is_bound(sandbox: Program) -> None:
    openid = sandbox.control("POST", "/users", {"unionid": "union-1"})["openid"]
    assert sandbox.login(openid)["unionid"] == "union-1"
    sandbox.control("POST", "/config", {"unionid_bound": False})
    assert "unionid" not in sandbox.login(openid)


def test_one_user_cannot_log_in_more_than_a_hundred_times_a_minute(sandbox: Program) -> None:
    assert [sandbox.login() for _ in range(100)][-1]["openid"] == "demo-u1"
    # Should the minute have turned meanwhile, its count starts again; a second round settles it.
    codes = [sandbox.login().get("errcode") for _ in range(101)]
    assert 45011 in codes
    assert "openid" in sandbox.login("demo-u2")


def session_query(sandbox: Program, key: str, **more: str) -> dict[str, str]:
    signature = hmac.new(key.encode(), b"", hashlib.sha256).hexdigest()
    query = {
        "access_token": sandbox.token()["access_token"],
        "openid": "demo-u1",
        "signature": signature,
        "sig_method": "hmac_sha256",
    }
    return query | more


def test_a_new_login_kills_the_session_key(sandbox: Program) -> None:
    old = sandbox.login()["session_key"]
    assert sandbox.get("/wxa/checksession", **session_query(sandbox, old))["errcode"] == 0
    new = sandbox.login()["session_key"]
    assert sandbox.get("/wxa/checksession", **session_query(sandbox, old))["errcode"] == 87009
    assert sandbox.get("/wxa/checksession", **session_query(sandbox, new))["errcode"] == 0


def test_a_session_check_refuses_what_is_not_signed_properly(sandbox: Program) -> None:
    path = "/wxa/checksession"
    key = "o0q0otL8aEzpcZL/FT9WsQ=="
    assert sandbox.get(path, **session_query(sandbox, key))["errcode"] == 87007
    sandbox.login()
    assert sandbox.get(path, **session_query(sandbox, key, sig_method="md5"))["errcode"] == 87008
    assert sandbox.get(path, **session_query(sandbox, key, openid="nobody"))["errcode"] == 40003
    assert sandbox.get(path, openid="demo-u1")["errcode"] == 41001
    assert sandbox.post(path, {})["errcode"] == 43001


def test_a_session_key_can_be_reset_a_few_times(sandbox: Program) -> None:
    key = sandbox.login()["session_key"]
    path = "/wxa/resetusersessionkey"
    answer = sandbox.get(path, **session_query(sandbox, key))
    assert answer["openid"] == "demo-u1"
    assert sandbox.get(path, **session_query(sandbox, key))["errcode"] == 87009
    codes = []
    for _ in range(25):
        answer = sandbox.get(path, **session_query(sandbox, answer["session_key"]))
        codes.append(answer["errcode"])
        if answer["errcode"]:
            break
    assert codes[-1] == 45011


def test_a_phone_code_gives_the_number_once(sandbox: Program) -> None:
    code = sandbox.control("POST", "/users/demo-u2/phone-code")["code"]
    path = "/wxa/business/getuserphonenumber"
    info = sandbox.post(path, {"code": code})["phone_info"]
    assert info["purePhoneNumber"] == info["phoneNumber"] == "13900000002"
    assert info["countryCode"] == "86"
    assert info["watermark"]["appid"] == APPID
    assert sandbox.errcode(path, {"code": code}) == 40029
    assert sandbox.errcode(path, {}) == 47001


def test_a_phone_code_of_another_app_or_kind_or_age_is_refused(sandbox: Program) -> None:
    path = "/wxa/business/getuserphonenumber"
    foreign = sandbox.control("POST", "/users/demo-u2/phone-code", {"appid": "wxother"})["code"]
    assert sandbox.errcode(path, {"code": foreign}) == 40013
    login = sandbox.control("POST", "/users/demo-u2/login")["code"]
    assert sandbox.errcode(path, {"code": login}) == 40029
    code = sandbox.control("POST", "/users/demo-u2/phone-code")["code"]
    sandbox.move_clock(301)
    assert sandbox.errcode(path, {"code": code}) == 40029


def test_a_number_abroad_shows_its_country_as_text_or_number(sandbox: Program) -> None:
    user = {"phone": "61234567", "country_code": "852"}
    openid = sandbox.control("POST", "/users", user)["openid"]
    sandbox.control("POST", "/config", {"country_code_type": "number"})
    code = sandbox.control("POST", f"/users/{openid}/phone-code")["code"]
    info = sandbox.post("/wxa/business/getuserphonenumber", {"code": code})["phone_info"]
    assert info["phoneNumber"] == "+85261234567"
    assert info["countryCode"] == 852
