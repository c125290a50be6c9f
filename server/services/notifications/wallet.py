"""The reminder wallet: how many messages of a kind a person still allows us to send.

WeChat never tells the remaining count, so a ledger keeps it: the balance is the sum of the entries.
Only WeChat's own pushes put something in. What a phone reports is forgeable and gets lost.

A kind whose template is a long-term one is `lasting`: accepted once, and no send takes anything. Its
sends stand in the ledger all the same, with nothing moved.
"""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from peewee import Value, fn

from models import Wallet, WalletEntry, db, new_id
from models.notifications import EntryReason
from models.statements import Statement, gap
from server.services.notifications.kinds import FOR_STAFF, TITLES

_SEND = "delivery:"


@dataclass(frozen=True)
class Standing:
    """What a person's wallet holds of one kind, in numbers and in words."""

    kind: str
    title: str
    balance: int
    is_refused: bool
    is_lasting: bool
    sentence: str


def grant_from_popup(
    user_id: int, kind: str, *, accepted: bool, ref: str, at: dt.datetime, now: dt.datetime
) -> None:
    """Count one answer of the person to WeChat's pop-up; the same `ref` counts once.

    `at` is when they answered, by WeChat's clock: pushes overtake each other, and an accept older
    than the moment the kind was switched off is worth nothing.
    """
    with db.atomic():
        wallet = _opened(user_id, kind, now)
        if not accepted:
            Wallet.update(refused_at=at).where(Wallet.id == wallet.id).execute()
            return
        worth = 0 if _switched_off_since(wallet, at) else 1
        if _enter(wallet, EntryReason.ACCEPT, worth, ref, at) and worth:
            Wallet.update(balance=Wallet.balance + 1, refused_at=None).where(
                Wallet.id == wallet.id
            ).execute()


def change_from_settings(
    user_id: int, kind: str, *, accepted: bool, ref: str, at: dt.datetime, now: dt.datetime
) -> None:
    """Note that the person switched the kind in WeChat's settings. Off: WeChat forgets every
    accept given until then, and so do we. On gives nothing by itself."""
    with db.atomic():
        wallet = _opened(user_id, kind, now)
        if accepted:
            Wallet.update(refused_at=None).where(Wallet.id == wallet.id).execute()
            return
        _zero(wallet, ref, at=at)
        Wallet.update(refused_at=at).where(Wallet.id == wallet.id).execute()


def reserve(
    kind: str, refs: Mapping[int, str], *, is_lasting: bool = False, now: dt.datetime
) -> set[int]:
    """Take one from the wallet of each person (user id → ref of the send), nothing of a lasting
    kind; return who had one.

    The condition stands in the UPDATE, so that two workers can never spend the same one.
    """
    taken = 0 if is_lasting else 1
    rows = (
        Wallet.update(balance=Wallet.balance - taken, version=Wallet.version + 1, updated_at=now)
        .where(Wallet.kind == kind, Wallet.user_id.in_(list(refs)), Wallet.balance > 0)
        .returning(Wallet.id, Wallet.user_id)
        .execute()
    )
    wallets = list(rows)
    entries = [
        _entry(each, EntryReason.RESERVE, change=-taken, ref=refs[each.user_id], at=now)
        for each in wallets
    ]
    if entries:
        WalletEntry.insert_many(entries).execute()
    return {each.user_id for each in wallets}


def release(user_id: int, kind: str, ref: str, *, now: dt.datetime) -> None:
    """Put back what was reserved for a send that certainly did not happen: nothing, where nothing
    was taken."""
    wallet = _opened(user_id, kind, now)
    taken = _taken(wallet, ref)
    if _enter(wallet, EntryReason.RELEASE, taken, ref, now):
        Wallet.update(balance=Wallet.balance + taken).where(Wallet.id == wallet.id).execute()


def commit(user_id: int, kind: str, ref: str, *, now: dt.datetime) -> None:
    """Note that what was reserved is spent. It moves nothing, so it need not lock the wallet; there
    is one, unless the person has left meanwhile."""
    values = {"id": new_id(), "user_id": user_id, "kind": kind, "ref": ref, "at": now}
    _COMMIT.execute(db.obj, values)


def zero(user_id: int, kind: str, ref: str, *, now: dt.datetime) -> None:
    """Empty the wallet, because WeChat said (43101) that there is nothing left."""
    _zero(_opened(user_id, kind, now), ref, at=now)


def ref_of(delivery_id: int, reservation: int) -> str:
    """Return the name under which one reservation of a delivery stands in the ledger."""
    return f"{_SEND}{delivery_id}:{reservation}"


def ref_column(delivery_id: Any, reservation: Any) -> Any:
    """Return the same name made of two columns, for a query."""
    return (
        Value(_SEND).concat(delivery_id.cast("text")).concat(":").concat(reservation.cast("text"))
    )


