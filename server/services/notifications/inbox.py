"""The inbox: everything people are told stands here, whether or not WeChat carried it."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from peewee import Model

from models import Delivery, Message, User, db, new_id
from models.notifications import BUCKETS, DeliveryState
from models.statements import insert_of, insert_or_ignore_of
from models.users import UserStatus
from server.errors import NotFound
from server.paging import Page, keyset
from server.services.notifications import bell
from server.services.notifications.kinds import INBOX_ONLY, awake_at, priority, written
from server.wechat.fitting import Value

MarkState = Literal["delivered", "waiting", "not_delivered", "inbox_only"]


@dataclass(frozen=True)
class Mark:
    """What became of the WeChat message, as the person reads it beside the text."""

    state: MarkState
    text: str


_MUTED: Final = Mark("inbox_only", "仅站内消息：这类微信提醒已关闭")
_UNSENDABLE: Final = Mark("inbox_only", "站内消息")
_MARKS: Final = {
    DeliveryState.QUEUED: Mark("waiting", "等待发送"),
    DeliveryState.RESERVED: Mark("waiting", "等待发送"),
    DeliveryState.SENDING: Mark("waiting", "正在发送"),
    DeliveryState.SENT: Mark("waiting", "已发出，等待微信确认"),
    DeliveryState.DELIVERED: Mark("delivered", "已送达"),
    DeliveryState.UNKNOWN: Mark("not_delivered", "不确定是否送达：微信没有确认"),
    DeliveryState.FAILED_REFUSED: Mark("not_delivered", "未送达：微信提醒被拒绝或次数用完"),
    DeliveryState.FAILED_PARAM: Mark("not_delivered", "未送达：系统原因，工作人员已收到提示"),
    DeliveryState.FAILED_TEMP: Mark("not_delivered", "未送达：微信繁忙，多次尝试未成功"),
    DeliveryState.SKIPPED_NO_QUOTA: Mark("not_delivered", "未送达：提醒次数用完"),
    DeliveryState.EXPIRED: Mark("not_delivered", "未送达：已过时效"),
    DeliveryState.MUTED: _MUTED,
    DeliveryState.FOLDED: Mark("inbox_only", "已合并到后一条提醒"),
}


@dataclass(frozen=True)
class Entry:
    """A message of the inbox with its mark."""

    message: Message
    mark: Mark


def tell(  # noqa: PLR0913  # what a message is made of, all by name
    user_id: int,
    *,
    kind: str,
    subject_type: str,
    subject_id: int,
    dedupe_key: str,
    title: str,
    body: str,
    page: str,
    fields: Mapping[str, Value],
    space_id: int | None,
    now: dt.datetime,
) -> Message:
    """Put a message into the person's inbox and, unless they muted the kind, into the outbox.

    Belongs inside the transaction of what it tells about: both happen or neither. The same
    `dedupe_key` tells a person once; a repeat returns the message that stands. `fields` are the
    names of server/wechat/templates.py; raises ValueError for an unknown kind or one left out.
    """
    values = written(kind, fields)
    with db.atomic():
        row = _message_row(user_id, kind, dedupe_key, now) | {
            "subject_type": subject_type,
            "subject_id": subject_id,
            "title": title[:80],
            "body": body,
            "page": page,
            "space_id": space_id,
        }
        fresh = Message.insert(**row).on_conflict_ignore().as_rowcount().execute()
        message: Message = Message.get(Message.user_id == user_id, Message.dedupe_key == dedupe_key)
        if fresh and kind not in INBOX_ONLY and _wishes([user_id], kind).get(user_id):
            Delivery.insert(**delivery_row(message.id, user_id, kind, values, now)).execute()
            bell.ring_after_commit()
    return message


def tell_many(
    user_ids: Iterable[int],
    *,
    kind: str,
    dedupe_key: str,
    fields: Mapping[str, str],
    campaign_id: int,
    now: dt.datetime,
    **common: Any,
) -> None:
    """Do the same for many people at once, in few statements. `common`: subject_type, subject_id,
    title, body, page, space_id of Message."""
    rows = [_message_row(user_id, kind, dedupe_key, now) | common for user_id in user_ids]
    if not rows:
        return
    insert_or_ignore_of(Message).execute_many(db.obj, _whole(Message, rows))
    if kind in INBOX_ONLY:
        return
    ids = [row["id"] for row in rows]
    fresh = list(Message.select(Message.id, Message.user_id).where(Message.id.in_(ids)))
    wishes = _wishes([message.user_id for message in fresh], kind)
    deliveries = [
        delivery_row(message.id, message.user_id, kind, fields, now)
        | {
            "campaign_id": campaign_id,
            "state": DeliveryState.QUEUED if wishes[message.user_id] else DeliveryState.MUTED,
        }
        for message in fresh
        if message.user_id in wishes
    ]
    if deliveries:
        insert_of(Delivery).execute_many(db.obj, _whole(Delivery, deliveries))
        bell.ring_after_commit()


def _whole(table: type[Model], rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Lay the rows over the table's defaults; whatever has none is NULL."""
    blank = dict.fromkeys(table._meta.sorted_field_names) | table._meta.get_default_dict()
    return (blank | row for row in rows)


