"""The published vectors, through the sandbox's crypto and, where it can be, over HTTP."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from scripts.sandbox import crypto
from scripts.sandbox.keywords import is_valid

from .driver import PUSH_TOKEN, Program, Receiver

VECTORS: dict[str, Any] = json.loads(Path(__file__).with_name("vectors.json").read_text("utf-8"))
ENVELOPES = VECTORS["envelopes"]


@pytest.mark.parametrize("case", VECTORS["push_signatures"]["cases"])
def test_push_signature_is_the_published_one(case: dict[str, str]) -> None:
    signature = crypto.sign(case["token"], case["timestamp"], case["nonce"])
    assert signature == case["signature"]


@pytest.mark.parametrize("case", VECTORS["push_signatures"]["cases"])
def test_a_push_carries_the_published_signature(
    sandbox: Program, receiver: Receiver, case: dict[str, str]
) -> None:
    message = VECTORS["plain_message"]["message"]
    body = {
        "event": message["Event"],
        "openid": message["FromUserName"],
        "timestamp": int(case["timestamp"]),
        "nonce": case["nonce"],
        "fields": message,
    }
    sandbox.control("POST", "/push", body)
    [push] = receiver.events(1)
    assert push.query["signature"] == case["signature"]
    assert push.query["openid"] == message["FromUserName"]
    assert push.json == message


@pytest.mark.parametrize("case", ENVELOPES)
def test_an_envelope_opens_to_the_published_message(case: dict[str, Any]) -> None:
    key = base64.b64decode(case["key"] + "=")
    assert crypto.decrypt(key, case["encrypt"]) == (case["message"], case["appid"])


@pytest.mark.parametrize("case", ENVELOPES)
def test_an_envelope_is_made_to_the_published_bytes(case: dict[str, Any]) -> None:
    key = base64.b64decode(case["key"] + "=")
    made = crypto.encrypt(key, case["message"], case["appid"], case["random"].encode())
    assert made == case["encrypt"]
    length = 20 + len(case["message"].encode()) + len(case["appid"])
    assert len(base64.b64decode(made)) - length == case["padding"]
    signature = crypto.sign(case["token"], case["timestamp"], case["nonce"], made)
    assert signature == case["msg_signature"]


def test_the_vectors_include_padding_longer_than_a_cipher_block() -> None:
    assert max(case["padding"] for case in ENVELOPES) > 16
    assert PUSH_TOKEN in {case["token"] for case in ENVELOPES}


def test_open_data_opens_to_the_published_person() -> None:
    case = VECTORS["open_data"]
    text = crypto.open_data(case["session_key"], case["iv"], case["encryptedData"])
    assert json.loads(text) == case["plain"]


def test_raw_data_has_the_published_signature() -> None:
    case = VECTORS["raw_data"]
    assert crypto.raw_data_signature(case["rawData"], case["session_key"]) == case["signature"]


@pytest.mark.parametrize("case", VECTORS["session_signatures"]["cases"])
def test_a_session_signature_is_the_published_one(case: dict[str, str]) -> None:
    assert crypto.session_signature(case["session_key"], case["body"]) == case["signature"]


@pytest.mark.parametrize(
    ("kind", "value"),
    [(k, v) for k, vs in VECTORS["keyword_values"].items() if k != "provenance" for v in vs],
)
def test_a_published_keyword_value_is_valid(kind: str, value: str) -> None:
    assert is_valid(kind, value)
