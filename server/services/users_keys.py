"""Key rotation: what is sealed with an old data key is sealed anew, batch by batch, while everybody
goes on working. Stopped halfway it goes on where it stopped."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from peewee import SQL, fn

from models import Expert, Partner, PushEvent, Staff, User, db
from server.crypto import Vault, key_of

BATCH: Final = 200


@dataclass(frozen=True)
class Sealed:
    """A column of ciphertexts, and what each is bound to."""

    table: Any
    column: Any
    place: Callable[[Any], str]


COLUMNS: Final = (
    Sealed(User, User.openid_enc, lambda row: f"user.openid:{row.id}"),
    Sealed(User, User.unionid_enc, lambda row: f"user.unionid:{row.id}"),
    Sealed(User, User.real_name_enc, lambda row: f"user.real_name:{row.id}"),
    Sealed(User, User.phone_enc, lambda row: f"user.phone:{row.id}"),
    Sealed(Staff, Staff.totp_enc, lambda row: f"staff.totp:{row.id}"),
    Sealed(Partner, Partner.phone_enc, lambda row: f"partner.phone:{row.id}"),
    Sealed(Expert, Expert.phone_enc, lambda row: f"expert.phone:{row.id}"),
)


def in_use() -> dict[int, int]:
    """Return by the number of the key how many ciphertexts need it."""
    found: Counter[int] = Counter()
    for each in COLUMNS:
        first = fn.SUBSTR(each.column, 1, 1)
        rows = each.table.select(first, fn.COUNT(each.table.id)).where(each.column.is_null(False))
        for sealed, count in rows.group_by(SQL("1")).tuples():
            found[key_of(bytes(sealed))] += count
    for row in PushEvent.select(PushEvent.body).iterator():
        found[key_of(base64.b64decode(row.body))] += 1
    return dict(sorted(found.items()))


def rotate(vault: Vault, *, batch: int = BATCH, told: Callable[[int], None] | None = None) -> int:
    """Seal everything anew that another key than today's sealed; return how much that was. `told`
    hears after each batch how much is done. Raises InvalidTag when an old key is missing."""
    done = 0
    for each in COLUMNS:
        while count := _batch(each, vault, batch):
            done += count
            if told is not None:
                told(done)
    return done + _pushes(vault)


def _batch(each: Sealed, vault: Vault, batch: int) -> int:
    current = each.column.db_value(bytes([vault.key_id]))
    with db.atomic():
        rows = list(
            each.table.select(each.table.id, each.column)
            .where(each.column.is_null(False), fn.SUBSTR(each.column, 1, 1) != current)
            .order_by(each.table.id)
            .limit(batch)
        )
        for row in rows:
            was = bytes(getattr(row, each.column.name))
            place = each.place(row)
            fresh = vault.seal(vault.open(was, place=place), place=place)
            # Who changed it meanwhile sealed it with today's key, and is not written over.
            each.table.update({each.column: fresh}).where(
                each.table.id == row.id, each.column == was
            ).execute()
    return len(rows)


def _pushes(vault: Vault) -> int:
    """What WeChat pushed is deleted after a month; until then it is sealed anew like the rest."""
    done = 0
    for row in list(PushEvent.select(PushEvent.id, PushEvent.dedupe_key, PushEvent.body)):
        was = base64.b64decode(row.body)
        if key_of(was) == vault.key_id:
            continue
        place = f"push:{row.dedupe_key}"
        fresh = base64.b64encode(vault.seal(vault.open(was, place=place), place=place)).decode()
        with db.atomic():
            PushEvent.update(body=fresh).where(PushEvent.id == row.id).execute()
        done += 1
    return done