def _message_row(user_id: int, kind: str, dedupe_key: str, now: dt.datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "user_id": user_id,
        "kind": kind,
        "dedupe_key": dedupe_key,
        "created_at": now,
    }


def delivery_row(
    message_id: int, user_id: int, kind: str, fields: Mapping[str, str], now: dt.datetime
) -> dict[str, Any]:
    """Return a fresh row of the outbox."""
    return {
        "id": new_id(),
        "user_id": user_id,
        "message": message_id,
        "kind": kind,
        "fields": dict(fields),
        "bucket": user_id % BUCKETS,
        "priority": priority(kind),
        "not_before": awake_at(kind, now),
        "created_at": now,
        "updated_at": now,
    }


def _wishes(user_ids: list[int], kind: str) -> dict[int, bool]:
    """Which of these people are here, and whether they have not muted the kind."""
    people = User.select(User.id, User.preferences).where(
        User.id.in_(user_ids), User.status == UserStatus.ACTIVE
    )
    return {user.id: user.preferences.get(kind) is not False for user in people}


def of_user(user_id: int, *, cursor: str | None, limit: int) -> Page[Entry]:
    """Return a page of the person's messages, the newest first, each with its mark."""
    query = Message.select().where(Message.user_id == user_id)
    page: Page[Message] = keyset(query, by=Message.created_at, cursor=cursor, limit=limit)
    ids = [message.id for message in page.items]
    rows: Any = Delivery.select(Delivery.message, Delivery.state).where(
        Delivery.user_id == user_id, Delivery.message.in_(ids)
    )
    states = {row.message_id: row.state for row in rows} if ids else {}
    return Page([Entry(each, _mark(each, states.get(each.id))) for each in page.items], page.next)


def unread(user_id: int) -> int:
    """Return how many messages the person has not opened."""
    return int(
        Message.select().where(Message.user_id == user_id, Message.read_at.is_null()).count()
    )


def read(user_id: int, message_id: int, *, now: dt.datetime) -> Entry:
    """Mark a message as read, the first time only. Raises NotFound for one that is not theirs."""
    with db.atomic():
        mine = (Message.id == message_id) & (Message.user_id == user_id)
        Message.update(read_at=now).where(mine, Message.read_at.is_null()).execute()
        message = Message.get_or_none(mine)
        if message is None:
            raise NotFound
        row = Delivery.get_or_none(Delivery.user_id == user_id, Delivery.message == message_id)
    return Entry(message, _mark(message, row.state if row else None))


def forget(user_id: int) -> None:
    """Delete all that was ever told to a person; belongs inside the transaction of their erasure."""
    Delivery.delete().where(Delivery.user_id == user_id).execute()
    Message.delete().where(Message.user_id == user_id).execute()


def _mark(message: Message, state: DeliveryState | None) -> Mark:
    if state is not None:
        return _MARKS[state]
    return _UNSENDABLE if message.kind in INBOX_ONLY else _MUTED
