"""WeChat's message push: is it really from WeChat, what does it say."""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

from wechatpy.crypto import PrpCrypto
from wechatpy.crypto.base import WeChatCipher
from wechatpy.utils import WeChatSigner

from server.wechat.events import Event, UnknownEvent, read_events

_TOLERANCE: Final = timedelta(minutes=5)
_LARGEST_BODY: Final = 1 << 20
_PADDING_BLOCK: Final = 32  # not AES's 16
_HEAD: Final = 20  # 16 random bytes and the length of the message


class PushRejected(Exception):
    """Not from WeChat, too old, or not readable. Its text holds no secret."""


@dataclass(frozen=True, slots=True)
class PushMessage:
    """One push. WeChat repeats a push it got no answer to: `dedupe_key` is the same then."""

    raw: str = field(repr=False)  # as WeChat wrote it, decrypted
    events: list[Event]
    dedupe_key: str


class Push:
    """The receiving end, for one app's token and key."""

    def __init__(self, token: str, aes_key: str, appid: str, *, accept_plain: bool = False) -> None:
        """`aes_key`: the 43 characters of the console. A plain push is only looked at with
        `accept_plain`: its signature does not cover the body, so anyone who saw one can write
        another. Raises ValueError for a token or key that protects nothing."""
        if not token.strip():
            raise ValueError("the push token is empty: anyone could sign")
        self._token = token
        self._appid = appid
        self._accept_plain = accept_plain
        self._key = _decoded_key(aes_key)

    def verify_url(self, args: Mapping[str, str]) -> str:
        """What to answer, as plain text, to the console's GET. Raises PushRejected."""
        self._check_signature(args, "signature")
        return args.get("echostr", "")

    def open(self, args: Mapping[str, str], body: bytes, *, now: datetime) -> PushMessage:
        """The push in a POST's query and body, JSON or XML. Raises PushRejected."""
        outer = _parsed(_as_text(body))
        sealed = outer.get("Encrypt")
        if isinstance(sealed, str) and sealed:
            self._check_signature(args, "msg_signature", sealed)
            _check_age(args, now)
            raw = self._decrypted(sealed)
            data = _parsed(raw)
        else:
            if not self._accept_plain or args.get("encrypt_type") == "aes":
                raise PushRejected("not encrypted")
            self._check_signature(args, "signature")
            _check_age(args, now)
            raw, data = _as_text(body), outer
        events = read_events(data, now=now)
        return PushMessage(raw, events, _dedupe_key(data, events))

    def read(self, raw: str, *, now: datetime) -> list[Event]:
        """The events of a push whose `raw` text was kept. Raises PushRejected."""
        return read_events(_parsed(raw), now=now)

    def reply_json(
        self, message: str, *, timestamp: int, nonce: str, random: bytes | None = None
    ) -> dict[str, str | int]:
        """The encrypted answer to a push that asks for one, to be sent as JSON.

        `random`: the 16 bytes in front, otherwise made afresh.
        """
        sealed = _Sealer(self._key, random or secrets.token_hex(8).encode())
        encrypted = sealed.encrypt(message, self._appid).decode()
        return {
            "Encrypt": encrypted,
            "MsgSignature": self._signature(str(timestamp), nonce, encrypted),
            "TimeStamp": timestamp,
            "Nonce": nonce,
        }

    def _signature(self, *parts: str) -> str:
        signer = WeChatSigner()
        signer.add_data(self._token, *parts)
        return str(signer.signature)

    def _check_signature(self, args: Mapping[str, str], name: str, *extra: str) -> None:
        parts = args.get("timestamp", ""), args.get("nonce", ""), *extra
        try:
            expected = self._signature(*parts)
        except UnicodeEncodeError:
            raise PushRejected("half a character in the query") from None
        if not hmac.compare_digest(expected.encode(), args.get(name, "").encode(errors="replace")):
            raise PushRejected("wrong signature")

    def _decrypted(self, sealed: str) -> str:
        try:
            plain = WeChatCipher(self._key).decrypt(base64.b64decode(sealed, validate=True))
        except ValueError:  # binascii.Error is one too
            raise PushRejected("not decryptable") from None
        padding = plain[-1] if plain else 0
        if not 1 <= padding <= _PADDING_BLOCK or plain[-padding:] != bytes([padding]) * padding:
            raise PushRejected("wrong padding")
        end = _HEAD + int.from_bytes(plain[16:_HEAD])
        if plain[end:-padding] != self._appid.encode():
            raise PushRejected("for another app")
        return _as_text(plain[_HEAD:end])


