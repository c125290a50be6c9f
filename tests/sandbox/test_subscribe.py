"""Subscribe messages: the ledger, the checks, the sent event."""

import concurrent.futures
from typing import Any

import pytest

from .driver import LONGTERM, MENU, REMINDER, REMINDER_DATA, Program, Receiver

SEND = "/cgi-bin/message/subscribe/send"


def test_one_accept_allows_one_message(sandbox: Program) -> None:
    sandbox.accept()
    assert sandbox.send(page="pages/activities/detail/detail?id=1") == {
        "errcode": 0,
        "errmsg": "ok",
    }
    assert sandbox.send()["errcode"] == 43101
    [message] = sandbox.control("GET", "/messages?openid=demo-u1")
    assert message["touser"] == "demo-u1"
    assert message["template_id"] == REMINDER
    assert message["title"] == "活动开始提醒"
    assert message["data"] == REMINDER_DATA
    assert message["page"] == "pages/activities/detail/detail?id=1"
    assert message["at"].endswith("Z")
    assert message["rendered"][0] == {"label": "活动名称", "value": "手冲咖啡体验"}
    assert sandbox.control("GET", "/messages?openid=demo-u2") == []


def test_messages_are_listed_newest_last(sandbox: Program) -> None:
    for name in ("甲", "乙"):
        sandbox.accept()
        sandbox.send(data=REMINDER_DATA | {"thing1": {"value": name}})
    found = sandbox.control("GET", "/messages")
    assert [m["data"]["thing1"]["value"] for m in found] == ["甲", "乙"]
    newest = sandbox.control("GET", "/messages?limit=1")
    assert [m["data"]["thing1"]["value"] for m in newest] == ["乙"]
    assert sandbox.control("DELETE", "/messages") == {"deleted": 2}


def test_accepts_add_up_per_user_and_template(sandbox: Program) -> None:
    sandbox.accept()
    sandbox.accept()
    sandbox.accept(MENU)
    assert sandbox.remaining(REMINDER) == 2
    assert sandbox.remaining(MENU) == 1
    assert sandbox.remaining(REMINDER, "demo-u2") == 0


@pytest.mark.parametrize("status", ["reject", "ban", "filter"])
def test_anything_but_accept_grants_nothing(sandbox: Program, status: str) -> None:
    sandbox.accept()
    sandbox.accept(status=status)
    assert sandbox.remaining() == 1


def test_a_crowd_is_known_at_once_and_may_be_written_to(sandbox: Program) -> None:
    crowd = {"prefix": "guest", "count": 3, "template_id": REMINDER, "accepts": 1}
    assert sandbox.control("POST", "/crowds", crowd) == {"added": 3}
    for _ in range(2):
        codes = [sandbox.send(touser=f"guest{number}")["errcode"] for number in range(4)]
    assert codes == [43101, 43101, 43101, 40003]
    assert len(sandbox.control("GET", "/messages")) == 3


def test_a_long_term_template_is_not_used_up(sandbox: Program) -> None:
    data = {
        "character_string1": {"value": "B-7"},
        "phrase2": {"value": "审核通过"},
        "time3": {"value": "15:01"},
    }
    assert sandbox.send(template_id=LONGTERM, data=data)["errcode"] == 43101
    sandbox.accept(LONGTERM)
    assert [sandbox.send(template_id=LONGTERM, data=data)["errcode"] for _ in range(3)] == [0] * 3


def test_switching_a_template_off_empties_its_ledger(sandbox: Program, receiver: Receiver) -> None:
    sandbox.accept(push=False)
    body = {"template_id": REMINDER, "status": "reject"}
    sandbox.control("POST", "/users/demo-u1/settings", body)
    [push] = receiver.events(1)
    assert push.json["Event"] == "subscribe_msg_change_event"
    assert push.json["List"] == {"TemplateId": REMINDER, "SubscribeStatusString": "reject"}
    assert sandbox.send()["errcode"] == 43101


def test_the_main_switch_stops_everything(sandbox: Program) -> None:
    sandbox.accept()
    sandbox.control("POST", "/users/demo-u1/settings", {"main_switch": False})
    assert sandbox.remaining() == 0
    assert "20004" in sandbox.refused(
        "/users/demo-u1/subscribe", {"template_id": REMINDER, "status": "accept"}
    )


def test_a_pop_up_pushes_one_event_for_all_its_templates(
    sandbox: Program, receiver: Receiver
) -> None:
    results = {REMINDER: "accept", MENU: "reject"}
    answer = sandbox.control("POST", "/users/demo-u1/subscribe", {"results": results})
    assert answer["client"] == {"errMsg": "requestSubscribeMessage:ok", **results}
    [push] = receiver.events(1)
    assert push.json["Event"] == "subscribe_msg_popup_event"
    assert push.json["FromUserName"] == push.query["openid"] == "demo-u1"
    assert push.json["List"] == [
        {"TemplateId": REMINDER, "SubscribeStatusString": "accept", "PopupScene": "0"},
        {"TemplateId": MENU, "SubscribeStatusString": "reject", "PopupScene": "0"},
    ]


def test_a_pop_up_refuses_what_the_client_api_refuses(sandbox: Program) -> None:
    path = "/users/demo-u1/subscribe"
    assert "20001" in sandbox.refused(path, {"template_id": "x", "status": "accept"})
    mixed = {REMINDER: "accept", LONGTERM: "accept"}
    assert "20002" in sandbox.refused(path, {"results": mixed})
    many = {str(number): "accept" for number in range(6)}
    assert "20003" in sandbox.refused(path, {"results": many})
    assert "status" in sandbox.refused(path, {"template_id": REMINDER, "status": "yes"})
    assert sandbox.remaining() == 0


