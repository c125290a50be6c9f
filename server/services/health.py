"""Whether the ground under the services holds, and whether what stands on it is consistent."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from peewee import JOIN, PeeweeException, fn

from models import (
    Campaign,
    Checkin,
    Delivery,
    IdempotencyKey,
    Message,
    OrgUnit,
    Session,
    Signup,
    Wallet,
    WalletEntry,
    db,
)
from models.notifications import BUCKETS, CampaignState, DeliveryState, EntryReason
from models.signups import SignupState
from server.services import health_activities, health_needs, health_surveys, signups_recount
from server.services import signups_seats as seats
from server.services.health_rules import REPORT, SHOWN, Rule, rows
from server.services.notifications import wallet

__all__ = ["RULES", "Breach", "Rule", "breaches", "broken", "database_ready"]

_OPEN: Final = (DeliveryState.QUEUED, DeliveryState.RESERVED, DeliveryState.SENDING)
_HOLDING: Final = (
    DeliveryState.RESERVED,
    DeliveryState.SENDING,
    DeliveryState.SENT,
    DeliveryState.DELIVERED,
    DeliveryState.UNKNOWN,
)
_ENDED: Final = (CampaignState.DONE, CampaignState.CANCELLED)


@dataclass(frozen=True)
class Breach:
    """A rule that does not hold, and the rows that say so (the first twenty)."""

    rule: Rule
    lines: list[str]


def database_ready() -> bool:
    """Return True when the database answers and holds our tables."""
    try:
        with db.atomic():
            OrgUnit.select(OrgUnit.id).limit(1).execute()
    except PeeweeException:
        return False
    return True


def broken() -> list[str]:
    """Return a line in plain English for every row that breaks a rule no crash may break; empty
    when the data is sound. Reads only, and may run while everything works."""
    return [line for breach in breaches() for line in breach.lines]


def breaches(*more: Rule) -> list[Breach]:
    """Return the rules that do not hold, each with its rows and what to do about them; `more` are
    rules about what is not in the database."""
    found = [(rule, list(rule.find())) for rule in (*RULES, *more)]
    return [Breach(rule, _shortened(lines)) for rule, lines in found if lines]


def _shortened(lines: list[str]) -> list[str]:
    return lines if len(lines) <= SHOWN else [*lines[:SHOWN], "… and more"]


def _miscounted_seats() -> Iterable[str]:
    for row in signups_recount.miscounted():
        yield f"session {row.session_id}: {row.counted} places counted, its signups hold {row.held}"


def _overfull() -> Iterable[str]:
    """More places taken than there are and than staff let in knowingly, at the door or by lowering
    the capacity."""
    beyond = Signup.select(fn.COALESCE(fn.SUM(Signup.over_capacity), 0)).where(
        Signup.session == Session.id, seats.seated()
    )
    query = Session.select(Session.id, Session.seats_taken, Session.capacity).where(
        Session.seats_taken > Session.capacity + Session.extra_seats + beyond
    )
    for session_id, taken, capacity in rows(query):
        yield f"session {session_id}: {taken} places taken of {capacity}"


def _waiting_astray() -> Iterable[str]:
    is_waiting = Signup.state == SignupState.WAITLISTED
    query = Signup.select(Signup.id, Signup.state).where(
        (is_waiting & Signup.position.is_null())
        | (~is_waiting & Signup.position.is_null(False))
        | ((Signup.state == SignupState.OFFERED) & Signup.hold_until.is_null())
    )
    for signup_id, state in rows(query):
        yield f"signup {signup_id}: {state}, and its place in the line or its deadline is wrong"


def _checkins_alone() -> Iterable[str]:
    """A check-in whose signup does not say that the person was there."""
    query = (
        Checkin.select(Checkin.id, Checkin.signup)
        .join(Signup)
        .where(
            Checkin.voided_at.is_null(),
            (Signup.state != SignupState.ATTENDED)
            | (Signup.session != Checkin.session)
            | (Signup.user_id != Checkin.user_id),
        )
    )
    for checkin_id, signup_id in rows(query):
        yield f"check-in {checkin_id}: its signup {signup_id} is not an attended one of the same person"


def _attended_unseen() -> Iterable[str]:
    query = (
        Signup.select(Signup.id)
        .join(
            Checkin, JOIN.LEFT_OUTER, on=(Checkin.signup == Signup.id) & Checkin.voided_at.is_null()
        )
        .where(Signup.state == SignupState.ATTENDED, Checkin.id.is_null())
    )
    for (signup_id,) in rows(query):
        yield f"signup {signup_id}: attended, but nobody was checked in for it"


def _wallets_off() -> Iterable[str]:
    entered = fn.COALESCE(fn.SUM(WalletEntry.change), 0)
    query = (
        Wallet.select(Wallet.id, Wallet.balance, entered)
        .join(WalletEntry, JOIN.LEFT_OUTER)
        .group_by(Wallet.id, Wallet.balance)
        .having((entered != Wallet.balance) | (Wallet.balance < 0))
    )
    for wallet_id, balance, total in rows(query):
        yield f"wallet {wallet_id}: balance {balance}, its entries sum up to {total}"


def _entries_of(reasons: tuple[EntryReason, ...]) -> Any:
    """The ledger's entries of these reasons about a delivery's present reservation."""
    entry = WalletEntry.alias()
    return (
        entry.select(entry.id)
        .join(Wallet, on=entry.wallet == Wallet.id)
        .where(
            Wallet.user_id == Delivery.user_id,
            Wallet.kind == Delivery.kind,
            entry.reason.in_(reasons),
            entry.ref == wallet.ref_column(Delivery.id, Delivery.version),
        )
    )


def _sent_unpaid() -> Iterable[str]:
    """A message that left, or may have, without a reminder of the person's paid for it."""
    reserved = fn.EXISTS(_entries_of((EntryReason.RESERVE,)))
    released = fn.EXISTS(_entries_of((EntryReason.RELEASE,)))
    query = Delivery.select(Delivery.id, Delivery.state).where(
        Delivery.state.in_(_HOLDING), ~reserved | released
    )
    for delivery_id, state in rows(query):
        yield f"delivery {delivery_id}: {state}, and holds no reminder of the person's wallet"


