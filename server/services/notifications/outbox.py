"""The outbox: every message is sent at most once, whoever dies in the middle.

    queued → reserved → sending → sent → delivered
               │           ├→ unknown            it left, nobody knows what became of it
               │           ├→ queued             certainly not sent: again later, reminder put back
               │           └→ failed_…           final
               └→ queued                         its worker died: certainly not sent

A delivery holds one reminder of the person's wallet from reserved on, and keeps it in sending, sent,
delivered and unknown. `owner` and `version` (counted up by each reservation) guard every step, so that
a worker that was slow, or thought dead, changes nothing that is no longer its own.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from peewee import IntegrityError

from models import Campaign, Delivery, Message, db
from models.notifications import DeliveryState
from models.statements import Statement, gap
from server import logs
from server.services.notifications import bell, campaigns, folding, wallet
from server.services.notifications.kinds import URGENT, awake_at, is_quiet

KEEP: Final = dt.timedelta(hours=48)
"""What could not be sent for so long is old news and stays in the inbox."""

_TURN: Final = dt.timedelta(seconds=2)
_RECOVER_AT_ONCE: Final = 500
_HELD: Final = (DeliveryState.RESERVED, DeliveryState.SENDING)


@dataclass(frozen=True)
class Parcel:
    """One reserved delivery, with what its send needs."""

    id: int
    user_id: int
    kind: str
    fields: dict[str, str]
    page: str
    reservation: int


def due_buckets(*, now: dt.datetime) -> list[int]:
    """Return the buckets in which something waits."""
    rows: Any = Delivery.select(Delivery.bucket).distinct().where(*_due(now)).tuples()
    return [int(bucket) for (bucket,) in rows]


def claim(
    owner: str,
    bucket: int,
    *,
    limit: int,
    lease: dt.timedelta,
    now: dt.datetime,
    lasting: Collection[str] = (),
) -> list[Parcel]:
    """Reserve up to `limit` waiting deliveries of a bucket for a worker, the most urgent first and
    one per person. Whose wallet is empty is skipped for good; old news expires, and what a newer
    message says better is folded into it. `lasting`: the kinds of which a send takes nothing."""
    with db.atomic():
        rows = _waiting(bucket, limit, now)
        if not rows:
            return []
        fresh = [row for row in rows if row.created_at > now - KEEP]
        _close([row for row in rows if row not in fresh], DeliveryState.EXPIRED, now)
        stale = folding.superseded(fresh)
        _close(stale, DeliveryState.FOLDED, now)
        kept = [row for row in fresh if row not in stale]
        chosen = list({row.user_id: row for row in reversed(kept)}.values())
        paid = _reserve(chosen, lasting, now)
        _close([row for row in chosen if row not in paid], DeliveryState.SKIPPED_NO_QUOTA, now)
        Delivery.update(
            state=DeliveryState.RESERVED,
            owner=owner,
            leased_until=now + lease,
            version=Delivery.version + 1,
            updated_at=now,
        ).where(Delivery.id.in_([row.id for row in paid])).execute()
        pages = _pages(paid)
    return [
        Parcel(row.id, row.user_id, row.kind, row.fields, pages[row.message_id], row.version + 1)
        for row in paid
    ]


def _going() -> Any:
    """The condition that no campaign holds a delivery back."""
    going = Campaign.select(Campaign.id).where(Campaign.state.in_(campaigns.SENDING))
    return Delivery.campaign_id.is_null() | Delivery.campaign_id.in_(going)


def _due(now: dt.datetime) -> list[Any]:
    conditions: list[Any] = [
        Delivery.state == DeliveryState.QUEUED,
        Delivery.not_before <= now,
        _going(),
    ]
    if is_quiet(now):
        conditions.append(Delivery.kind.in_(sorted(URGENT)))
    return conditions


def _waiting(bucket: int, limit: int, now: dt.datetime) -> list[Delivery]:
    busy = Delivery.select(Delivery.user_id).where(
        Delivery.state.in_(_HELD), Delivery.bucket == bucket
    )
    query = (
        Delivery.select()
        .where(Delivery.bucket == bucket, Delivery.user_id.not_in(busy), *_due(now))
        .order_by(Delivery.priority, Delivery.id)
        .limit(limit)
    )
    if db.for_update:  # PostgreSQL; SQLite has one writer at a time
        # Rows of another worker are skipped, not waited for. Not inside the UPDATE: the planner
        # may run such a sub-select twice and claim more than the limit.
        query = query.for_update(skip_locked=True)
    return list(query)


def _reserve(rows: list[Delivery], lasting: Collection[str], now: dt.datetime) -> list[Delivery]:
    by_kind: dict[str, dict[int, str]] = defaultdict(dict)
    for row in rows:
        by_kind[row.kind][row.user_id] = wallet.ref_of(row.id, row.version + 1)
    paid = {
        kind: wallet.reserve(kind, refs, is_lasting=kind in lasting, now=now)
        for kind, refs in by_kind.items()
    }
    return [row for row in rows if row.user_id in paid[row.kind]]


def _close(rows: list[Delivery], state: DeliveryState, now: dt.datetime) -> None:
    if rows:
        ids = [row.id for row in rows]
        Delivery.update(state=state, updated_at=now).where(Delivery.id.in_(ids)).execute()


def _pages(rows: list[Delivery]) -> dict[int, str]:
    ids = [row.message_id for row in rows]
    return {each.id: each.page for each in Message.select().where(Message.id.in_(ids))}


def begin_sending(
    parcels: list[Parcel], *, owner: str, lease: dt.timedelta, now: dt.datetime
) -> list[Parcel]:
    """Write down, before the requests leave, that they leave, and return those that may: not one
    whose lease ran out or whose campaign was stopped, nor one to a person to whom another message
    is on its way.

    Pass no more than leave at once: killed now, each of them ends as unknown.
    """
    try:
        with db.atomic():
            begun = _begin(parcels, owner, lease, now)
    except IntegrityError:
        if len(parcels) > 1:
            return [
                begun
                for each in parcels
                for begun in begin_sending([each], owner=owner, lease=lease, now=now)
            ]
        with db.atomic():
            row = Delivery.get_or_none(
                Delivery.id == parcels[0].id,
                Delivery.owner == owner,
                Delivery.state == DeliveryState.RESERVED,
            )
            if row is not None:
                put_back(row, not_before=now + _TURN, now=now)
        return []
    return [each for each in parcels if each.id in begun]


def _begin(parcels: list[Parcel], owner: str, lease: dt.timedelta, now: dt.datetime) -> set[int]:
    moment = {"owner": owner, "until": now + lease, "now": now}
    return {
        each.id for each in parcels if _BEGIN.execute(db.obj, moment | {"id": each.id}).rowcount
    }


def _write_begin() -> Any:
    now, owner = gap("now", Delivery.updated_at), gap("owner", Delivery.owner)
    return Delivery.update(
        state=DeliveryState.SENDING,
        attempts=Delivery.attempts + 1,
        sent_at=now,
        leased_until=gap("until", Delivery.leased_until),
        updated_at=now,
    ).where(
        Delivery.id == gap("id", Delivery.id),
        Delivery.owner == owner,
        Delivery.state == DeliveryState.RESERVED,
        Delivery.leased_until > now,
        _going(),
    )


_BEGIN: Final = Statement(_write_begin)


def give_back(owner: str, *, now: dt.datetime) -> int:
    """Return to the queue what a worker that stops has reserved and not sent; return how many."""
    query = Delivery.select().where(
        Delivery.owner == owner, Delivery.state == DeliveryState.RESERVED
    )
    with db.atomic():
        bell.ring_after_commit()  # for the workers that stay
        return sum(put_back(row, not_before=now, now=now) for row in list(query))


def recover(*, now: dt.datetime) -> int:
    """Free what a worker that died has left, once its lease is over; return how many rows.

    Reserved was certainly not sent and waits again. Sending may have been: a second try could reach
    the person twice, so it stays unknown until WeChat's own event, or staff, decides.
    """
    query = (
        Delivery.select()
        .where(Delivery.state.in_(_HELD), Delivery.leased_until <= now)
        .limit(_RECOVER_AT_ONCE)
    )
    with db.atomic():
        rows = list(query)
        for row in rows:
            if row.state == DeliveryState.RESERVED:
                put_back(row, not_before=now, now=now)
            elif move(row, DeliveryState.UNKNOWN, now=now, error="worker lost"):
                logs.get().warning("notification outcome unknown", delivery_id=row.id)
    return len(rows)


def put_back(row: Delivery, *, not_before: dt.datetime, now: dt.datetime, **values: Any) -> bool:
    """Queue a delivery that was certainly not sent again and put its reminder back; False when it
    is no longer as `row` shows it."""
    moved = move(
        row,
        DeliveryState.QUEUED,
        now=now,
        owner="",
        leased_until=None,
        sent_at=None,
        not_before=awake_at(row.kind, not_before),
        **values,
    )
    if moved:
        release(row, now=now)
    return moved


def release(row: Delivery, *, now: dt.datetime) -> None:
    """Put the reminder back that the delivery's present reservation took."""
    wallet.release(row.user_id, row.kind, wallet.ref_of(row.id, row.version), now=now)


def move(row: Delivery, to: DeliveryState, *, now: dt.datetime, **values: Any) -> bool:
    """Change a delivery's state if it still is as `row` shows it."""
    return bool(
        Delivery.update(state=to, updated_at=now, **values)
        .where(
            Delivery.id == row.id,
            Delivery.state == row.state,
            Delivery.owner == row.owner,
            Delivery.version == row.version,
        )
        .execute()
    )
