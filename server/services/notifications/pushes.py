"""What WeChat pushed to us: stored before anything else, worked off later, never lost, never twice."""

import base64
import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Final

from models import PushEvent, User, db
from server import logs
from server.crypto import Vault
from server.errors import ServiceError
from server.services import users
from server.services.notifications import bell, outcomes, wallet
from server.wechat import (
    Event,
    Push,
    PushMessage,
    SubscribeChange,
    SubscribePopup,
    SubscribeSent,
    UnknownEvent,
)

KEEP: Final = dt.timedelta(days=30)
_GIVE_UP_AFTER: Final = dt.timedelta(minutes=10)
_GIVE_UP_A_BUG_AFTER: Final = dt.timedelta(hours=24)
_LONGEST_PAUSE_S: Final = 60
_AT_ONCE: Final = 200


class _NotYetError(Exception):
    """What the event speaks of is not there, or still on its way."""


@dataclass(frozen=True)
class Desk:
    """What working off needs. `kinds`: template id → kind; `lasting`: those of them that do not run down. `others` takes the events that are not
    about messages and says whether they are done with."""

    push: Push
    vault: Vault
    kinds: Mapping[str, str]
    lasting: Collection[str]
    others: Callable[[Event, dt.datetime], bool]


def store(message: PushMessage, *, vault: Vault, now: dt.datetime) -> bool:
    """Keep a push to be worked off; False when it is here already (WeChat repeats what it thinks
    unanswered). The body names the person, so it is kept as ciphertext."""
    sealed = vault.seal(message.raw, place=f"push:{message.dedupe_key}")
    with db.atomic():
        fresh = (
            PushEvent.insert(
                dedupe_key=message.dedupe_key,
                body=base64.b64encode(sealed).decode(),
                received_at=now,
            )
            .on_conflict_ignore()
            .as_rowcount()
            .execute()
        )
        bell.ring_after_commit()
    return bool(fresh)


def work_off(desk: Desk, *, now: dt.datetime) -> int:
    """Do what the stored pushes ask for, the oldest first; return how many are done with.

    One that comes too early (a sent event before we have written down the answer to the send) is
    tried again, ever less often, for ten minutes.
    """
    done, last = 0, 0
    while True:
        query = (
            PushEvent.select(PushEvent.id, PushEvent.attempts, PushEvent.received_at)
            .where(PushEvent.done_at.is_null(), PushEvent.id > last)
            .order_by(PushEvent.id)
            .limit(_AT_ONCE)
        )
        rows = list(query)
        for row in rows:
            if _is_due(row, now):
                done += _work_off(row.id, desk, now)
        if len(rows) < _AT_ONCE:
            return done
        last = rows[-1].id


def forget_old(*, now: dt.datetime) -> int:
    """Delete pushes done with thirty days ago; return how many."""
    return int(PushEvent.delete().where(PushEvent.done_at < now - KEEP).execute())


def _is_due(row: PushEvent, now: dt.datetime) -> bool:
    if not row.attempts:
        return True
    pause = min(2 ** (row.attempts - 1), _LONGEST_PAUSE_S)
    return now >= row.received_at + dt.timedelta(seconds=pause)


def _work_off(event_id: int, desk: Desk, now: dt.datetime) -> int:
    try:
        with db.atomic():
            # Taken and done in one transaction: a second worker waits here and then finds nothing.
            mine = (PushEvent.id == event_id) & PushEvent.done_at.is_null()
            if not PushEvent.update(done_at=now).where(mine).execute():
                return 0
            row: PushEvent = PushEvent.get_by_id(event_id)
            sealed, place = base64.b64decode(row.body), f"push:{row.dedupe_key}"
            raw = desk.vault.open(sealed, place=place)
            for event in desk.push.read(raw, now=row.received_at):
                if not _apply(event, row, desk, now):
                    raise _NotYetError(type(event).__name__)
    except (_NotYetError, ServiceError) as error:
        _again(event_id, str(error), _GIVE_UP_AFTER, now)
        return 0
    except Exception as error:
        # One event we cannot digest must not hold up all that came after it.
        logs.get().error("bug in a push event", event_id=event_id, exc_info=error)
        _again(event_id, type(error).__name__, _GIVE_UP_A_BUG_AFTER, now)
        return 0
    return 1


def _again(event_id: int, why: str, patience: dt.timedelta, now: dt.datetime) -> None:
    row = PushEvent.get_by_id(event_id)
    is_hopeless = now >= row.received_at + patience
    PushEvent.update(
        attempts=PushEvent.attempts + 1,
        error=why[:200],
        done_at=now if is_hopeless else None,
    ).where(PushEvent.id == event_id, PushEvent.done_at.is_null()).execute()
    if is_hopeless:
        logs.get().warning("push event given up", event_id=event_id, reason=why)


def _apply(event: Event, row: PushEvent, desk: Desk, now: dt.datetime) -> bool:
    """Do what one event asks for; False when it cannot be done yet."""
    if isinstance(event, UnknownEvent):
        return True
    if not isinstance(event, SubscribePopup | SubscribeChange | SubscribeSent):
        return desk.others(event, now)
    kind = desk.kinds.get(event.template_id)
    if kind is None:  # a template that is no longer ours
        return True
    user = users.find_by_openid(event.openid, desk.vault)
    return user is not None and _apply_to(user, kind, event, row, is_lasting=kind in desk.lasting)


def _apply_to(
    user: User,
    kind: str,
    event: SubscribePopup | SubscribeChange | SubscribeSent,
    row: PushEvent,
    *,
    is_lasting: bool,
) -> bool:
    if isinstance(event, SubscribeSent):
        return outcomes.confirm(
            user.id,
            kind,
            msgid=event.msgid,
            errorcode=event.errorcode,
            status=event.status,
            received_at=row.received_at,
        )
    # Switched on again in the settings, a lasting kind may be sent again; of others nothing came.
    is_grant = isinstance(event, SubscribePopup) or (is_lasting and event.accepted)
    take = wallet.grant_from_popup if is_grant else wallet.change_from_settings
    ref = f"{row.dedupe_key}:{event.template_id}"
    take(user.id, kind, accepted=event.accepted, ref=ref, at=event.at, now=row.received_at)
    return True