def _reminders_lost() -> Iterable[str]:
    """A reminder taken for a message that did not leave, and neither spent nor put back."""
    settled = (EntryReason.COMMIT, EntryReason.RELEASE, EntryReason.ZEROED)
    query = Delivery.select(Delivery.id, Delivery.state).where(
        Delivery.state.not_in(_HOLDING),
        fn.EXISTS(_entries_of((EntryReason.RESERVE,))),
        ~fn.EXISTS(_entries_of(settled)),
    )
    for delivery_id, state in rows(query):
        yield f"delivery {delivery_id}: {state}, and the reminder it took was never put back"


def _deliveries_astray() -> Iterable[str]:
    query = (
        Delivery.select(Delivery.id, Delivery.user_id, Message.user_id)
        .join(Message)
        .where(
            (Delivery.user_id != Message.user_id)
            | (Delivery.bucket != Delivery.user_id.bin_and(BUCKETS - 1))
        )
    )
    for delivery_id, receiver, reader in rows(query):
        yield f"delivery {delivery_id}: goes to {receiver} in a wrong bucket or for {reader}'s message"


def _deliveries_stranded() -> Iterable[str]:
    query = (
        Delivery.select(Delivery.id, Delivery.state, Campaign.id)
        .join(Campaign, on=Delivery.campaign_id == Campaign.id)
        .where(Delivery.state.in_(_OPEN), Campaign.state.in_(_ENDED))
    )
    for delivery_id, state, campaign_id in rows(query):
        yield f"delivery {delivery_id}: {state}, but its campaign {campaign_id} is over"


def _unanswered() -> Iterable[str]:
    query = IdempotencyKey.select(IdempotencyKey.id, IdempotencyKey.user_id).where(
        IdempotencyKey.status.is_null()
    )
    for key_id, user_id in rows(query):
        yield f"idempotency key {key_id} of user {user_id}: taken, but the answer was not kept"


RULES: Final = (
    Rule(
        "places taken are those of the signups",
        _miscounted_seats,
        "flask --app server job check_seats (it runs every night and notes what it sets right)",
    ),
    Rule(
        "a session takes no more people than it has places",
        _overfull,
        "give the session more places in the console, or ask somebody to come another time",
    ),
    Rule("everybody who waits stands in the line", _waiting_astray, REPORT),
    Rule("who is checked in was signed up and attended", _checkins_alone, REPORT),
    Rule("who attended is checked in", _attended_unseen, REPORT),
    Rule("a wallet holds the sum of its entries", _wallets_off, REPORT),
    Rule("what was sent was paid for with a reminder", _sent_unpaid, REPORT),
    Rule("a reminder is spent or put back", _reminders_lost, REPORT),
    Rule("a delivery carries its own person's message", _deliveries_astray, REPORT),
    Rule("nothing waits in a campaign that is over", _deliveries_stranded, REPORT),
    *health_needs.RULES,
    Rule("every idempotency key has its answer", _unanswered, REPORT),
    *health_activities.RULES,
    *health_surveys.RULES,
)
"""What holds, in the order in which people would miss it."""
