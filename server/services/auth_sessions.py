"""Where an account is logged in: its consoles, and the phone it is bound to."""

import datetime as dt
from typing import Any

from models import ConsoleLogin, Staff, db
from server.crypto import token_hash
from server.errors import NotFound
from server.services import audit
from server.services.audit import Actor

_BROWSERS = (
    ("MicroMessenger", "微信"),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "安卓"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


def of_account(account: Staff, *, now: dt.datetime) -> list[ConsoleLogin]:
    """Return the consoles the account is logged in at, the one used last at the head."""
    rows: Any = (
        ConsoleLogin.select()
        .where(
            ConsoleLogin.staff == account,
            ConsoleLogin.revoked_at.is_null(),
            ConsoleLogin.expires_at > now,
            ConsoleLogin.factor_due == False,  # noqa: E712
        )
        .order_by(ConsoleLogin.seen_at.desc(), ConsoleLogin.id.desc())
    )
    return list(rows)


def is_this(row: ConsoleLogin, cookie: str) -> bool:
    """Say whether the log-in is the one the cookie belongs to."""
    return row.cookie_hash == token_hash(cookie)


def revoke(account: Staff, login_id: int, *, actor: Actor, now: dt.datetime) -> None:
    """End one of the account's own log-ins at once. Raises NotFound."""
    row: ConsoleLogin | None = ConsoleLogin.get_or_none(
        ConsoleLogin.id == login_id, ConsoleLogin.staff == account
    )
    if row is None:
        raise NotFound
    with db.atomic():
        ended = (
            ConsoleLogin.update(revoked_at=now)
            .where(ConsoleLogin.id == row.id, ConsoleLogin.revoked_at.is_null())
            .execute()
        )
        if ended:
            audit.record(actor, "staff.end_login", row, now=now, before={"agent": row.agent})


def device_of(agent: str) -> str:
    """Return what a browser calls itself, in words: `Chrome · Windows`."""
    found = [
        next((name for mark, name in marks if mark in agent), "") for marks in (_BROWSERS, _SYSTEMS)
    ]
    return " · ".join(filter(None, found)) or "未知设备"
