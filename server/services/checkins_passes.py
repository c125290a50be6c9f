"""我的凭证: the personal rotating code a member shows and staff scan."""

import base64
import datetime as dt
import hashlib
import hmac
import re
import struct
import unicodedata
from dataclasses import dataclass

from models import Session, Signup, User
from server.crypto import Vault
from server.errors import Conflict, NotFound
from server.services import activities_agenda as agenda
from server.services import activities_sessions as sessions
from server.services import signups_seats as seats
from server.services import users
from server.services.checkins_codes import TokenExpired, TokenInvalid, slot_of

SLOT_SECONDS = 30
_SHOWN = 3
_PREFIX = "XYP"
# version, session (0: none), user, slot: 21 bytes, and 19 of MAC fill 64 characters of base32,
# letters and digits only: what a scanner types goes unharmed through a Chinese input method, and a
# QR code holds it in its small alphanumeric mode.
_BODY = struct.Struct(">BQQI")
_VERSION = 1
_MAC = 19
_PATTERN = re.compile(rf"{_PREFIX}([A-Z2-7]{{64}})")


class WrongSession(Conflict):
    code, message = "wrong_session", "这是另一场活动的凭证，请对方打开本场的凭证"


@dataclass(frozen=True)
class PassCode:
    """What a pass says. Nothing of it is to be believed before `is_signed_by`."""

    session_id: int | None
    user_id: int
    slot: int
    body: bytes
    mac: bytes

    def is_signed_by(self, key: str) -> bool:
        """Say whether the pass was made with the key, in constant time."""
        return hmac.compare_digest(self.mac, _sign(key, self.body))


@dataclass(frozen=True)
class ShownPass:
    """One personal code and the time in which it is to be shown."""

    slot: int
    valid_from: dt.datetime
    valid_to: dt.datetime
    text: str


@dataclass(frozen=True)
class Pass:
    """What a member's phone shows; without a session it only says who they are."""

    session: Session | None
    signup: Signup | None
    name: str
    codes: list[ShownPass]


def pass_key(session: Session | None, user_id: int, vault: Vault) -> str:
    """Return the key (64 hex characters, used as ASCII) that signs one person's passes for one
    session, or, without a session, their passes that only say who they are.

    A roster snapshot may carry it: it verifies this person at this session and nothing else. It is
    derived from the data key and not from the session's rotating key, because a phone without
    signal must still verify after somebody pressed 换码 elsewhere.
    """
    return vault.blind(f"{session.id if session else 0}:{user_id}", place="checkins.pass")


def make(session_id: int | None, user_id: int, key: str, slot: int) -> str:
    """Return a person's code for one slot: 67 upper-case letters and digits."""
    body = _BODY.pack(_VERSION, session_id or 0, user_id, slot)
    return _PREFIX + base64.b32encode(body + _sign(key, body)).decode()


def read(text: str) -> PassCode:
    """Return what a scanned, typed or pasted text says; full-width letters of an input method,
    small letters, blanks and a link around it do no harm. Raises TokenInvalid."""
    plain = "".join(unicodedata.normalize("NFKC", text).upper().split())
    found = _PATTERN.fullmatch(plain.partition("?")[0].rstrip("/").rpartition("/")[2])
    if found is None:
        if "/C/" in plain:
            raise TokenInvalid("这是场次的签到码，请扫会员的“我的凭证”")
        raise TokenInvalid("这不是有效的凭证，请对方打开“我的凭证”再扫")
    raw = base64.b32decode(found[1])
    version, session_id, user_id, slot = _BODY.unpack(raw[: _BODY.size])
    if version != _VERSION or session_id >= 2**63 or user_id >= 2**63:
        raise TokenInvalid("这不是有效的凭证，请对方打开“我的凭证”再扫")
    return PassCode(session_id or None, user_id, slot, raw[: _BODY.size], raw[_BODY.size :])


def require_current(code: PassCode, *, now: dt.datetime) -> None:
    """Let pass a code of this slot or of the one before. Raises TokenExpired, TokenInvalid."""
    age = slot_of(now, SLOT_SECONDS) - code.slot
    if age > 1:
        raise TokenExpired("凭证已更新，请对方等新码出来再扫")
    if age < 0:
        raise TokenInvalid("这张凭证的时间不对，请对方重新打开“我的凭证”")


def verify(code: PassCode, session: Session, vault: Vault, *, now: dt.datetime) -> None:
    """Let pass a genuine and current code made for this session or for none. Raises TokenInvalid,
    TokenExpired, WrongSession."""
    signer = session if code.session_id == session.id else None
    if code.session_id not in (None, session.id):
        raise WrongSession
    if not code.is_signed_by(pass_key(signer, code.user_id, vault)):
        raise TokenInvalid("这不是有效的凭证，请对方打开“我的凭证”再扫")
    require_current(code, now=now)


def mine(user: User, session_id: int | None, *, vault: Vault, now: dt.datetime) -> Pass:
    """Return the codes the person shows from now on, for a session they hold a place in or could
    come to, or for none. Raises NotFound."""
    session = sessions.get(session_id) if session_id else None
    signup = seats.live_signup(session, user.id) if session else None
    if session and signup is None and not agenda.is_public(session.activity):
        raise NotFound
    key = pass_key(session, user.id, vault)
    first = slot_of(now, SLOT_SECONDS)
    codes = [_shown(session, user.id, key, slot) for slot in range(first, first + _SHOWN)]
    return Pass(session, signup, users.display_name(user), codes)


def _shown(session: Session | None, user_id: int, key: str, slot: int) -> ShownPass:
    begins = dt.datetime.fromtimestamp(slot * SLOT_SECONDS, dt.UTC)
    ends = begins + dt.timedelta(seconds=SLOT_SECONDS)
    return ShownPass(slot, begins, ends, make(session.id if session else None, user_id, key, slot))


def _sign(key: str, body: bytes) -> bytes:
    return hmac.digest(key.encode(), body, hashlib.sha256)[:_MAC]
