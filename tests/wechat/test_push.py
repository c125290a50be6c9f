"""The receiving end of WeChat's message push, against WeChat's published examples."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from server.wechat import Push, PushRejected, SubscribeChange, UnknownEvent
from tests.wechat.sealing import APPID, KEY, NOW, TOKEN, args_for, safe, seal, signature

VECTORS: dict[str, Any] = json.loads((Path(__file__).parent / "vectors.json").read_text("utf-8"))
DEMO = {"FromUserName": "o-1", "CreateTime": 1714112445, "MsgType": "event", "Event": "debug_demo"}


def push(**over: Any) -> Push:
    return Push(TOKEN, KEY, APPID, **over)


def at(timestamp: str | int) -> datetime:
    return datetime.fromtimestamp(int(timestamp), UTC)


def vector_push(name: str) -> Push:
    vector = VECTORS[name]
    return Push(vector["token"], vector["encoding_aes_key"], vector["appid"])


class TestVerifyUrl:
    vector = VECTORS["verify_url"]

    def test_echoes_the_official_example(self) -> None:
        receiver = Push(self.vector["token"], KEY, APPID)
        assert receiver.verify_url(self.vector["args"]) == "4375120948345356249"

    @pytest.mark.parametrize("name", ["signature", "timestamp", "nonce"])
    def test_refuses_anything_else(self, name: str) -> None:
        receiver = Push(self.vector["token"], KEY, APPID)
        for args in (self.vector["args"] | {name: "1"}, self.vector["args"] | {name: ""}, {}):
            with pytest.raises(PushRejected):
                receiver.verify_url(args)

    def test_refuses_odd_characters_in_the_query(self) -> None:
        for odd in ("签名", "\ud800", "\x00"):
            for name in ("signature", "nonce"):
                with pytest.raises(PushRejected):
                    push().verify_url(args_for() | {name: odd})


class TestConstruction:
    @pytest.mark.parametrize("token", ["", " ", "\n"])
    def test_an_empty_token_protects_nothing(self, token: str) -> None:
        with pytest.raises(ValueError, match="empty"):
            Push(token, KEY, APPID)

    @pytest.mark.parametrize("key", ["", "short", KEY + "A", KEY[:-1] + "钥", KEY[:-1] + "!"])
    def test_a_key_must_be_the_console_s(self, key: str) -> None:
        with pytest.raises(ValueError, match="43 characters") as caught:
            Push(TOKEN, key, APPID)
        assert key == "" or key not in str(caught.value)


class TestSafeMode:
    def test_opens_the_official_example(self) -> None:
        vector = VECTORS["safe"]
        body = json.dumps(vector["body"]).encode()
        message = vector_push("safe").open(vector["query"], body, now=at("1714112445"))
        assert message.raw == vector["message"]
        (event,) = message.events
        assert isinstance(event, UnknownEvent)
        assert event.name == "debug_demo"
        assert event.at == at("1714112445")

    def test_opens_the_second_known_example(self) -> None:
        # The plaintext is a bare number, so it decrypts and then is no object.
        vector = VECTORS["safe_small"]
        body = json.dumps({"Encrypt": vector["encrypt"]}).encode()
        with pytest.raises(PushRejected, match="not an object"):
            vector_push("safe_small").open(
                vector["args"], body, now=at(vector["args"]["timestamp"])
            )

    def test_the_plain_signature_does_not_count(self) -> None:
        args, body = safe(DEMO)
        with pytest.raises(PushRejected, match="signature"):
            push().open(args | {"msg_signature": args["signature"]}, body, now=NOW)
        with pytest.raises(PushRejected, match="signature"):
            push().open({k: v for k, v in args.items() if k != "msg_signature"}, body, now=NOW)

    def test_a_changed_body_is_noticed(self) -> None:
        args, _ = safe(DEMO)
        _, other = safe(DEMO | {"Event": "other"})
        with pytest.raises(PushRejected, match="signature"):
            push().open(args, other, now=NOW)

    def test_a_message_for_another_app_is_refused(self) -> None:
        for appid in ("wxother", APPID + "0", ""):
            args, body = safe(DEMO, appid=appid)
            with pytest.raises(PushRejected, match="another app"):
                push().open(args, body, now=NOW)

    @pytest.mark.parametrize("length", range(32))
    def test_every_padding_from_1_to_32(self, length: int) -> None:
        args, body = safe(DEMO | {"text": "x" * length})
        assert push().open(args, body, now=NOW).raw.endswith("x" * length + '"}')

    @pytest.mark.parametrize("padding", [0, 33, 255])
    def test_padding_out_of_range(self, padding: int) -> None:
        args, body = safe(DEMO, padding=padding)
        with pytest.raises(PushRejected, match="padding"):
            push().open(args, body, now=NOW)

    @pytest.mark.parametrize("encrypted", ["", "AAAA", "not base64!", "A" * 64, "签"])
    def test_ciphertext_that_is_none(self, encrypted: str) -> None:
        body = json.dumps({"Encrypt": encrypted}).encode()
        with pytest.raises(PushRejected):
            push().open(args_for(encrypted), body, now=NOW)

    @pytest.mark.parametrize("minutes", [-5, 0, 5])
    def test_clocks_may_differ_by_five_minutes(self, minutes: int) -> None:
        args, body = safe(DEMO)
        assert push().open(args, body, now=NOW + timedelta(minutes=minutes)).events

    @pytest.mark.parametrize("seconds", [-302, 301])
    def test_an_old_push_is_refused(self, seconds: int) -> None:
        args, body = safe(DEMO)
        with pytest.raises(PushRejected, match="old"):
            push().open(args, body, now=NOW + timedelta(seconds=seconds))

    @pytest.mark.parametrize("timestamp", ["", "soon", "9" * 30, "1e9", "-1"])
    def test_no_time_no_push(self, timestamp: str) -> None:
        encrypted = seal(json.dumps(DEMO))
        args = args_for(encrypted) | {"timestamp": timestamp}
        args["msg_signature"] = signature(TOKEN, timestamp, args["nonce"], encrypted)
        with pytest.raises(PushRejected):
            push().open(args, json.dumps({"Encrypt": encrypted}).encode(), now=NOW)

    def test_compatible_mode_believes_the_sealed_half(self) -> None:
        encrypted = seal(json.dumps(DEMO))
        body = json.dumps(DEMO | {"Event": "forged", "Encrypt": encrypted}).encode()
        for receiver in (push(), push(accept_plain=True)):
            (event,) = receiver.open(args_for(encrypted), body, now=NOW).events
            assert isinstance(event, UnknownEvent)
            assert event.name == "debug_demo"

    def test_xml_inside_and_outside(self) -> None:
        inner = VECTORS["events"]["evt-change-xml"]
        encrypted = seal(inner)
        body = f"<xml><ToUserName>gh</ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
        message = push().open(args_for(encrypted), body.encode(), now=NOW)
        assert message.raw == inner
        assert isinstance(message.events[0], SubscribeChange)


class TestPlainMode:
    vector = VECTORS["plain"]

    def test_opens_the_official_example(self) -> None:
        receiver = Push(self.vector["token"], KEY, APPID, accept_plain=True)
        body = json.dumps(self.vector["body"]).encode()
        message = receiver.open(self.vector["args"], body, now=at(1714037059))
        (event,) = message.events
        assert isinstance(event, UnknownEvent)
        assert event.data["debug_str"] == "hello world"

    def test_is_refused_unless_asked_for(self) -> None:
        with pytest.raises(PushRejected, match="not encrypted"):
            push().open(args_for(), json.dumps(DEMO).encode(), now=NOW)

    def test_is_refused_when_it_says_it_is_encrypted(self) -> None:
        with pytest.raises(PushRejected, match="not encrypted"):
            push(accept_plain=True).open(
                args_for() | {"encrypt_type": "aes"}, json.dumps(DEMO).encode(), now=NOW
            )

    def test_needs_a_signature_and_a_time(self) -> None:
        body = json.dumps(DEMO).encode()
        with pytest.raises(PushRejected, match="signature"):
            push(accept_plain=True).open(args_for(token="guess"), body, now=NOW)
        with pytest.raises(PushRejected, match="old"):
            push(accept_plain=True).open(args_for(), body, now=NOW + timedelta(hours=1))


class TestReply:
    def test_makes_the_official_example(self) -> None:
        vector = VECTORS["reply"]
        reply = vector_push("reply").reply_json(
            vector["message"],
            timestamp=vector["timestamp"],
            nonce=vector["nonce"],
            random=vector["random"].encode(),
        )
        assert reply == vector["reply"]

    def test_a_fresh_reply_can_be_opened_and_is_never_the_same(self) -> None:
        stamp = int(NOW.timestamp())
        replies = [push().reply_json('{"好":1}', timestamp=stamp, nonce="n") for _ in range(20)]
        assert len({reply["Encrypt"] for reply in replies}) == 20
        args = {"timestamp": str(stamp), "nonce": "n"}
        args["msg_signature"] = str(replies[0]["MsgSignature"])
        body = json.dumps({"Encrypt": replies[0]["Encrypt"]}).encode()
        assert push().open(args, body, now=NOW).raw == '{"好":1}'


def test_nothing_secret_or_personal_shows_in_text() -> None:
    args, body = safe(DEMO | {"OpenID": "o-secret-person", "Event": "user_info_modified"})
    message = push().open(args, body, now=NOW)
    shown = f"{push()!r} {message!r} {message.events}"
    assert TOKEN not in shown
    assert KEY not in shown
    assert "o-secret-person" not in shown
