"""How a push message is written and signed: JSON or XML; plain, compatible or safe."""

import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from .. import crypto
from ..settings import Settings
from ..wire import to_json

FORGERIES = ("signature", "msg_signature", "token", "appid", "key", "body", "unsigned")
LIST_WRAPPERS = {
    "subscribe_msg_popup_event": "SubscribeMsgPopupEvent",
    "subscribe_msg_change_event": "SubscribeMsgChangeEvent",
    "subscribe_msg_sent_event": "SubscribeMsgSentEvent",
}


@dataclass(frozen=True)
class Shape:
    """How one message is to be written; `forge` names what is wrong with it, if anything."""

    mode: str
    format: str
    timestamp: int
    nonce: str
    forge: str | None = None


@dataclass(frozen=True)
class Sealed:
    """A message ready for the wire: the query string, the body and its type."""

    query: str
    body: bytes
    content_type: str


def seal(settings: Settings, shape: Shape, message: dict[str, Any], openid: str | None) -> Sealed:
    """Return the message written and signed (or mis-signed) as the shape says."""
    fields, envelope = message, ""
    if shape.mode != "plain":
        envelope = _encrypt(settings, shape, _write(message, shape.format))
        kept = message if shape.mode == "compatible" else {"ToUserName": message["ToUserName"]}
        fields = {**kept, "Encrypt": envelope}
    query = _signed_query(settings, shape, envelope, openid)
    kind = "application/json" if shape.format == "json" else "text/xml"
    body = _write(fields, shape.format).encode()
    if shape.forge == "body":
        body = _damage(body, envelope)
    return Sealed(urlencode(query), body, kind)


def _signed_query(
    settings: Settings, shape: Shape, envelope: str, openid: str | None
) -> dict[str, str]:
    token = secrets.token_hex(8) if shape.forge == "token" else settings.push_token
    stamp = str(shape.timestamp)
    query = {"timestamp": stamp, "nonce": shape.nonce}
    if openid:
        query["openid"] = openid
    if shape.forge != "unsigned":
        query["signature"] = crypto.sign(token, stamp, shape.nonce)
    if envelope:
        query["encrypt_type"] = "aes"
        if shape.forge != "unsigned":
            query["msg_signature"] = crypto.sign(token, stamp, shape.nonce, envelope)
    if shape.forge in query:
        query[shape.forge] = secrets.token_hex(20)
    return query


def _encrypt(settings: Settings, shape: Shape, text: str) -> str:
    key = secrets.token_bytes(32) if shape.forge == "key" else settings.aes_key
    appid = "wx" + secrets.token_hex(8) if shape.forge == "appid" else settings.appid
    return crypto.encrypt(key, text, appid)


def _damage(body: bytes, envelope: str) -> bytes:
    """Return the body changed after signing: in its ciphertext, or in its plain fields."""
    if envelope:
        half = len(envelope) // 2
        other = "A" if envelope[half] != "A" else "B"
        changed = envelope[:half] + other + envelope[half + 1 :]
        return body.replace(envelope.encode(), changed.encode())
    return body.replace(b"gh_", b"gh-", 1)


def _write(message: dict[str, Any], form: str) -> str:
    if form == "json":
        return to_json(message).decode()
    return f"<xml>{_elements(_wrap_list(message))}</xml>"


def _wrap_list(message: dict[str, Any]) -> dict[str, Any]:
    """Return the message with List inside the element that only the XML form has."""
    wrapper = LIST_WRAPPERS.get(str(message.get("Event", "")))
    if wrapper is None or "List" not in message:
        return message
    rest = {name: value for name, value in message.items() if name != "List"}
    return {**rest, wrapper: {"List": message["List"]}}


def _elements(fields: dict[str, Any]) -> str:
    parts = []
    for name, value in fields.items():
        for item in value if isinstance(value, list) else [value]:
            parts.append(f"<{name}>{_content(item)}</{name}>")
    return "".join(parts)


def _content(value: Any) -> str:
    if isinstance(value, dict):
        return _elements(value)
    if isinstance(value, str):
        return "<![CDATA[" + value.replace("]]>", "]]]]><![CDATA[>") + "]]>"
    return str(value)
