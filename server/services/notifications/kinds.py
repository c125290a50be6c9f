"""What kinds of messages there are, what people call them, and when each may ring a phone."""

import datetime as dt
from collections.abc import Mapping
from typing import Final

from server.clock import SHANGHAI, at_shanghai
from server.wechat.fitting import Value, fit
from server.wechat.templates import KINDS, PRIORITY

TITLES: Final = {
    "cancelled": "活动取消通知",
    "changed": "活动变更通知",
    "promoted": "候补成功通知",
    "decided": "报名结果通知",
    "need_answered": "诉求答复通知",
    "duty": "工作待办提醒",
    "reminder": "活动开始提醒",
    "menu": "每月菜单通知",
    "rating": "活动评价邀请",
}

INBOX_ONLY: Final = frozenset({"notice"})
"""What has no template at WeChat and stands in the inbox alone: rare, and nothing to set out for."""

FOR_STAFF: Final = frozenset({"duty"})
"""What staff are told as staff. A kind of its own, so that work never spends the reminders which the
same person accepted as a member, and never shows in the wallet of somebody who is not staff."""

URGENT: Final = frozenset({"cancelled", "changed"})
"""Worth a ring at night: somebody may otherwise set out for nothing."""

_EVENING: Final = dt.time(21, 30)
_MORNING: Final = dt.time(8, 30)


def is_quiet(now: dt.datetime) -> bool:
    """Say whether it is night in Shanghai, when only urgent messages go out."""
    wall = now.astimezone(SHANGHAI).time()
    return wall >= _EVENING or wall < _MORNING


def awake_at(kind: str, now: dt.datetime) -> dt.datetime:
    """Return the first moment from now on at which the kind may ring a phone."""
    if kind in URGENT or not is_quiet(now):
        return now
    local = now.astimezone(SHANGHAI)
    days = 1 if local.time() >= _EVENING else 0
    return at_shanghai(local.date() + dt.timedelta(days=days), _MORNING)


def priority(kind: str) -> int:
    """Return the kind's place in the queue: 0 goes first."""
    return PRIORITY.index(kind)


def written(kind: str, fields: Mapping[str, Value]) -> dict[str, str]:
    """Return the fields of a message as plain text that can be stored until it is sent; none of what
    is for the inbox alone.

    Raises ValueError for an unknown kind or a field left out: found here, in the caller's own
    transaction, and not hours later in the worker.
    """
    if kind in INBOX_ONLY:
        return {}
    if kind not in KINDS:
        raise ValueError(f"no such kind of message: {kind!r}")
    missing = [each.name for each in KINDS[kind] if each.name not in fields]
    if missing:
        raise ValueError(f"{kind} lacks {', '.join(missing)}")
    return {each.name: _text(fields[each.name]) for each in KINDS[kind]}


def _text(value: Value) -> str:
    if isinstance(value, dt.datetime):
        return fit("time", value)
    if isinstance(value, dt.date):
        return fit("date", value)
    return "" if value is None else str(value)
