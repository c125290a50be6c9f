"""The link of a Space's big screen: signed, good for a time, and worthless once taken back."""

import datetime as dt

from itsdangerous import BadSignature, URLSafeSerializer
from peewee import IntegrityError

from models import Screen, Space, db
from server.errors import Conflict, Gone, NotFound
from server.services import audit
from server.services.audit import Actor

_SALT = "checkins.screen"


class ScreenEnded(Gone):
    code, message = "screen_ended", "这个大屏链接已停用或到期，请在工作台重新生成"


def find(space: Space, *, now: dt.datetime) -> Screen | None:
    """Return the screen of a Space if its link works, or None."""
    found: Screen | None = Screen.get_or_none(Screen.space == space)
    return found if found and _works(found, now) else None


def link(screen: Screen, *, key: str) -> str:
    """Return the signed part of the link that works now. It names the row as it stands: with the
    next change it is worthless."""
    return str(_signer(key).dumps([screen.id, screen.version]))


def make(space: Space, *, days: int, actor: Actor, now: dt.datetime) -> Screen:
    """Make a link that works for so many days, and every earlier one worthless. Raises Conflict
    when somebody else makes one at the same moment."""
    ends = now + dt.timedelta(days=days)
    try:
        with db.atomic():
            screen: Screen | None = Screen.get_or_none(Screen.space == space)
            if screen is None:
                screen = Screen.add(now=now, by=actor.id, space=space, expires_at=ends)
            elif not screen.change(now=now, by=actor.id, expires_at=ends):
                raise Conflict
            audit.record(actor, "checkins.make_screen", screen, now=now, org_unit_id=space.id)
    except IntegrityError:
        raise Conflict from None
    return screen


def revoke(space: Space, *, actor: Actor, now: dt.datetime) -> None:
    """Make the link worthless at once; where there is none nothing happens. Raises Conflict."""
    screen = find(space, now=now)
    if screen is None:
        return
    with db.atomic():
        if not screen.change(now=now, by=actor.id, expires_at=None):
            raise Conflict
        audit.record(actor, "checkins.revoke_screen", screen, now=now, org_unit_id=space.id)


def space_of(signed: str, *, key: str, now: dt.datetime) -> Space:
    """Return the Space whose screen a link shows. Raises NotFound for what we never signed,
    ScreenEnded for a link that was taken back, replaced or has run out."""
    try:
        screen_id, version = _signer(key).loads(signed)
    except (BadSignature, ValueError, TypeError):
        raise NotFound from None
    screen: Screen | None = (
        Screen.select(Screen, Space).join(Space).where(Screen.id == screen_id).first()
    )
    if screen is None:
        raise NotFound
    if screen.version != version or not _works(screen, now) or not screen.space.active:
        raise ScreenEnded
    return screen.space


def _works(screen: Screen, now: dt.datetime) -> bool:
    return screen.expires_at is not None and now < screen.expires_at


def _signer(key: str) -> URLSafeSerializer:
    return URLSafeSerializer(key, salt=_SALT)
