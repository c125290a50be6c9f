"""The rotating check-in code: a short signed text that says which session and which moment."""

import base64
import binascii
import datetime as dt
import hashlib
import hmac
import secrets
import struct
from dataclasses import dataclass
from urllib.parse import unquote

from server.errors import BadRequest, Gone

# version, session, slot, nonce: 20 bytes, and 16 of MAC make 48 characters without padding.
_BODY = struct.Struct(">BQI7s")
_VERSION = 1
_MAC = 16
_LENGTH = (_BODY.size + _MAC) * 4 // 3


class TokenInvalid(BadRequest):
    """Forged, of another place, or no check-in code at all."""

    code, message = "token_invalid", "这不是有效的签到码，请扫描现场大屏上的码"


class TokenExpired(Gone):
    code, message = "token_expired", "签到码已更新，请再扫一次"


@dataclass(frozen=True)
class Code:
    """What a code says. Nothing of it is to be believed before `is_signed_by`."""

    session_id: int
    slot: int
    body: bytes
    mac: bytes

    def is_signed_by(self, key: str) -> bool:
        """Say whether the code was made with the key, in constant time."""
        return hmac.compare_digest(self.mac, sign(key, self.body))


def slot_of(now: dt.datetime, slot_seconds: int) -> int:
    """Return the number of the time slot a moment falls in."""
    return int(now.timestamp()) // slot_seconds


def make(session_id: int, key: str, slot: int) -> str:
    """Return the code of a session for one slot: 48 characters that need no escaping anywhere."""
    body = _BODY.pack(_VERSION, session_id, slot, secrets.token_bytes(7))
    return base64.urlsafe_b64encode(body + sign(key, body)).decode()


def read(token: str) -> Code:
    """Return what a scanned text says: the bare code, or the whole link as a camera or WeChat's
    `q` gives it. Raises TokenInvalid for anything else."""
    text = unquote(token) if "%" in token else token
    text = text.strip().partition("?")[0].rpartition("/c/")[2].rstrip("/")
    if len(text) != _LENGTH:
        raise TokenInvalid
    try:
        raw = base64.b64decode(text, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise TokenInvalid from None
    body, mac = raw[: _BODY.size], raw[_BODY.size :]
    version, session_id, slot, _ = _BODY.unpack(body)
    if version != _VERSION or session_id >= 2**63:
        raise TokenInvalid
    return Code(session_id, slot, body, mac)


def require_current(code: Code, *, slot_seconds: int, now: dt.datetime) -> None:
    """Let pass a code of this slot, of the one before (the screen's picture is some seconds old)
    or of the next (the screen's clock is ahead). Raises TokenExpired, TokenInvalid."""
    age = slot_of(now, slot_seconds) - code.slot
    if age > 1:
        raise TokenExpired
    if age < -1:
        raise TokenInvalid


def sign(key: str, body: bytes) -> bytes:
    """Return the MAC of a body made with a session's key, 16 bytes."""
    return hmac.digest(key.encode(), body, hashlib.sha256)[:_MAC]
