"""WeChat's check of what members write to staff; of a need, when WeChat is away, later."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from models import Need, NeedEvent, User, db
from models.needs import NeedState, Outcome, TextCheck
from server.crypto import Vault
from server.errors import Busy, Invalid
from server.services import notifications, users
from server.services.audit import SYSTEM
from server.services.needs_states import Act, Move, lock, transition
from server.wechat import LONGEST_TEXT, WeChat, WeChatError

FORUM = 3
"""WeChat's scene of words that others read."""
PATIENCE = dt.timedelta(hours=2)
"""How long words wait for WeChat before a person looks at them: a need must not be lost."""
_REFUSED = "您提交的内容未通过平台的内容安全检查，请修改措辞后重新提交"
_WORST = (TextCheck.PASSED, TextCheck.PENDING, TextCheck.REVIEW, TextCheck.REFUSED)
_VERDICTS = {"pass": TextCheck.PASSED, "review": TextCheck.REVIEW, "risky": TextCheck.REFUSED}


class ContentRefused(Invalid):
    code, message = "content_refused", _REFUSED

    def __init__(self) -> None:
        super().__init__(_REFUSED)


class CheckUnavailable(Busy):
    code, message = "check_unavailable", "内容检查暂时不可用，请稍后再发送"


class Checker:
    """Asks WeChat about one member's words. No call of it may happen inside a transaction."""

    def __init__(self, wechat: WeChat, vault: Vault, user: User) -> None:
        self._wechat = wechat
        self._openid = users.openid_of(user, vault)
        self._told: dict[tuple[str, str], TextCheck] = {}

    def look(self, title: str, texts: Iterable[str]) -> TextCheck:
        """Return the worst verdict; PENDING when WeChat cannot be asked now."""
        found = TextCheck.PASSED
        for text in filter(None, texts):
            # The same words are asked about once.
            if (title, text) not in self._told:
                self._told[title, text] = self._verdict(title, text)
            found = max(found, self._told[title, text], key=_WORST.index)
        return found

    def accept(self, title: str, texts: Iterable[str]) -> TextCheck:
        """Return PASSED, REVIEW or PENDING. Raises ContentRefused."""
        found = self.look(title, texts)
        if found is TextCheck.REFUSED:
            raise ContentRefused
        return found

    def accept_now(self, text: str) -> None:
        """Let pass words that cannot wait in a state of their own. Raises ContentRefused, and
        CheckUnavailable while WeChat cannot be asked."""
        if self.accept("", [text]) is TextCheck.PENDING:
            raise CheckUnavailable

    def accept_for_staff(self, texts: Iterable[str]) -> None:
        """Let pass what only staff will read: it is refused when WeChat calls it harmful, and kept
        when WeChat is in doubt or away. Raises ContentRefused."""
        self.accept("", _pieces(texts))

    def _verdict(self, title: str, text: str) -> TextCheck:
        if not self._openid:
            return TextCheck.PENDING
        try:
            return _VERDICTS[self._wechat.check_text(self._openid, FORUM, text, title).suggest]
        except WeChatError:
            return TextCheck.PENDING


def _pieces(texts: Iterable[str]) -> list[str]:
    """Return short texts put together, as few as WeChat takes at once."""
    pieces: list[str] = []
    for text in filter(None, texts):
        if pieces and len(pieces[-1]) + 1 + len(text) <= LONGEST_TEXT:
            pieces[-1] += f"\n{text}"
        else:
            pieces.append(text)
    return pieces


def texts_of(body: str, answers: dict[str, str]) -> list[str]:
    """Return a need's words in pieces, each within what WeChat takes at once."""
    return [body, "\n".join(answers.values())]


def recheck_texts(wechat: WeChat, vault: Vault, *, now: dt.datetime) -> int:
    """Ask again about the needs that wait for their check; return how many were decided. After
    PATIENCE a person decides instead of WeChat."""
    waiting = Need.select().where(
        Need.text_check == TextCheck.PENDING, Need.state == NeedState.SUBMITTED
    )
    return sum(_recheck(need, wechat, vault, now) for need in list(waiting.order_by(Need.id)))


def _recheck(need: Need, wechat: WeChat, vault: Vault, now: dt.datetime) -> bool:
    user = User.get_or_none(User.id == need.user_id)
    if user is None:
        found = TextCheck.REVIEW
    else:
        texts = texts_of(need.body, need.answers)
        found = Checker(wechat, vault, user).look(need.title, texts)
    if found is TextCheck.PENDING:
        if now < need.received_at + PATIENCE:
            return False
        found = TextCheck.REVIEW
    with db.atomic():
        fresh = lock(need.id)
        if fresh.version != need.version:
            return False  # changed meanwhile: what was checked is not what stands there
        if found is TextCheck.REFUSED:
            _refuse(fresh, now)
        else:
            changes: dict[str, Any] = {"text_check": found}
            text = "内容检查已完成，工作人员可以看到您的诉求了"
            transition(fresh, Move(Act.CHECK, text, changes=changes), SYSTEM, now=now)
    return True


def _refuse(need: Need, now: dt.datetime) -> None:
    changes: dict[str, Any] = {
        "text_check": TextCheck.REFUSED,
        "outcome": Outcome.WITHDRAWN,
        "closed_at": now,
    }
    event = transition(need, Move(Act.REFUSE, _REFUSED, changes=changes), SYSTEM, now=now)
    tell(need, event, "您的诉求未能提交", _REFUSED, now=now)


def tell(need: Need, event: NeedEvent, title: str, text: str, *, now: dt.datetime) -> None:
    """Put word of an answer into the submitter's inbox and the outbox, in the caller's
    transaction. A need nobody of the mini-program stands behind is told by phone."""
    if need.user_id is None:
        return
    notifications.tell(
        need.user_id,
        kind="need_answered",
        subject_type="need",
        subject_id=need.id,
        dedupe_key=f"need_answered:{event.id}",
        title=title,
        body=f"{need.title}：{text}",
        page=f"pages/needs/detail/detail?id={need.id}",
        fields={"number": need.no, "title": need.title, "summary": text, "answered_at": now},
        space_id=need.space_id,
        now=now,
    )
