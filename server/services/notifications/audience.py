"""Who a message to many reaches in WeChat, and why it does not reach the others: before it goes out by
what their wallets and preferences say, afterwards by what became of each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from peewee import JOIN, ModelSelect, fn

from models import Campaign, Delivery, User, Wallet
from models.notifications import DeliveryState
from models.users import UserStatus
from server.paging import Page, keyset


class Reason(StrEnum):
    """What stands between a person and the message on their phone; each person has exactly one."""

    REACHED = "reached"
    WAITING = "waiting"
    NO_GRANT = "no_grant"
    REFUSED = "refused"
    MUTED = "muted"
    BLOCKED = "blocked"
    UNKNOWN = "unknown"
    FAILED = "failed"
    OLD_NEWS = "old_news"
    LEFT = "left"


BEFORE: Final = (Reason.REACHED, Reason.NO_GRANT, Reason.REFUSED, Reason.MUTED, Reason.BLOCKED)
"""The reasons there are before anything was sent."""

_STATES: Final = {
    Reason.REACHED: (DeliveryState.SENT, DeliveryState.DELIVERED),
    Reason.WAITING: (DeliveryState.QUEUED, DeliveryState.RESERVED, DeliveryState.SENDING),
    Reason.NO_GRANT: (DeliveryState.SKIPPED_NO_QUOTA,),
    Reason.REFUSED: (DeliveryState.FAILED_REFUSED,),
    Reason.MUTED: (DeliveryState.MUTED,),
    Reason.UNKNOWN: (DeliveryState.UNKNOWN,),
    Reason.FAILED: (DeliveryState.FAILED_PARAM, DeliveryState.FAILED_TEMP),
    Reason.OLD_NEWS: (DeliveryState.EXPIRED, DeliveryState.FOLDED),
}
AFTER: Final = (*_STATES, Reason.LEFT)
"""The reasons there are once a campaign runs."""


@dataclass(frozen=True)
class Audience:
    """How many people there are for each reason; all of them together are everybody."""

    counts: dict[Reason, int]

    @property
    def members(self) -> int:
        """Everybody who finds it in the inbox; who is blocked, or has left, finds nothing."""
        outside = (Reason.BLOCKED, Reason.LEFT)
        return sum(count for reason, count in self.counts.items() if reason not in outside)

    @property
    def reached(self) -> int:
        """Whose phone shows it."""
        return self.counts[Reason.REACHED]


def before(space_id: int, kind: str) -> Audience:
    """Return whom a message of the kind to all members of the Space would reach, and whom not."""
    return Audience({reason: _expected(space_id, kind, reason).count() for reason in BEFORE})


def coverage(space_id: int, kind: str) -> tuple[int, int]:
    """Return how many members of the Space a message of the kind would reach, and how many there
    are."""
    reached = _expected(space_id, kind, Reason.REACHED).select(fn.COUNT(User.id))
    members: Any = User.select(fn.COUNT(User.id), reached).where(
        User.home_space == space_id, User.status == UserStatus.ACTIVE
    )
    count, pushed = next(iter(members.tuples()))
    return int(pushed), int(count)


def people_before(
    space_id: int, kind: str, reason: Reason, *, cursor: str | None, limit: int
) -> Page[User]:
    """Return a page of these people, who came last first; nobody for a reason not in BEFORE."""
    query = _expected(space_id, kind, reason)
    page: Page[User] = keyset(query, by=User.created_at, cursor=cursor, limit=limit)
    return page


def after(campaign: Campaign) -> Audience:
    """Return what became of a campaign's messages. Who left meanwhile took theirs along."""
    rows: Any = (
        Delivery.select(Delivery.state, fn.COUNT(Delivery.id))
        .where(Delivery.campaign_id == campaign.id)
        .group_by(Delivery.state)
        .tuples()
    )
    found = {DeliveryState(state): int(count) for state, count in rows}
    counts = {
        reason: sum(found.get(state, 0) for state in states) for reason, states in _STATES.items()
    }
    left = campaign.total - sum(found.values())
    return Audience(counts | {Reason.LEFT: max(0, left)})


def people_after(
    campaign: Campaign, reason: Reason, *, cursor: str | None, limit: int
) -> Page[tuple[Delivery, User | None]]:
    """Return a page of a campaign's deliveries that ended so, each with its person; none for a
    reason that leaves no row."""
    query = Delivery.select().where(
        Delivery.campaign_id == campaign.id, Delivery.state.in_(_STATES.get(reason, ()))
    )
    page: Page[Delivery] = keyset(query, by=Delivery.created_at, cursor=cursor, limit=limit)
    people = {
        user.id: user for user in User.select().where(User.id.in_([r.user_id for r in page.items]))
    }
    return Page([(row, people.get(row.user_id)) for row in page.items], page.next)


def _expected(space_id: int, kind: str, reason: Reason) -> ModelSelect[User]:
    """The members of the Space whom the reason holds for."""
    home = User.home_space == space_id
    if reason is Reason.BLOCKED:
        return User.select().where(home, User.status == UserStatus.BLOCKED)
    # Absent is NULL, and NULL is not false.
    muted = fn.COALESCE(User.preferences[kind] == False, False)  # noqa: E712
    members = home & (User.status == UserStatus.ACTIVE)
    if reason is Reason.MUTED:
        return User.select().where(members, muted)
    query = User.select().join(
        Wallet, JOIN.LEFT_OUTER, on=((Wallet.user_id == User.id) & (Wallet.kind == kind))
    )
    has_some = fn.COALESCE(Wallet.balance, 0) > 0
    conditions = {
        Reason.REACHED: has_some,
        Reason.REFUSED: ~has_some & Wallet.refused_at.is_null(False),
        Reason.NO_GRANT: ~has_some & Wallet.refused_at.is_null(),
    }
    if reason not in conditions:
        return User.select().where(User.id.is_null())
    return query.where(members, ~muted, conditions[reason])
