"""Bodies nobody should send, and how a repeated push is known."""

import json
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.wechat import Push, PushRejected, UnknownEvent
from tests.wechat.sealing import APPID, KEY, NOW, TOKEN, args_for, safe

VECTORS: dict[str, Any] = json.loads((Path(__file__).parent / "vectors.json").read_text("utf-8"))
DEMO = {"FromUserName": "o-1", "CreateTime": 1714112445, "MsgType": "event", "Event": "debug_demo"}


def push(**over: Any) -> Push:
    return Push(TOKEN, KEY, APPID, **over)


class TestBodies:
    def open_plain(self, body: bytes) -> list[Any]:
        return list(push(accept_plain=True).open(args_for(), body, now=NOW).events)

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"null",
            b"[]",
            b"5",
            b"{",
            b"<xml>",
            b"<xml/>",
            b"<xml>text</xml>",
            b"\xff\xfe",
            b"{" + b" " * (1 << 20) + b"}",
            b"[" * 200_000,
            b"<a>" * 50_000 + b"</a>" * 50_000,
            b'{"CreateTime": ' + b"9" * 5000 + b"}",
        ],
        ids=lambda body: body[:12].decode(errors="replace"),
    )
    def test_bodies_that_are_none(self, body: bytes) -> None:
        with pytest.raises(PushRejected):
            self.open_plain(body)

    def test_a_dtd_is_refused_quickly(self) -> None:
        entities = "".join(f'<!ENTITY a{i + 1} "{f"&a{i};" * 10}">' for i in range(30))
        for dtd in (
            f'<!DOCTYPE x [<!ENTITY a0 "ha">{entities}]>',
            '<!DOCTYPE x SYSTEM "file:///etc/passwd">',
            '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
        ):
            started = time.monotonic()
            with pytest.raises(PushRejected, match="DTD"):
                self.open_plain(
                    f"<?xml version='1.0'?>{dtd}<xml><Event>&a30;</Event></xml>".encode()
                )
            assert time.monotonic() - started < 2

    def test_an_undefined_entity_is_refused(self) -> None:
        with pytest.raises(PushRejected):
            self.open_plain(b"<xml><Event>&nothing;</Event></xml>")

    def test_a_byte_order_mark_and_blanks_do_no_harm(self) -> None:
        assert self.open_plain(b"\xef\xbb\xbf \n" + json.dumps(DEMO).encode())
        assert self.open_plain(b"\n<xml><Event>a</Event></xml>\n")

    @given(st.binary(max_size=200))
    def test_noise_is_refused_or_unknown(self, body: bytes) -> None:
        try:
            events = self.open_plain(body)
        except PushRejected:
            return
        assert all(isinstance(event, UnknownEvent) for event in events)

    entries = st.dictionaries(
        st.sampled_from(["List", "TemplateId", "SubscribeStatusString", "suggest", "label"]),
        st.none() | st.integers() | st.text(max_size=4),
        max_size=3,
    )
    json_values = (
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    ) | (entries | st.lists(entries, max_size=2))
    members = [
        *("FromUserName", "OpenID", "CreateTime", "MsgType", "MsgId", "List", "RevokeInfo"),
        *("trace_id", "result", "errcode", "status_code", "isrisky", "SubscribeMsgSentEvent"),
    ]

    @given(
        name=st.sampled_from(
            [
                *("subscribe_msg_popup_event", "subscribe_msg_change_event"),
                *("subscribe_msg_sent_event", "wxa_media_check", "user_info_modified"),
                *("user_authorization_revoke", "user_authorization_cancellation"),
            ]
        ),
        data=st.dictionaries(st.sampled_from(members), json_values, max_size=6),
    )
    def test_wrong_shapes_of_known_events_never_break(
        self, name: str, data: dict[str, Any]
    ) -> None:
        body = json.dumps({"Event": name} | data).encode()
        message = push(accept_plain=True).open(args_for(), body, now=NOW)
        assert message.events
        assert message.dedupe_key


class TestDedupeKey:
    def key(self, data: dict[str, Any], *, later: int = 0) -> str:
        args, body = safe(data)
        return push().open(args, body, now=NOW + timedelta(seconds=later)).dedupe_key

    def test_a_repeated_push_has_the_same_key(self) -> None:
        for data in [DEMO, {**DEMO, "CreateTime": None}, *VECTORS["events"].values()]:
            if isinstance(data, dict):
                assert self.key(data) == self.key(data, later=15)

    def test_msg_id_is_enough(self) -> None:
        assert self.key(DEMO | {"MsgId": 12}) == self.key(DEMO | {"MsgId": "12", "x": 1})
        assert self.key(DEMO | {"MsgId": 12}) != self.key(DEMO | {"MsgId": 13})
        assert len(self.key(DEMO | {"MsgId": "9" * 500})) <= 80

    @pytest.mark.parametrize("name", ["evt-popup-json-object", "evt-sent-json"])
    def test_json_and_number_types_make_no_difference(self, name: str) -> None:
        data = VECTORS["events"][name]
        single = data | {"List": data["List"]}
        array = data | {"List": data["List"] if isinstance(data["List"], list) else [data["List"]]}
        assert self.key(single) == self.key(array)

    def test_two_events_of_one_second_differ(self) -> None:
        sent = VECTORS["events"]["evt-sent-json"]
        other = sent | {"List": [sent["List"][0] | {"MsgID": "1"}]}
        keys = {self.key(sent), self.key(other), self.key(DEMO), self.key(DEMO | {"x": "y"})}
        assert len(keys) == 4
