"""What became of a send: WeChat's answer, WeChat's event, or nothing."""

import datetime as dt
from typing import Any, Final

from models import Delivery, db
from models.notifications import DeliveryState
from models.statements import Statement, gap
from server import logs
from server.services.notifications import campaigns, wallet
from server.services.notifications.outbox import Parcel, move, put_back, release
from server.wechat.errors import Kind, WeChatError

CERTAIN_AFTER: Final = dt.timedelta(minutes=10)
"""WeChat's sent event comes within seconds; without it for so long, nobody will ever know."""

_LATE_EVENT: Final = dt.timedelta(hours=24)
_BACK_OFF: Final = tuple(dt.timedelta(minutes=each) for each in (1, 5, 30))
_SOON: Final = dt.timedelta(seconds=3)
_COLLISIONS: Final = 10

# Our own data is wrong, or WeChat wants no more of this: nothing a second try could change.
_FINAL: Final[frozenset[Kind]] = frozenset({"bad_request", "banned", "sensitive", "user"})
# The next message of the same campaign would meet the same refusal.
_STOPPING: Final = frozenset({47003, 40037, 41030, 43107, 45009})
_REFUSAL_WORDS: Final = ("refuse", "reject", "block")


def settle(
    results: list[tuple[Parcel, WeChatError | None]], *, owner: str, now: dt.datetime
) -> None:
    """Write down what WeChat answered to these sends (None: accepted), all or none. What is no
    longer this worker's stays as it is."""
    with db.atomic():
        for parcel, error in results:
            if error is None:
                _accepted(parcel, owner, now)
            else:
                _refused(parcel, error, owner, now)


def _stops(error: WeChatError) -> bool:
    return error.errcode in _STOPPING or error.kind == "config"


def _accepted(parcel: Parcel, owner: str, now: dt.datetime) -> None:
    """The hot path of a campaign: two statements, written once."""
    values = {"id": parcel.id, "owner": owner, "version": parcel.reservation, "now": now}
    if _SENT.execute(db.obj, values).rowcount:
        ref = wallet.ref_of(parcel.id, parcel.reservation)
        wallet.commit(parcel.user_id, parcel.kind, ref, now=now)


def _ours(delivery_id: Any, owner: Any, version: Any) -> tuple[Any, ...]:
    return (
        Delivery.id == delivery_id,
        Delivery.owner == owner,
        Delivery.version == version,
        # Unknown too: the answer to a request that outlived its lease is still the truth.
        Delivery.state.in_((DeliveryState.SENDING, DeliveryState.UNKNOWN)),
    )


_SENT: Final = Statement(
    lambda: Delivery.update(
        state=DeliveryState.SENT, errcode=0, error="", updated_at=gap("now", Delivery.updated_at)
    ).where(
        *_ours(
            gap("id", Delivery.id), gap("owner", Delivery.owner), gap("version", Delivery.version)
        )
    )
)


def _refused(parcel: Parcel, error: WeChatError, owner: str, now: dt.datetime) -> None:
    row: Delivery | None = Delivery.get_or_none(*_ours(parcel.id, owner, parcel.reservation))
    if row is None or not _written_down(row, error, now):
        return
    if row.campaign_id and _stops(error):
        reason = f"微信返回 {error.errcode}：{error.message}"
        campaigns.stop(row.campaign_id, reason, now=now)


def _written_down(row: Delivery, error: WeChatError, now: dt.datetime) -> bool:
    said: dict[str, Any] = {
        "errcode": error.errcode,
        "error": f"{error.kind} {error.message}"[:120],
    }
    if error.kind == "unknown_outcome":
        return move(row, DeliveryState.UNKNOWN, now=now, **said)
    if error.kind == "refused":
        moved = move(row, DeliveryState.FAILED_REFUSED, now=now, **said)
        if moved:
            wallet.zero(row.user_id, row.kind, _ref(row), now=now)
        return moved
    if error.kind in _FINAL:
        logs.get().error(
            "notification refused for good",
            kind=row.kind,
            delivery_id=row.id,
            errcode=error.errcode,
            reason=error.message,
        )
        return _gave_up(row, DeliveryState.FAILED_PARAM, said, now)
    again = _again_after(row, error)
    if again is None:
        return _gave_up(row, DeliveryState.FAILED_TEMP, said, now)
    return put_back(row, not_before=now + again, now=now, **said)


def _again_after(row: Delivery, error: WeChatError) -> dt.timedelta | None:
    if error.kind == "concurrent":
        return _SOON if row.attempts < _COLLISIONS else None
    return _BACK_OFF[row.attempts - 1] if row.attempts <= len(_BACK_OFF) else None


def _gave_up(row: Delivery, state: DeliveryState, said: dict[str, Any], now: dt.datetime) -> bool:
    moved = move(row, state, now=now, **said)
    if moved:
        release(row, now=now)
    return moved


def confirm(
    user_id: int, kind: str, *, msgid: str, errorcode: int, status: str, received_at: dt.datetime
) -> bool:
    """Match WeChat's sent event with a send and write down how it ended; False when there is none
    (yet: while one is still on its way, the event may be its own).

    A send returns no id, so it is matched by person, template and time: the last one that left
    before the event came, by our own clock, since an effect never comes before its cause.
    """
    same = (Delivery.user_id == user_id) & (Delivery.kind == kind)
    with db.atomic():
        if Delivery.select().where(same, Delivery.state == DeliveryState.SENDING).exists():
            return False
        row = (
            Delivery.select()
            .where(
                same,
                Delivery.state.in_((DeliveryState.SENT, DeliveryState.UNKNOWN)),
                Delivery.sent_at <= received_at,
                Delivery.sent_at > received_at - _LATE_EVENT,
            )
            .order_by(Delivery.sent_at.desc(), Delivery.id.desc())
            .first()
        )
        if row is None:
            return False
        said = {"msgid": msgid[:40], "errcode": errorcode}
        if errorcode == 0:
            moved = move(
                row, DeliveryState.DELIVERED, now=received_at, delivered_at=received_at, **said
            )
        else:
            moved = move(row, _failure(status), now=received_at, error=status[:120], **said)
        if moved:
            _commit(row, received_at)
    return moved


def _failure(status: str) -> DeliveryState:
    """WeChat took the message and the reminder with it, then could not deliver: never again."""
    refused = any(word in status.lower() for word in _REFUSAL_WORDS)
    return DeliveryState.FAILED_REFUSED if refused else DeliveryState.FAILED_TEMP


def give_up_unknown(*, now: dt.datetime) -> int:
    """Count the reminder of a send that nobody will ever hear of as spent; return how many.

    The state stays: staff see it and may send it again. The system does not, because the person
    may have it already.
    """
    waited = "no event"
    query = Delivery.select().where(
        Delivery.state == DeliveryState.UNKNOWN,
        Delivery.updated_at <= now - CERTAIN_AFTER,
        Delivery.error != waited,
    )
    with db.atomic():
        rows = list(query.limit(500))
        for row in rows:
            if move(row, DeliveryState.UNKNOWN, now=now, error=waited):
                _commit(row, now)
    return len(rows)


def _ref(row: Delivery) -> str:
    return wallet.ref_of(row.id, row.version)


def _commit(row: Delivery, now: dt.datetime) -> None:
    wallet.commit(row.user_id, row.kind, _ref(row), now=now)
