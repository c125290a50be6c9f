"""Logging in: phones by WeChat's code, staff by password; tokens made, checked, revoked."""

import datetime as dt
import secrets
from dataclasses import dataclass
from typing import Any

from peewee import IntegrityError

from models import ConsoleLogin, Staff, Token, User, db
from models.statements import Reading, Statement, gap
from models.users import UserStatus
from server import passwords
from server.config import AuthConfig
from server.crypto import Vault, token_hash
from server.errors import Invalid, Unauthenticated
from server.limits import spend
from server.services import staff as accounts
from server.services import users
from server.services.audit import Actor
from server.services.users_wechat import LoginRefused, refusal
from server.wechat import Login, WeChat, WeChatError

_LOOK_AGAIN = dt.timedelta(minutes=1)
_CLOSE_TO_SOMEBODY = "30/hour"
_FACTOR_WITHIN = dt.timedelta(minutes=5)

_USER_COLUMNS = tuple(User._meta.sorted_fields)
_USER = Reading(User, _USER_COLUMNS)
_USER_OF_TOKEN = Statement(
    lambda: (
        User.select(*_USER_COLUMNS)
        .join(Token, on=(Token.user_id == User.id))
        .where(
            Token.token_hash == gap("hash", Token.token_hash),
            Token.expires_at > gap("now", Token.expires_at),
            Token.revoked_at.is_null(),
            User.status == UserStatus.ACTIVE,
        )
    )
)
"""Every request of a phone asks this first."""


class TokenInvalid(Unauthenticated):
    message = "登录已过期，请重新进入"


class WrongPassword(Unauthenticated):
    """The same for an unknown name: nobody learns which names exist."""

    code, message = "wrong_password", "账号或密码不正确"


@dataclass(frozen=True)
class LoggedIn:
    """A fresh log-in of a phone; the token is told this once."""

    token: str
    expires_at: dt.datetime
    user: User


def log_in(
    code: str,
    *,
    wechat: WeChat,
    vault: Vault,
    device: str,
    settings: AuthConfig,
    now: dt.datetime,
) -> LoggedIn:
    """Log a phone in by the code of wx.login; a person seen for the first time gets an account.
    Raises LoginAgain, LoginRefused, WeChatUnavailable."""
    try:
        person = wechat.openid(code)
    except WeChatError as error:
        raise refusal(error) from None
    token = secrets.token_urlsafe(32)
    expires = now + dt.timedelta(days=settings.token_days)
    fresh = {
        "token_hash": token_hash(token),
        "device": device[:120],
        "created_at": now,
        "expires_at": expires,
    }
    try:
        user = _open(person, fresh, vault=vault, now=now)
    except IntegrityError:
        # Two first log-ins of one person met; the other one made the account.
        user = _open(person, fresh, vault=vault, now=now)
    return LoggedIn(token, expires, user)


def _open(person: Login, fresh: dict[str, Any], *, vault: Vault, now: dt.datetime) -> User:
    """Write the log-in down, and the person if unknown. Raises LoginRefused, IntegrityError."""
    with db.atomic():
        user = users.find_by_openid(person.openid, vault)
        if user is None:
            user = users.welcome(person.openid, vault=vault, now=now)
        if user.status != UserStatus.ACTIVE:
            raise LoginRefused
        if person.unionid and user.unionid_enc is None:
            users.learn_unionid(user, person.unionid, vault=vault, now=now)
        Token.create(user_id=user.id, **fresh)
    return user


def log_out(token: str, *, now: dt.datetime) -> None:
    """End a phone's log-in at once. A token that is over already stays so."""
    with db.atomic():
        Token.update(revoked_at=now).where(
            Token.token_hash == token_hash(token), Token.revoked_at.is_null()
        ).execute()


def user_of_token(token: str, *, now: dt.datetime) -> User:
    """Return whose token it is. Raises TokenInvalid for an unknown, expired or revoked one, and
    for a person who is blocked or erased."""
    found = _USER_OF_TOKEN.execute(db.obj, {"hash": token_hash(token), "now": now}).fetchone()
    if found is None:
        raise TokenInvalid
    return _USER.row(found)


