"""The drill: workers die by kill -9 every few seconds while thousands of messages go out, and every
message is accounted for against what WeChat received."""

from __future__ import annotations

import time
from dataclasses import dataclass

from models import Delivery, User, db
from models.notifications import DeliveryState
from scripts.bench.outbox import Outbox, add_space, end, open_outbox, publish, until
from scripts.bench.stack import Stack
from server.services import users

_DELAY_MS = 80
_OPEN = (DeliveryState.QUEUED, DeliveryState.RESERVED, DeliveryState.SENDING)
_WITHIN_S = 240.0
_LEFT_ALONE = 0.1
"""The share that the last workers send in peace."""


@dataclass(frozen=True)
class Drill:
    """How many messages, how many workers at a time, how often one of them dies, and how many at most."""

    messages: int
    workers: int
    kill_every_s: float
    kills: int = 100
    lease_s: int = 12
    timeouts_s: tuple[float, float] = (1, 5)


@dataclass(frozen=True)
class Outcome:
    """What became of the messages. Lost: called sent, or never ended, and WeChat has not got it."""

    lost: int
    twice: int
    unknown: int
    unknown_at_most: int

    @property
    def is_harmless(self) -> bool:
        """Say whether all is as promised."""
        return not (self.lost or self.twice) and self.unknown <= self.unknown_at_most


def drill(stack: Stack, plan: Drill) -> Outcome:
    """Send a menu to so many people by workers that keep dying; return what became of it."""
    outbox = open_outbox(stack, lease_s=plan.lease_s, timeouts_s=plan.timeouts_s)
    with db.connection_context():
        space = add_space(outbox, "drilled", plan.messages, every=1)
        outbox.delay(_DELAY_MS)
        publish(space)
        began = time.monotonic()
        kills = _kill_until_done(outbox, plan)
        print(f"{plan.messages:,} messages by {plan.workers} workers, {kills} of them killed:")
        outcome = _account(outbox, plan, kills * outbox.it.config.jobs.send_threads)
        print(f"over after {time.monotonic() - began:.0f} s", flush=True)
    return outcome


def _kill_until_done(outbox: Outbox, plan: Drill) -> int:
    """Let the workers die in turns while there is something to die for, then let the last ones
    finish; return how many died."""
    crew = [outbox.work() for _ in range(plan.workers)]
    for deaths in range(plan.kills + 1):
        _wait_for_a_send(outbox, plan)
        time.sleep(plan.kill_every_s)
        if deaths == plan.kills or _left(plan) <= plan.messages * _LEFT_ALONE:
            break
        turn = deaths % plan.workers
        end(crew[turn])
        crew[turn] = outbox.work()
    until(lambda: _left(plan) == 0, _WITHIN_S, "every message has met its end")
    for each in crew:
        end(each)
    return deaths


def _wait_for_a_send(outbox: Outbox, plan: Drill) -> None:
    seen = outbox.sends()
    until(lambda: outbox.sends() > seen or _left(plan) == 0, _WITHIN_S, "a message leaves")


def _left(plan: Drill) -> int:
    """Return how many have not met their end; not yet spread counts as well."""
    return plan.messages - int(Delivery.select().where(Delivery.state.not_in(_OPEN)).count())


def _account(outbox: Outbox, plan: Drill, unknown_at_most: int) -> Outcome:
    """Hold our tables against what WeChat received."""
    arrived = outbox.arrived()
    states = {row.user_id: row.state for row in Delivery.select(Delivery.user_id, Delivery.state)}
    vault = outbox.it.vault
    people = {user.id: users.openid_of(user, vault) or "" for user in User.select()}
    unknown = [id_ for id_, state in states.items() if state == DeliveryState.UNKNOWN]
    lost = [
        id_
        for id_, openid in people.items()
        if not arrived[openid] and states.get(id_) != DeliveryState.UNKNOWN
    ]
    twice = sum(count - 1 for count in arrived.values() if count > 1)
    never = sum(not arrived[people[id_]] for id_ in unknown)
    print(
        f"  {plan.messages - len(unknown) - len(lost):,} sent and arrived, {len(lost)} lost, {twice} twice"
    )
    print(f"  {len(unknown)} unknown (at most {unknown_at_most}), of which {never} never arrived")
    return Outcome(len(lost), twice, len(unknown), unknown_at_most)
