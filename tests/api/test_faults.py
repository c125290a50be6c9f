"""WeChat breaks off, is down or talks nonsense on each call a person waits for: they read a sentence, and
nothing is written."""

from typing import Any

import pytest

from server.services.files_disk import Disk
from tests import full_space
from tests.conftest import Client, Sandbox, resources
from tests.wechat.bench import LOST_ANSWERS

BROKEN = [
    {"errcode": -1, "times": 9},
    *({**fault, "times": 9} for fault in LOST_ANSWERS if "hang" not in fault),
]
"""Hanging ends as a lost answer too, after the patience of `wechat.read_timeout`: tests/drills."""
AGAIN = {"login_again", "phone_code_used", "wechat_unavailable", "no_code", "busy"}


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True, scope="session")
def test_whoever_waits_for_wechat_reads_a_sentence(client: Client, sandbox: Sandbox) -> None:
    it = resources(client.application)
    disk = Disk(it.config.files_dir)
    sandbox.login_code(full_space.OPENID)
    place = full_space.fill(it.vault, disk, it.config.secrets.secret_key)
    member = client.as_user(place.member)
    activity = place.public["activity_id"][0]
    before = member.get("/api/v1/me").json

    def phone() -> dict[str, Any]:
        return {"code": sandbox.post(f"users/{full_space.OPENID}/phone-code")["code"]}

    def login() -> dict[str, Any]:
        return {"code": sandbox.login_code(full_space.OPENID)}

    calls = [
        ("/sns/jscode2session", "POST", "auth/wechat", login),
        ("/wxa/business/getuserphonenumber", "POST", "me/phone", phone),
        ("/wxa/msg_sec_check", "PATCH", "me", lambda: {"nickname": "小沈"}),
        ("/wxa/getwxacodeunlimit", "GET", f"activities/{activity}/code", lambda: None),
    ]
    for called, method, path, body in calls:
        for fault in BROKEN:
            words = body()
            sandbox.post("faults", path=called, **fault)
            answer = member.open(f"/api/v1/{path}", method=method, json=words)
            sandbox.http.delete(f"{sandbox.base}/_sandbox/faults", timeout=10)
            told = answer.json
            assert answer.status_code in (401, 409, 503), (called, fault, told)
            assert told["code"] in AGAIN, (called, fault, told)
            assert told["detail"].endswith(("重试", "再试", "手机号")), told
            assert member.get("/api/v1/me").json == before, (called, fault)
        answer = member.open(f"/api/v1/{path}", method=method, json=body())
        assert answer.status_code == 200, (called, answer.text)
        before = member.get("/api/v1/me").json
