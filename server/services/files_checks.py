"""WeChat's check of members' pictures: asked about each, answered by push, and decided by people
when WeChat stays silent."""

import datetime as dt
from typing import Final

from models import File, Need, NeedEvent, db
from models.files import MediaCheck, Subject
from models.needs import ActorKind
from server import logs
from server.crypto import Vault
from server.services import notifications, users
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
        verdict = _VERDICTS.get(suggest, MediaCheck.REVIEW)
        with db.atomic():
            decided = _pending(mine, check_state=verdict)
            if decided and verdict is MediaCheck.REFUSED:
                _tell(File.get(mine), now)
    else:
        _pending(mine, trace_id=None, asked_at=now - _SILENCE + _AGAIN)
    return True


def _pending(which: object, **values: object) -> int:
    """Write onto pictures that still wait, and return how many: a verdict that came meanwhile
    stands."""
    with db.atomic():
        waiting = File.check_state == MediaCheck.PENDING
        return int(File.update(**values).where(which, waiting).execute())


def _tell(file: File, now: dt.datetime) -> None:
    """Tell the member who uploaded a picture that nobody else will see it, and what to do."""
    if file.owner_kind != ActorKind.MEMBER or file.deleted_at is not None:
        return
    need = _need_of(file)
    about = f"“{need.title}”里的图片" if need else "您上传的图片"
    remedy = "诉求照常办理；需要时请在诉求里补充一张别的" if need else "请换一张再提交"
    notifications.tell(
        file.owner_id,
        kind="notice",
        subject_type="need" if need else "file",
        subject_id=need.id if need else file.id,
        dedupe_key=f"file_refused:{file.id}",
        title="有一张图片未通过安全检查",
        body=f"{about}（{file.name}）未通过微信的内容安全检查，工作人员看不到它。{remedy}。",
        page=f"pages/needs/detail/detail?id={need.id}" if need else "",
        fields={},
        space_id=file.space_id,
        now=now,
    )


def _need_of(file: File) -> Need | None:
    need_id = file.subject_id
    if file.subject_type == Subject.NEED_EVENT:
        event = NeedEvent.get_or_none(NeedEvent.id == file.subject_id)
        need_id = event.need_id if event else None
    elif file.subject_type != Subject.NEED:
        return None
    return Need.get_or_none(Need.id == need_id)
