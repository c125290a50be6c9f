"""WeChat's check of members' pictures: asked about each, answered by push, and decided by people
when WeChat stays silent."""

import datetime as dt
from typing import Final

from models import File, db
from models.files import MediaCheck
from server import logs
from server.crypto import Vault
from server.services import users
from server.services.files_links import WECHAT, Links, Reader
from server.services.needs_texts import FORUM, PATIENCE
from server.wechat import WeChat, WeChatError

_SILENCE: Final = dt.timedelta(minutes=35)
"""WeChat answers within thirty minutes or never."""
_AGAIN: Final = dt.timedelta(minutes=5)
_LINK_MINUTES: Final = 60
_AT_ONCE: Final = 20
_VERDICTS: Final = {
    "pass": MediaCheck.PASSED,
    "review": MediaCheck.REVIEW,
    "risky": MediaCheck.REFUSED,
}


def ask(wechat: WeChat, vault: Vault, links: Links, *, base_url: str, now: dt.datetime) -> int:
    """Ask WeChat about the pictures that wait for it; return how many it took. What waited for
    PATIENCE is left to the staff's eyes."""
    _pending(File.created_at < now - PATIENCE, check_state=MediaCheck.REVIEW, trace_id=None)
    due = File.asked_at.is_null() | (File.asked_at < now - _SILENCE)
    waiting = File.select().where(
        File.check_state == MediaCheck.PENDING, File.deleted_at.is_null(), due
    )
    asked = 0
    for file in list(waiting.order_by(File.id).limit(_AT_ONCE)):
        owner = users.find(file.owner_id)
        openid = users.openid_of(owner, vault) if owner else None
        url = base_url.rstrip("/") + links.url(
            file, Reader(WECHAT, 0), now=now, minutes=_LINK_MINUTES
        )
        trace_id, asked_at = None, now - _SILENCE + _AGAIN
        try:
            if openid:
                trace_id, asked_at = wechat.check_media(openid, url, FORUM), now
        except WeChatError as error:
            logs.get().warning("picture not checked", file_id=file.id, reason=str(error))
        _pending(File.id == file.id, trace_id=trace_id, asked_at=asked_at)
        asked += trace_id is not None
    return asked


def decide(trace_id: str, *, is_ok: bool, suggest: str, now: dt.datetime) -> bool:
    """Keep WeChat's verdict on a picture; when WeChat could not fetch it, it is asked again. False
    when the question is not written down yet (the answer may be quicker)."""
    if not File.select().where(File.trace_id == trace_id).exists():
        return False
    mine = File.trace_id == trace_id
    if is_ok:
        _pending(mine, check_state=_VERDICTS.get(suggest, MediaCheck.REVIEW))
    else:
        _pending(mine, trace_id=None, asked_at=now - _SILENCE + _AGAIN)
    return True


def _pending(which: object, **values: object) -> None:
    """Write onto pictures that still wait: a verdict that came meanwhile stands."""
    with db.atomic():
        File.update(**values).where(which, File.check_state == MediaCheck.PENDING).execute()
