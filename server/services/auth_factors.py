"""The second factor: codes of an authenticator app (RFC 6238), and ten codes on paper for who lost the
phone. A code works once."""

import datetime as dt
import hmac
import re
import secrets
from collections.abc import Iterable
from typing import Final

import pyotp

from models import ConsoleLogin, RecoveryCode, Staff, db
from models.staff import Role
from server.config import AuthConfig, Config
from server.crypto import Vault, token_hash
from server.errors import Forbidden, Invalid, Unauthenticated, VersionConflict
from server.limits import spend
from server.services import audit, auth
from server.services.audit import Actor

STEP: Final = 30
"""Seconds one code is shown; the one before and the one after are taken too, for clocks that differ."""
_PAPER: Final = 10
_TRIES: Final = 5
_PER_ACCOUNT: Final = "20/hour"
_SECRET = re.compile(r"[A-Z2-7]{32}")


class WrongCode(Invalid):
    """Also for a code that was used already."""

    def __init__(self) -> None:
        super().__init__(fields={"code": "验证码不正确或已用过，请等下一个再试"})


class FactorRequired(Forbidden):
    code, message = "factor_required", "您的职责要求两步验证，请先在“我的账号”里设置"


def fresh_secret() -> str:
    """Return a secret for an app to keep: 160 bits in base32."""
    return pyotp.random_base32()


def address(secret: str, account: Staff, *, issuer: str) -> str:
    """Return what the QR code for the app says."""
    return pyotp.TOTP(secret).provisioning_uri(name=account.login, issuer_name=issuer)


def is_owed(account: Staff, roles: Iterable[Role], config: Config) -> bool:
    """Say whether the account must set up a second factor before it may do anything else: in
    production mode, for the roles of `auth.second_factor_roles`."""
    return account.totp_enc is None and is_required(roles, config)


def is_required(roles: Iterable[Role], config: Config) -> bool:
    """Say whether who holds these roles must have a second factor here."""
    named = set(config.auth.second_factor_roles)
    return config.is_production and bool({role.value for role in roles} & named)


def set_up(
    account: Staff, secret: str, code: str, *, vault: Vault, actor: Actor, now: dt.datetime
) -> list[str]:
    """Keep the app's secret after its first right code; return ten codes for paper, which nobody can
    read again. Raises WrongCode, Invalid, VersionConflict, RateLimited."""
    _spend(account)
    if not _SECRET.fullmatch(secret):
        raise Invalid("请从页面上的二维码重新开始")
    step = _step_of(secret, code, now)
    if step is None:
        raise WrongCode
    with db.atomic():
        sealed = vault.seal(secret, place=_place(account))
        if not account.change(now=now, by=actor.id, totp_enc=sealed, totp_last_used=step):
            raise VersionConflict
        papers = _new_papers(account)
        audit.record(actor, "staff.set_up_factor", account, now=now)
    return papers


def drop(account: Staff, *, actor: Actor, now: dt.datetime) -> None:
    """Take the second factor away, for who lost phone and paper, and end every log-in; nothing
    happens to who has none. Raises VersionConflict."""
    if account.totp_enc is None:
        return
    with db.atomic():
        if not account.change(now=now, by=actor.id, totp_enc=None, totp_last_used=None):
            raise VersionConflict
        RecoveryCode.delete().where(RecoveryCode.staff == account).execute()
        ConsoleLogin.update(revoked_at=now).where(
            ConsoleLogin.staff == account, ConsoleLogin.revoked_at.is_null()
        ).execute()
        audit.record(actor, "staff.drop_factor", account, now=now)


def papers_left(account: Staff) -> int:
    """Return how many codes on paper were not used yet."""
    rows = RecoveryCode.select().where(
        RecoveryCode.staff == account, RecoveryCode.used_at.is_null()
    )
    return int(rows.count())


