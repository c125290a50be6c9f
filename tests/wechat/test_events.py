"""Every shape an event comes in."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from server.wechat import (
    AuthorizationCancelled,
    AuthorizationRevoked,
    Event,
    MediaChecked,
    Push,
    SubscribeChange,
    SubscribePopup,
    SubscribeSent,
    UnknownEvent,
    UserInfoModified,
)
from tests.wechat.sealing import APPID, KEY, NOW, TOKEN, args_for, seal

EVENTS: dict[str, Any] = json.loads((Path(__file__).parent / "vectors.json").read_text("utf-8"))[
    "events"
]
USER = {"FromUserName": "gh_platform", "CreateTime": 1626857200, "MsgType": "event"}


def read(data: dict[str, Any] | str) -> list[Event]:
    encrypted = seal(data if isinstance(data, str) else json.dumps(data))
    body = json.dumps({"Encrypt": encrypted}).encode()
    return Push(TOKEN, KEY, APPID).open(args_for(encrypted), body, now=NOW).events


def at(timestamp: int) -> datetime:
    return datetime.fromtimestamp(timestamp, UTC)


@pytest.mark.parametrize("name", ["evt-popup-json-array", "evt-popup-json-object"])
def test_popup_one_entry_as_array_or_object(name: str) -> None:
    assert read(EVENTS[name]) == [
        SubscribePopup(
            "o7esq5OI1Uej6Xixw1lA2H7XDVbc",
            "hD-ixGOhYmUfjOnI8MCzQMPshzGVeux_2vzyvQu7O68",
            True,
            "0",
            at(1620973045),
        )
    ]


def test_popup_of_several_templates() -> None:
    entries = [
        {"TemplateId": f"t{i}", "SubscribeStatusString": status, "PopupScene": 0}
        for i, status in enumerate(["accept", "reject", "ban", "acceptWithAudio"])
    ]
    events = read(EVENTS["evt-popup-json-array"] | {"List": entries})
    assert [(e.template_id, e.accepted) for e in events if isinstance(e, SubscribePopup)] == [
        ("t0", True),
        ("t1", False),
        ("t2", False),
        ("t3", True),
    ]


def test_popup_in_xml_with_several_entries() -> None:
    entry = "<List><TemplateId>{}</TemplateId><SubscribeStatusString>accept</SubscribeStatusString><PopupScene>2</PopupScene></List>"
    xml = (
        "<xml><FromUserName>o-1</FromUserName><CreateTime>1620973045</CreateTime>"
        "<MsgType></MsgType><Event>subscribe_msg_popup_event</Event><SubscribeMsgPopupEvent>"
        f"{entry.format('a')}{entry.format('b')}</SubscribeMsgPopupEvent></xml>"
    )
    assert read(xml) == [
        SubscribePopup("o-1", each, True, "2", at(1620973045)) for each in ("a", "b")
    ]


def test_change_in_json_and_xml() -> None:
    assert read(EVENTS["evt-change-json"]) == [
        SubscribeChange(
            "o7esq5OI1Uej6Xixw1lA2H7XDVbc",
            "BEwX0BOT3MqK3Uc5oTU3CGBqzjpndk2jzUf7VfExd8",
            False,
            at(1610968440),
        )
    ]
    assert read(EVENTS["evt-change-xml"]) == [
        SubscribeChange(
            "otFpruAK8D-E6EfStSYonYSBZ8_4",
            "VRR0UEO9VJOLs0MHlU0OilqX6MVFDwH3_3gz3Oc0NIc",
            False,
            at(1610969440),
        )
    ]


def test_sent_in_json_and_xml() -> None:
    (from_json,) = read(EVENTS["evt-sent-json"])
    assert from_json == SubscribeSent(
        "o7esq5PHRGBQYmeNyfG064wEFVpQ",
        "BEwX0BO-T3MqK3Uc5oTU3CGBqzjpndk2jzUf7VfExd8",
        "1864323726461255680",
        0,
        "success",
        at(1620963428),
    )
    (from_xml,) = read(EVENTS["evt-sent-xml"])
    assert isinstance(from_xml, SubscribeSent)
    assert (from_xml.msgid, from_xml.errorcode) == ("1700827132819554304", 0)


def test_media_check() -> None:
    data = EVENTS["evt-media-check-v2"]
    trace_id = "60f96f1d-3845297a-1976a3ae"
    good = MediaChecked(trace_id, True, "pass", 100, 0, at(1626959646))
    assert read(data) == [good]
    assert read(data | {"errcode": 0, "errmsg": "ok"}) == [good]
    assert read(data | {"result": {"suggest": "pass", "label": "100"}}) == [good]
    risky = {"suggest": "risky", "label": 20002}
    assert read(data | {"errcode": "0", "result": risky}) == [
        MediaChecked(trace_id, True, "risky", 20002, 0, at(1626959646))
    ]
    (failed,) = read(data | {"errcode": -1008})
    assert isinstance(failed, MediaChecked)
    assert (failed.ok, failed.errcode) == (False, -1008)


@pytest.mark.parametrize(
    ("old", "expected"),
    [
        ({"isrisky": 0, "status_code": 0}, (True, "pass", 0)),
        ({"isrisky": "1", "status_code": "0"}, (True, "risky", 0)),
        ({"isrisky": False, "status_code": 4294966288}, (False, "review", -1008)),
        ({"status_code": "4294966288"}, (False, "review", -1008)),
        ({"errcode": -1008}, (False, "review", -1008)),
    ],
)
def test_media_check_in_its_first_shape(
    old: dict[str, Any], expected: tuple[bool, str, int]
) -> None:
    data = {k: v for k, v in EVENTS["evt-media-check-v2"].items() if k not in ("result", "detail")}
    (event,) = read(data | {"extra_info_json": ""} | old)
    assert isinstance(event, MediaChecked)
    assert (event.ok, event.suggest, event.errcode) == expected


def test_media_check_never_passes_without_a_verdict() -> None:
    data = EVENTS["evt-media-check-v2"] | {"result": {}}
    (event,) = read(data)
    assert isinstance(event, MediaChecked)
    assert event.suggest == "review"
    del data["result"]
    assert isinstance(read(data)[0], UnknownEvent)


def test_revoked_in_xml() -> None:
    assert read(EVENTS["evt-user-authorization-revoke-xml"]) == [
        AuthorizationRevoked("owAqB1nqaOYYWl0Ng484G2z5NIwU", (1,), at(1626857200))
    ]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("user_info_modified", UserInfoModified),
        ("user_authorization_revoke", AuthorizationRevoked),
        ("user_authorization_cancellation", AuthorizationCancelled),
    ],
)
def test_events_about_a_person(name: str, kind: type[Any]) -> None:
    data = USER | {"Event": name, " OpenID": " o-1 ", "AppID": APPID, "RevokeInfo": "8,19"}
    assert read(data) == [kind("o-1", (8, 19), at(1626857200))]
    without = {k: v for k, v in data.items() if k != "RevokeInfo"}
    assert read(without) == [kind("o-1", (), at(1626857200))]


def test_an_event_that_names_nobody_is_not_guessed() -> None:
    (event,) = read(USER | {"Event": "user_authorization_cancellation"})
    assert isinstance(event, UnknownEvent)
    assert event.name == "user_authorization_cancellation"


@pytest.mark.parametrize(
    "entry",
    [
        {},
        {"TemplateId": "t"},
        {"SubscribeStatusString": "accept"},
        {"TemplateId": "t", "SubscribeStatusString": ["accept"]},
        {"TemplateId": "a\u0000b", "SubscribeStatusString": "accept"},
        "accept",
        None,
        [],
    ],
)
def test_a_popup_without_what_it_needs_is_unknown(entry: Any) -> None:
    (event,) = read(EVENTS["evt-popup-json-array"] | {"List": entry})
    assert isinstance(event, UnknownEvent)


def test_unknown_events_and_ordinary_messages() -> None:
    (event,) = read(USER | {"Event": "wxa_punish_event", "reason": "x"})
    assert isinstance(event, UnknownEvent)
    assert (event.name, event.data["reason"]) == ("wxa_punish_event", "x")
    (event,) = read({"FromUserName": "o-1", "MsgType": "text", "Content": "你好", "MsgId": 1})
    assert isinstance(event, UnknownEvent)
    assert event.name == "text"


@pytest.mark.parametrize("created", [None, "", "yesterday", 10**30, -(10**18), [], 1.5])
def test_an_absurd_time_is_replaced(created: Any) -> None:
    (event,) = read(USER | {"Event": "x", "CreateTime": created})
    assert event.at == NOW
