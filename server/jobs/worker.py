"""The worker: takes leased batches out of the outbox and sends them, until it is told to stop.

It may be killed at any moment, and there may be several: what matters stands in the database. One
thread claims and settles, many speak with WeChat.
"""

import os
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import timedelta
from typing import Final

from peewee import InterfaceError, OperationalError

from models import User, db
from server import logs
from server.clock import utcnow
from server.context import Resources
from server.jobs import Clockwork
from server.jobs import notifications_pushes as pushes
from server.jobs.notifications_templates import Templates
from server.jobs.wake import Wake
from server.services import users
from server.services.notifications import campaigns, outbox, outcomes
from server.services.notifications.outbox import Parcel
from server.wechat import WeChatError, render

_SPREAD_BATCH: Final = 500
_CHORES_EVERY_S: Final = 0.25
_CLOCK_EVERY_S: Final = 1.0


class Worker:
    """One worker process: a loop that claims and settles, threads that send, one for the clock and
    one that spreads campaigns."""

    def __init__(self, resources: Resources) -> None:
        self._it = resources
        self._settings = resources.config.jobs
        self._lease = timedelta(seconds=self._settings.lease_seconds)
        self._owner = f"{os.getpid()}-{secrets.token_hex(6)}"
        self._templates = Templates(resources.wechat)
        self._wake = Wake(resources.redis)
        self._stop = threading.Event()
        self._unspread = threading.Event()
        self._buckets: deque[int] = deque()
        self._ready: deque[tuple[Parcel, User | None]] = deque()
        self._flying: dict[Future[WeChatError | None], Parcel] = {}
        self._chores_at = 0.0
        self._next_send_at = 0.0

    def stop(self) -> None:
        """Finish what is on its way and take nothing new; safe inside a signal handler."""
        self._stop.set()

    def run(self) -> None:
        """Work until `stop`."""
        logs.get().info("worker started", owner=self._owner)
        aside = [
            threading.Thread(target=self._watch_clock, name="clock"),
            # Telling a hundred thousand takes a while; what is ready to leave does not wait for it.
            threading.Thread(target=self._watch_campaigns, name="spread"),
        ]
        for thread in aside:
            thread.start()
        with ThreadPoolExecutor(self._settings.send_threads, "send") as pool:
            while not self._stop.is_set():
                if not self._survive(lambda: self._round(pool)):
                    self._rest()
            wait(self._flying)
        for thread in aside:
            thread.join()
        self._survive(self._leave)
        self._wake.close()
        logs.get().info("worker stopped", owner=self._owner)

    def _survive(self, work: Callable[[], bool]) -> bool:
        """Do a piece of work; a database that is away for a while is no reason to die."""
        try:
            with db.connection_context():
                return work()
        except (InterfaceError, OperationalError) as error:
            logs.get().error("database away", error=str(error))
            self._stop.wait(self._settings.poll_seconds)
            return False

    def _round(self, pool: ThreadPoolExecutor) -> bool:
        """Look once at everything; return whether there may be more to do at once."""
        self._settle()
        busy = self._chores()
        busy |= self._claim()
        return self._launch(pool) or busy

    def _chores(self) -> bool:
        """What need not happen between any two sends."""
        if self._flying and time.monotonic() < self._chores_at:
            return False
        self._chores_at = time.monotonic() + _CHORES_EVERY_S
        now = utcnow()
        outbox.recover(now=now)
        if campaigns.spreading():
            self._unspread.set()
        return pushes.work_off(self._it, now=now) > 0

    def _claim(self) -> bool:
        """Lease from one bucket; no more than the threads get through soon."""
        if len(self._ready) >= self._settings.send_threads:
            return False
        now = utcnow()
        if not self._buckets:
            self._buckets.extend(outbox.due_buckets(now=now))
        if not self._buckets:
            return False
        room = self._settings.lease_batch - len(self._ready)
        parcels = outbox.claim(
            self._owner,
            self._buckets.popleft(),
            limit=room,
            lease=self._lease,
            lasting=self._it.config.wechat.long_term,
            now=now,
        )
        # Whoever leaves from here on takes their deliveries along, and those are not begun.
        people = users.of_ids([parcel.user_id for parcel in parcels])
        self._ready.extend((parcel, people.get(parcel.user_id)) for parcel in parcels)
        return True

    def _launch(self, pool: ThreadPoolExecutor) -> bool:
        """Let as many leave as there are free threads."""
        free = self._settings.send_threads - len(self._flying)
        free = min(free, self._allowance(), len(self._ready))
        if free <= 0:
            return False
        leaving = [self._ready.popleft() for _ in range(free)]
        people = {parcel.id: person for parcel, person in leaving}
        begun = outbox.begin_sending(
            [parcel for parcel, _ in leaving], owner=self._owner, lease=self._lease, now=utcnow()
        )
        for parcel in begun:
            self._flying[pool.submit(self._send, parcel, people[parcel.id])] = parcel
        return True

    def _allowance(self) -> int:
        """How many may leave now, where the settings limit them."""
        pace = self._settings.sends_per_second
        if not pace:
            return self._settings.send_threads
        if time.monotonic() < self._next_send_at:
            return 0
        self._next_send_at = time.monotonic() + 1 / pace
        return 1

    def _send(self, parcel: Parcel, person: User | None) -> WeChatError | None:
        """Send one; runs in a thread of its own and touches no table."""
        # Opened only now: an openid is in the clear for the length of one request.
        openid = users.openid_of(person, self._it.vault) if person else None
        if openid is None:
            return WeChatError("bad_request", message="this person has left")
        template_id = self._it.config.wechat.templates.get(parcel.kind, "")
        data = render(parcel.kind, parcel.fields, self._templates.find(template_id))
        try:
            self._it.wechat.send(openid, template_id, data, parcel.page)
        except WeChatError as error:
            return error
        return None

    def _settle(self) -> None:
        """Write down what came back."""
        results = []
        for future in [each for each in self._flying if each.done()]:
            parcel = self._flying[future]
            if bug := future.exception():
                # The row says sending; when its lease is over it is unknown, and staff see it.
                logs.get().error("bug in a send", delivery_id=parcel.id, exc_info=bug)
                del self._flying[future]
            else:
                results.append((future, parcel, future.result()))
        if results:
            outcomes.settle(
                [(parcel, error) for _, parcel, error in results], owner=self._owner, now=utcnow()
            )
            # Only now: with the database away they are settled in a later round.
            for future, _, _ in results:
                del self._flying[future]

    def _leave(self) -> bool:
        self._settle()
        return outbox.give_back(self._owner, now=utcnow()) > 0

    def _rest(self) -> None:
        """Wait until something is done, something rings, or it is time to look again."""
        if self._flying:
            wait(self._flying, timeout=0.2, return_when=FIRST_COMPLETED)
        elif self._ready:
            self._stop.wait(max(0.0, self._next_send_at - time.monotonic()))
        else:
            self._wake.wait(self._settings.poll_seconds, self._stop)

    def _watch_campaigns(self) -> None:
        while not self._stop.is_set():
            if self._unspread.wait(_CLOCK_EVERY_S):
                self._unspread.clear()
                self._survive(self._spread)

    def _spread(self) -> bool:
        """Tell people until there is nobody left to tell."""
        reached = 1
        while reached and not self._stop.is_set():
            now = utcnow()
            reached = sum(
                campaigns.spread(campaign_id, batch=_SPREAD_BATCH, now=now)
                for campaign_id in campaigns.spreading()
            )
        return True

    def _watch_clock(self) -> None:
        clockwork = Clockwork(self._it)
        while not self._stop.is_set():
            self._survive(lambda: bool(clockwork.run_due(now=utcnow())))
            self._stop.wait(_CLOCK_EVERY_S)