class _Sealer(PrpCrypto):  # type: ignore[misc]  # wechatpy has no types
    """wechatpy's encryption with random bytes fit for a secret: its own are predictable."""

    def __init__(self, key: bytes, random: bytes) -> None:
        super().__init__(key)
        self._random = random

    def get_random_string(self) -> bytes:
        return self._random


class _NoDoctype(TreeBuilder):
    """WeChat sends no DTD; entities that grow or fetch can only come from one."""

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        raise PushRejected("XML with a DTD")


def _decoded_key(aes_key: str) -> bytes:
    try:
        key = base64.b64decode(f"{aes_key}=", validate=True)
    except ValueError:  # binascii.Error is one too
        key = b""
    if len(key) != 32:
        raise ValueError("the push AES key must be the 43 characters of the console")
    return key


def _check_age(args: Mapping[str, str], now: datetime) -> None:
    try:
        sent = datetime.fromtimestamp(int(args.get("timestamp", "")), UTC)
    except (ValueError, OverflowError, OSError):
        raise PushRejected("no time") from None
    if abs(now - sent) > _TOLERANCE:
        raise PushRejected("too old, or the clock is wrong")


def _as_text(body: bytes) -> str:
    if len(body) > _LARGEST_BODY:
        raise PushRejected("too large")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise PushRejected("not UTF-8") from None


def _parsed(text: str) -> dict[str, Any]:
    """JSON or XML, whatever the content type says: the first character decides."""
    try:
        if text.lstrip().startswith("<"):
            parser = XMLParser(target=_NoDoctype())
            parser.feed(text.strip())
            data = _from_element(parser.close())
        else:
            data = _tidy(json.loads(text))
    except (ValueError, ParseError, RecursionError):
        raise PushRejected("neither JSON nor XML") from None
    if not isinstance(data, dict):
        raise PushRejected("not an object")
    return data


def _tidy(value: Any) -> Any:
    """The same without the blanks WeChat's own samples have in names (" OpenID")."""
    if isinstance(value, dict):
        return {key.strip(): _tidy(each) for key, each in value.items()}
    return [_tidy(each) for each in value] if isinstance(value, list) else value


def _from_element(element: Element) -> Any:
    """Text, or a dict of the children; a name that comes again makes a list."""
    if not len(element):
        return (element.text or "").strip()
    found: dict[str, Any] = {}
    for child in element:
        value = _from_element(child)
        if child.tag not in found:
            found[child.tag] = value
        elif isinstance(found[child.tag], list):
            found[child.tag].append(value)
        else:
            found[child.tag] = [found[child.tag], value]
    return found


def _dedupe_key(data: dict[str, Any], events: list[Event]) -> str:
    """MsgId where there is one; otherwise a digest of who, when, what and each event's facts.

    WeChat's own advice (FromUserName and CreateTime) takes two events of one second for one.
    """
    if data.get("MsgId"):
        return f"id:{data['MsgId']}"[:64]
    facts: list[Any] = [data.get(key) for key in ("FromUserName", "CreateTime", "Event")]
    for event in events:
        said = event.data if isinstance(event, UnknownEvent) else asdict(event) | {"at": None}
        facts.append(said)
    text = json.dumps(facts, default=str, sort_keys=True, ensure_ascii=True)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