def find_waiting(cookie: str, *, now: dt.datetime) -> ConsoleLogin | None:
    """Return the log-in that waits for its second factor, or None."""
    found: ConsoleLogin | None = (
        ConsoleLogin.select(ConsoleLogin, Staff)
        .join(Staff)
        .where(
            ConsoleLogin.cookie_hash == token_hash(cookie),
            ConsoleLogin.factor_due == True,  # noqa: E712
            ConsoleLogin.expires_at > now,
            ConsoleLogin.revoked_at.is_null(),
            Staff.active == True,  # noqa: E712
        )
        .first()
    )
    return found


def finish(cookie: str, code: str, *, vault: Vault, settings: AuthConfig, now: dt.datetime) -> str:
    """Return the cookie of a log-in whose second factor is given now. After five wrong codes, or five
    minutes, the password is asked for again. Raises Unauthenticated, WrongCode, RateLimited."""
    waiting = find_waiting(cookie, now=now)
    if waiting is None:
        raise Unauthenticated
    tried = (
        ConsoleLogin.update(tries=ConsoleLogin.tries + 1)
        .where(ConsoleLogin.id == waiting.id, ConsoleLogin.tries < _TRIES)
        .execute()
    )
    if not tried:
        raise Unauthenticated
    # Counted for the account, from wherever: only who knows the password comes this far.
    _spend(waiting.staff)
    with db.atomic():
        if not _is_right(waiting.staff, code, vault, now):
            raise WrongCode
        closed = (
            ConsoleLogin.update(revoked_at=now)
            .where(ConsoleLogin.id == waiting.id, ConsoleLogin.revoked_at.is_null())
            .execute()
        )
        if not closed:
            raise Unauthenticated
        # Another cookie: the one that waited was worth less, and may be known to more.
        return auth.open_console(
            waiting.staff,
            settings,
            now=now,
            ip=waiting.ip,
            agent=waiting.agent,
            is_proven=True,
        )


def _spend(account: Staff) -> None:
    spend(_PER_ACCOUNT, "factor", str(account.id))


def _is_right(account: Staff, code: str, vault: Vault, now: dt.datetime) -> bool:
    """Say whether a code of the app or of the paper is right and was not used, and use it."""
    tidy = re.sub(r"[\s-]", "", code).lower()
    if len(tidy) != _DIGITS:
        used = (
            RecoveryCode.update(used_at=now)
            .where(
                RecoveryCode.staff == account,
                RecoveryCode.code_hash == token_hash(tidy),
                RecoveryCode.used_at.is_null(),
            )
            .execute()
        )
        return bool(used)
    if account.totp_enc is None:
        return False
    secret = vault.open(bytes(account.totp_enc), place=_place(account))
    step = _step_of(secret, tidy, now)
    if step is None:
        return False
    # Not a change somebody made: the version of a form that is open stays true.
    fresh = (
        Staff.update(totp_last_used=step)
        .where(
            Staff.id == account.id,
            Staff.totp_last_used.is_null() | (Staff.totp_last_used < step),
        )
        .execute()
    )
    return bool(fresh)


_DIGITS: Final = 6


def _step_of(secret: str, code: str, now: dt.datetime) -> int | None:
    """Return which step of the app's clock shows that code now, or None."""
    app = pyotp.TOTP(secret, digits=_DIGITS, interval=STEP)
    here = int(now.timestamp()) // STEP
    tidy = re.sub(r"\s", "", code).encode()
    steps = (here - 1, here, here + 1)
    right = [each for each in steps if hmac.compare_digest(app.generate_otp(each).encode(), tidy)]
    return right[-1] if right else None


def _new_papers(account: Staff) -> list[str]:
    RecoveryCode.delete().where(RecoveryCode.staff == account).execute()
    papers = [secrets.token_hex(8) for _ in range(_PAPER)]
    for paper in papers:
        RecoveryCode.create(staff=account, code_hash=token_hash(paper))
    return ["-".join(re.findall("....", paper)) for paper in papers]


def _place(account: Staff) -> str:
    return f"staff.totp:{account.id}"
