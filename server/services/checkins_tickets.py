"""The ticket of somebody who scanned in time and still has to decide whether to walk in."""

import base64
import binascii
import datetime as dt
import secrets
import struct
from dataclasses import dataclass

from server.services.checkins_codes import Code, TokenExpired, TokenInvalid, sign

GOOD_FOR = dt.timedelta(minutes=10)

# version, session, person, end, slot of the code, nonce: 29 bytes, and 16 of MAC make 60 characters.
_BODY = struct.Struct(">BQQII4s")
_VERSION = 2
_MAC = 16
_LENGTH = (_BODY.size + _MAC) * 4 // 3


@dataclass(frozen=True)
class Ticket(Code):
    """A code of one person: proof that they stood before the screen a moment ago."""

    user_id: int
    ends_at: int

    def require_good(self, user_id: int, *, now: dt.datetime) -> None:
        """Let its own person pass until it ends. Raises TokenInvalid, TokenExpired."""
        if user_id != self.user_id:
            raise TokenInvalid
        if now.timestamp() > self.ends_at:
            raise TokenExpired


def make(code: Code, key: str, *, user_id: int, now: dt.datetime) -> str:
    """Return the ticket a person gets for a code that was good; with 换码 it is as worthless as
    the code."""
    ends_at = int((now + GOOD_FOR).timestamp())
    nonce = secrets.token_bytes(4)
    body = _BODY.pack(_VERSION, code.session_id, user_id, ends_at, code.slot, nonce)
    return base64.urlsafe_b64encode(body + sign(key, body)).decode()


def find(token: str) -> Ticket | None:
    """Return the ticket in a text, or None when the text is no ticket at all."""
    if len(token) != _LENGTH:
        return None
    try:
        raw = base64.b64decode(token, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    body, mac = raw[: _BODY.size], raw[_BODY.size :]
    version, session_id, user_id, ends_at, slot, _ = _BODY.unpack(body)
    if version != _VERSION or session_id >= 2**63:
        return None
    return Ticket(session_id, slot, body, mac, user_id, ends_at)