def of_user(
    user_id: int, *, is_staff: bool = False, lasting: Collection[str] = ()
) -> list[Standing]:
    """Return the person's wallet, every kind, the most urgent first; the kinds for staff only to
    staff. `lasting`: the kinds that do not run down."""
    held = {wallet.kind: wallet for wallet in Wallet.select().where(Wallet.user_id == user_id)}
    return [
        _standing(kind, held.get(kind), is_lasting=kind in lasting)
        for kind in TITLES
        if is_staff or kind not in FOR_STAFF
    ]


def _standing(kind: str, wallet: Wallet | None, *, is_lasting: bool) -> Standing:
    balance = wallet.balance if wallet else 0
    refused = bool(wallet and wallet.refused_at and not balance)
    if balance and is_lasting:
        sentence = "长期有效，不用再次开启"
    elif balance:
        sentence = f"还能提醒你 {balance} 次"
    elif refused:
        sentence = "你拒绝了这类提醒，需要时可以再打开"
    elif is_lasting:
        sentence = "还没有开启，开启一次长期有效"
    else:
        sentence = "没有提醒次数了，消息只会出现在“消息”里"
    return Standing(kind, TITLES[kind], balance, refused, is_lasting, sentence)


def _write_commit() -> Any:
    spent = Wallet.select(
        gap("id", WalletEntry.id),
        Wallet.id,
        Wallet.user_id,
        Value(EntryReason.COMMIT.value),
        Value(0),
        gap("ref", WalletEntry.ref),
        gap("at", WalletEntry.at),
    ).where(
        Wallet.user_id == gap("user_id", Wallet.user_id), Wallet.kind == gap("kind", Wallet.kind)
    )
    columns = ("id", "wallet", "user_id", "reason", "change", "ref", "at")
    return WalletEntry.insert_from(spent, columns).on_conflict_ignore()


_COMMIT = Statement(_write_commit)


def _opened(user_id: int, kind: str, now: dt.datetime) -> Wallet:
    """The wallet, made if there is none, locked until the transaction ends: the UPDATE holds the
    row on PostgreSQL, and SQLite has but one writer."""
    Wallet.insert(
        id=new_id(), user_id=user_id, kind=kind, created_at=now, updated_at=now
    ).on_conflict_ignore().execute()
    rows = (
        Wallet.update(version=Wallet.version + 1, updated_at=now)
        .where(Wallet.user_id == user_id, Wallet.kind == kind)
        .returning(Wallet)
        .execute()
    )
    wallet: Wallet = next(iter(rows))
    return wallet


def _switched_off_since(wallet: Wallet, at: dt.datetime) -> bool:
    """Whether the person switched the kind off later than `at`. Zeroes of a failed send do not
    count: they carry our clock, not WeChat's."""
    return bool(
        WalletEntry.select()
        .where(
            WalletEntry.wallet == wallet,
            WalletEntry.reason == EntryReason.ZEROED,
            WalletEntry.at > at,
            ~WalletEntry.ref.startswith(_SEND),
        )
        .exists()
    )


def _taken(wallet: Wallet, ref: str) -> int:
    """How much the send took: what is put back must not hang on what the kind is by now."""
    reserved = WalletEntry.get_or_none(
        WalletEntry.wallet == wallet,
        WalletEntry.reason == EntryReason.RESERVE,
        WalletEntry.ref == ref,
    )
    return -reserved.change if reserved else 0


def _zero(wallet: Wallet, ref: str, *, at: dt.datetime) -> None:
    """Empty the wallet but for what was accepted after `at`."""
    later = (
        WalletEntry.select(fn.COALESCE(fn.SUM(WalletEntry.change), 0))
        .where(
            WalletEntry.wallet == wallet,
            WalletEntry.reason == EntryReason.ACCEPT,
            WalletEntry.at > at,
        )
        .scalar()
    )
    lost = max(0, wallet.balance - int(later))
    if _enter(wallet, EntryReason.ZEROED, -lost, ref, at) and lost:
        Wallet.update(balance=Wallet.balance - lost).where(Wallet.id == wallet.id).execute()


def _enter(wallet: Wallet, reason: EntryReason, change: int, ref: str, at: dt.datetime) -> bool:
    """Write an entry; False when it stands there already."""
    entry = _entry(wallet, reason, change=change, ref=ref, at=at)
    return bool(WalletEntry.insert(**entry).on_conflict_ignore().as_rowcount().execute())


def _entry(
    wallet: Wallet, reason: EntryReason, *, change: int, ref: str, at: dt.datetime
) -> dict[str, object]:
    return {
        "id": new_id(),
        "wallet": wallet.id,
        "user_id": wallet.user_id,
        "reason": reason,
        "change": change,
        "ref": ref,
        "at": at,
    }