def staff_log_in(
    login: str, password: str, *, settings: AuthConfig, now: dt.datetime, ip: str, agent: str
) -> str:
    """Return the cookie of a fresh console log-in. Raises WrongPassword, Busy, and RateLimited.

    Attempts are counted per address, and per address and name: a name can be guessed at from one
    place until that place is shut out, while its owner still comes in from any other.
    """
    _spend_attempt(login, settings, ip)
    account = accounts.find_by_login(login)
    stored = account.password_hash if account and account.active else None
    if not passwords.matches(stored, password) or account is None:
        raise WrongPassword
    fresh = passwords.hash_of(password) if passwords.is_outdated(account.password_hash) else None
    with db.atomic():
        accounts.note_login(account, fresh, now=now)
        return open_console(account, settings, now=now, ip=ip, agent=agent)


def staff_change_password(
    account: Staff,
    old: str,
    new: str,
    *,
    settings: AuthConfig,
    actor: Actor,
    now: dt.datetime,
    ip: str,
    agent: str,
) -> str:
    """Set another password for who knows the old one, end every log-in of the account, and return
    the cookie of a fresh one. Raises Invalid, VersionConflict, Busy, and RateLimited: a browser
    left open is no place to guess at the password."""
    _spend_attempt(account.login, settings, ip)
    if not passwords.matches(account.password_hash, old):
        raise Invalid(fields={"old": "现在的密码不正确"})
    accounts.change_password(account, new, actor=actor, now=now)
    # Not by logging in: that could be refused for now, and the change would look refused too.
    with db.atomic():
        return open_console(account, settings, now=now, ip=ip, agent=agent, is_proven=True)


def _spend_attempt(login: str, settings: AuthConfig, ip: str) -> None:
    spend(f"{settings.passwords_per_minute}/minute", "password", ip)
    spend(_CLOSE_TO_SOMEBODY, "password", ip, token_hash(login))


def open_console(  # what a log-in is told by, all by name
    account: Staff,
    settings: AuthConfig,
    *,
    now: dt.datetime,
    ip: str,
    agent: str,
    is_proven: bool = False,
) -> str:
    """Write a console log-in down and return its cookie; called inside the transaction. Where the
    account has a second factor the cookie opens nothing before that is given, unless it is proven."""
    cookie = secrets.token_urlsafe(32)
    is_due = account.totp_enc is not None and not is_proven
    lasts = _FACTOR_WITHIN if is_due else dt.timedelta(hours=settings.console_hours)
    ConsoleLogin.create(
        cookie_hash=token_hash(cookie),
        staff=account,
        ip=ip[:45],
        agent=agent[:200],
        created_at=now,
        seen_at=now,
        expires_at=now + lasts,
        ends_at=now + dt.timedelta(days=settings.console_days),
        factor_due=is_due,
    )
    return cookie


def staff_of_cookie(cookie: str, *, now: dt.datetime) -> Staff | None:
    """Return whose console log-in the cookie is, and let it live on from now; None when it is
    unknown, over or revoked, still waits for the second factor, or its account is closed."""
    found: ConsoleLogin | None = (
        ConsoleLogin.select(ConsoleLogin, Staff)
        .join(Staff)
        .where(
            ConsoleLogin.cookie_hash == token_hash(cookie),
            ConsoleLogin.expires_at > now,
            ConsoleLogin.revoked_at.is_null(),
            ConsoleLogin.factor_due == False,  # noqa: E712
            Staff.active == True,  # noqa: E712
        )
        .first()
    )
    if found is None:
        return None
    if now - found.seen_at > _LOOK_AGAIN:  # not a write for every request
        later = now + (found.expires_at - found.seen_at)
        if found.ends_at is not None:
            later = min(later, found.ends_at)
        with db.atomic():
            ConsoleLogin.update(seen_at=now, expires_at=later).where(
                ConsoleLogin.id == found.id, ConsoleLogin.revoked_at.is_null()
            ).execute()
    return found.staff


def staff_log_out(cookie: str, *, now: dt.datetime) -> None:
    """End a console log-in at once."""
    with db.atomic():
        ConsoleLogin.update(revoked_at=now).where(
            ConsoleLogin.cookie_hash == token_hash(cookie), ConsoleLogin.revoked_at.is_null()
        ).execute()
