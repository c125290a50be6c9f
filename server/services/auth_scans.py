"""Logging a console in by a phone: the console shows a code, a member's phone confirms it, and the
browser that showed it (no other) is let in. The same code binds a staff account to a phone."""

import datetime as dt
import secrets
from typing import Final

from peewee import IntegrityError

from models import ScanLogin, Staff, User, db
from server.config import AuthConfig
from server.crypto import token_hash
from server.errors import Forbidden, Gone
from server.limits import spend
from server.services import auth, staff
from server.services.audit import Actor
from server.services.staff import AlreadyBound

LASTS: Final = dt.timedelta(minutes=2)
_PER_ADDRESS: Final = "20/minute"
_KEPT: Final = dt.timedelta(days=1)


class ScanOver(Gone):
    code, message = "scan_over", "这个二维码已过期或已用过，请在电脑上刷新后重新扫"


class NotStaff(Forbidden):
    code, message = (
        "not_staff",
        "这个微信还没有绑定工作人员账号，请先用密码登录，在“我的账号”里绑定",
    )


def begin(
    *, binding: Staff | None = None, now: dt.datetime, ip: str, agent: str
) -> tuple[str, str]:
    """Return two secrets: what the code on the screen says, and what the browser keeps. `binding`: the
    account the phone is to be bound to, instead of a log-in. Raises RateLimited."""
    spend(_PER_ADDRESS, "scan", ip)
    shown, kept = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
    ScanLogin.create(
        code_hash=token_hash(shown),
        browser_hash=token_hash(kept),
        ip=ip[:45],
        agent=agent[:200],
        created_at=now,
        expires_at=now + LASTS,
        staff=binding,
    )
    return shown, kept


def look(code: str, user: User, *, now: dt.datetime) -> ScanLogin:
    """Return what the phone's owner is asked to confirm: which browser, from where, since when, and
    with `staff` which account would be bound. Raises ScanOver, NotStaff, AlreadyBound."""
    row: ScanLogin | None = ScanLogin.get_or_none(
        ScanLogin.code_hash == token_hash(code),
        ScanLogin.decided_at.is_null(),
        ScanLogin.expires_at > now,
    )
    if row is None:
        raise ScanOver
    account = staff.find_of_user(user.id)
    if row.staff_id is None and account is None:
        raise NotStaff
    if row.staff_id is not None and account is not None and account.id != row.staff_id:
        raise AlreadyBound
    return row


def confirm(code: str, user: User, *, now: dt.datetime, ip: str) -> ScanLogin:
    """Say yes to the code, once; return it. Raises ScanOver, NotStaff, AlreadyBound."""
    row = look(code, user, now=now)
    binding = row.staff
    account = binding or staff.find_of_user(user.id)
    assert account is not None  # look() refused it
    try:
        with db.atomic():
            said = (
                ScanLogin.update(decided_at=now, staff=account, used_at=now if binding else None)
                .where(ScanLogin.id == row.id, ScanLogin.decided_at.is_null())
                .execute()
            )
            if not said:
                raise ScanOver
            if binding is not None:
                itself = Actor("staff", account.id, account.name, ip)
                staff.bind(account, user, actor=itself, now=now)
    except IntegrityError:
        raise AlreadyBound from None
    return row


def state(kept: str, *, now: dt.datetime) -> str:
    """Return how things stand for the browser: waiting, said (yes was said), used or over."""
    row: ScanLogin | None = ScanLogin.get_or_none(ScanLogin.browser_hash == token_hash(kept))
    if row is None:
        return "over"
    if row.used_at is not None:
        return "used"
    if row.expires_at <= now:
        return "over"
    return "said" if row.decided_at is not None else "waiting"


def enter(kept: str, *, settings: AuthConfig, now: dt.datetime, ip: str, agent: str) -> str:
    """Return the cookie of the log-in the phone said yes to; once, and for the browser that showed the
    code. It stands for the password: a second factor is still asked for. Raises ScanOver."""
    with db.atomic():
        used = (
            ScanLogin.update(used_at=now)
            .where(
                ScanLogin.browser_hash == token_hash(kept),
                ScanLogin.decided_at.is_null(False),
                ScanLogin.used_at.is_null(),
                ScanLogin.expires_at > now,
            )
            .execute()
        )
        row: ScanLogin | None = ScanLogin.get_or_none(ScanLogin.browser_hash == token_hash(kept))
        if not used or row is None or row.staff is None or not row.staff.active:
            raise ScanOver
        staff.note_login(row.staff, None, now=now)
        return auth.open_console(row.staff, settings, now=now, ip=ip, agent=agent)


def forget_old(*, now: dt.datetime) -> int:
    """Delete what was over a day ago; return how many."""
    return int(ScanLogin.delete().where(ScanLogin.expires_at < now - _KEPT).execute())