def test_every_accepted_send_is_followed_by_a_sent_event(
    sandbox: Program, receiver: Receiver
) -> None:
    sandbox.accept(push=False)
    assert "msgid" not in sandbox.send()
    [push] = receiver.events(1)
    entry = push.json["List"]
    assert push.json["Event"] == "subscribe_msg_sent_event"
    assert entry["ErrorCode"] == "0"
    assert entry["ErrorStatus"] == "success"
    assert entry["MsgID"] == sandbox.control("GET", "/messages")[0]["id"]


def test_a_delivery_can_be_planned_to_fail(sandbox: Program, receiver: Receiver) -> None:
    planned = {"openid": "demo-u1", "error_code": "1003", "error_status": "failed:user block"}
    sandbox.control("POST", "/outcomes", planned)
    for openid in ("demo-u2", "demo-u1", "demo-u1"):
        sandbox.accept(openid=openid, push=False)
        assert sandbox.send(openid)["errcode"] == 0
    pushes = [(p.query["openid"], p.json["List"]["ErrorCode"]) for p in receiver.events(3)]
    assert sorted(pushes) == [("demo-u1", "0"), ("demo-u1", "1003"), ("demo-u2", "0")]
    assert len(sandbox.control("GET", "/messages?openid=demo-u1")) == 1
    assert sandbox.remaining() == 0


@pytest.mark.parametrize(("setting", "count"), [("none", 0), ("twice", 2)])
def test_sent_events_can_be_lost_or_doubled(
    sandbox: Program, receiver: Receiver, setting: str, count: int
) -> None:
    sandbox.control("POST", "/config", {"sent_events": setting})
    sandbox.accept(push=False)
    sandbox.send()
    sandbox.control("GET", "/pushes?wait_s=5")
    pushes = receiver.events(count)
    assert len(pushes) == count
    assert len({push.body for push in pushes}) == min(count, 1)


@pytest.mark.parametrize(
    ("change", "code", "told"),
    [
        ({"touser": "nobody"}, 40003, ""),
        ({"touser": None}, 40003, ""),
        ({"template_id": "x"}, 40037, ""),
        ({"data": "{}"}, 47003, "data invalid"),
        ({"data": {}}, 47003, "data.thing1.value is empty"),
        ({"data": REMINDER_DATA | {"thing3": {"value": ""}}}, 47003, "data.thing3.value is empty"),
        ({"data": REMINDER_DATA | {"thing3": {"value": " "}}}, 47003, "data.thing3.value is empty"),
        (
            {"data": REMINDER_DATA | {"thing3": {"value": " x"}}},
            47003,
            "data.thing3.value invalid",
        ),
        (
            {"data": REMINDER_DATA | {"thing1": {"value": "长" * 21}}},
            47003,
            "data.thing1.value invalid",
        ),
        ({"data": REMINDER_DATA | {"thing1": {"value": 5}}}, 47003, "data.thing1.value invalid"),
        ({"data": REMINDER_DATA | {"thing1": "text"}}, 47003, "data.thing1.value invalid"),
        ({"data": REMINDER_DATA | {"time2": {"value": "25:00"}}}, 47003, "data.time2.value"),
        ({"data": REMINDER_DATA | {"thing9": {"value": "x"}}}, 47003, "data.thing9.value invalid"),
        ({"data": REMINDER_DATA | {"thing1": {"value": "敏感测试词"}}}, 45168, ""),
        ({"miniprogram_state": "live"}, 47003, "miniprogram_state"),
        ({"lang": "fr"}, 47003, "lang"),
        ({"page": "/pages/home/home"}, 41030, ""),
        ({"page": 5}, 41030, ""),
    ],
)
def test_a_wrong_send_is_refused_and_costs_nothing(
    sandbox: Program, change: dict[str, Any], code: int, told: str
) -> None:
    sandbox.accept()
    answer = sandbox.send(**change)
    assert answer["errcode"] == code
    assert told in answer["errmsg"]
    assert " rid: " in answer["errmsg"]
    assert sandbox.remaining() == 1


def test_an_openid_of_another_app_is_invalid(sandbox: Program) -> None:
    openid = sandbox.control("POST", "/users", {"appid": "wxother"})["openid"]
    assert sandbox.send(openid)["errcode"] == 40003


def test_only_published_pages_are_accepted_in_the_formal_version(sandbox: Program) -> None:
    sandbox.control("POST", "/config", {"published_pages": ["pages/home/home"]})
    sandbox.accept()
    assert sandbox.send(page="pages/gone/gone")["errcode"] == 41030
    assert sandbox.send(page="pages/gone/gone", miniprogram_state="trial")["errcode"] == 0


def test_overlapping_sends_to_one_user_collide(sandbox: Program) -> None:
    for openid in ("demo-u1", "demo-u1", "demo-u2"):
        sandbox.accept(openid=openid)
    token = sandbox.token()["access_token"]
    sandbox.control("POST", "/config", {"latency_ms": 400})

    def send(openid: str) -> int:
        body = {"touser": openid, "template_id": REMINDER, "data": REMINDER_DATA}
        return int(sandbox.post(SEND, body, token)["errcode"])

    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        codes = list(pool.map(send, ["demo-u1", "demo-u1", "demo-u2"]))
    assert sorted(codes[:2]) == [0, 43108]
    assert codes[2] == 0
    assert sandbox.remaining() == 1
    assert send("demo-u1") == 0
