"""Requests that may arrive twice: the first answer is kept and given again."""

import datetime as dt
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from models import IdempotencyKey, db
from server.errors import BadRequest, ServiceError

KEEP = dt.timedelta(hours=24)


class KeyInvalid(BadRequest):
    code, message = "idempotency_key_invalid", "请求标识无效，应为 1 至 80 个可见字符"


class KeyReused(ServiceError):
    status: ClassVar[int] = 422
    code: ClassVar[str] = "idempotency_key_reused"
    message: ClassVar[str] = "同一请求标识已用于另一个请求，请刷新后重试"


@dataclass(frozen=True)
class Answer:
    """A status and a JSON body; `is_repeat` when it was given before."""

    status: int
    body: dict[str, Any]
    is_repeat: bool = False


def fingerprint(*parts: Any) -> str:
    """Return what makes two requests the same: the SHA-256 of method, path and body."""
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def once(
    user_id: int,
    key: str | None,
    request: str,
    act: Callable[[], tuple[int, dict[str, Any]]],
    *,
    now: dt.datetime,
) -> Answer:
    """Let `act` happen once per person and key within 24 hours and return its answer, again and
    again; without a key it simply happens.

    The answer is stored in the transaction of the act itself, so that neither exists without the
    other. A refusal is not stored: what was full a moment ago may be tried again. Raises
    KeyInvalid, KeyReused for another request under the same key, and whatever `act` raises.
    """
    if key is None:
        return Answer(*act())
    if not (1 <= len(key) <= 80 and key.isascii() and key.isprintable()):
        raise KeyInvalid
    with db.atomic():
        row = _claim(user_id, key, request, now=now)
        if row.status is not None:
            return Answer(row.status, row.answer, is_repeat=True)
        status, body = act()
        IdempotencyKey.update(status=status, answer=body).where(
            IdempotencyKey.id == row.id
        ).execute()
    return Answer(status, body)


def forget_old(now: dt.datetime) -> int:
    """Delete keys older than 24 hours; return how many. For the timetable."""
    deleted: int = IdempotencyKey.delete().where(IdempotencyKey.created_at < now - KEEP).execute()
    return deleted


def _claim(user_id: int, key: str, request: str, *, now: dt.datetime) -> IdempotencyKey:
    """Return the row of the key, new or found. A second request with the same key waits here on
    the unique index until the first one has committed or failed."""
    own = (IdempotencyKey.user_id == user_id) & (IdempotencyKey.key == key)
    IdempotencyKey.delete().where(own, IdempotencyKey.created_at < now - KEEP).execute()
    IdempotencyKey.insert(
        user_id=user_id, key=key, request_hash=request, created_at=now
    ).on_conflict_ignore().execute()
    row: IdempotencyKey = IdempotencyKey.get(own)
    if row.request_hash != request:
        raise KeyReused
    return row
