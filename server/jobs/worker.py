"""The worker: takes leased batches out of the outbox and sends them, until it is told to stop.

It may be killed at any moment, and there may be several: what matters stands in the database.
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

from models import db
from server import logs
from server.clock import utcnow
from server.context import Resources
from server.jobs import Clockwork, pushes
from server.jobs.templates import Templates
from server.jobs.wake import Wake
from server.services import users
from server.services.notifications import campaigns, outbox, outcomes
from server.services.notifications.outbox import Parcel
from server.wechat import WeChatError, render

_SPREAD_BATCH: Final = 500
_RECOVER_EVERY_S: Final = 1.0
_CLOCK_EVERY_S: Final = 1.0


class Worker:
    """One worker process: a loop that claims, threads that send, a thread for the timetable."""

    def __init__(self, resources: Resources) -> None:
        self._it = resources
        self._settings = resources.config.jobs
        self._lease = timedelta(seconds=self._settings.lease_seconds)
        self._owner = f"{os.getpid()}-{secrets.token_hex(6)}"
        self._templates = Templates(resources.wechat)
        self._wake = Wake(resources.redis)
        self._stop = threading.Event()
        self._buckets: deque[int] = deque()
        self._flying: set[Future[None]] = set()
        self._recovered_at = 0.0
        self._next_send_at = 0.0

    def stop(self) -> None:
        """Finish what is on its way and take nothing new; safe inside a signal handler."""
        self._stop.set()

    def run(self) -> None:
        """Work until `stop`."""
        logs.get().info("worker started", owner=self._owner)
        clock = threading.Thread(target=self._watch_clock, name="clock")
        clock.start()
        with ThreadPoolExecutor(self._settings.send_threads, "send") as pool:
            while not self._stop.is_set():
                if not self._survive(lambda: self._round(pool)):
                    self._rest()
        clock.join()
        with db.connection_context():
            given_back = outbox.give_back(self._owner, now=utcnow())
        self._wake.close()
        logs.get().info("worker stopped", owner=self._owner, given_back=given_back)

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
        now = utcnow()
        if time.monotonic() - self._recovered_at > _RECOVER_EVERY_S:
            self._recovered_at = time.monotonic()
            outbox.recover(now=now)
        busy = pushes.work_off(self._it, now=now) > 0
        for campaign_id in campaigns.spreading():
            busy |= campaigns.spread(campaign_id, batch=_SPREAD_BATCH, now=now) > 0
        return self._claim(pool) or busy

    def _claim(self, pool: ThreadPoolExecutor) -> bool:
        self._flying = {each for each in self._flying if not each.done()}
        room = self._settings.lease_batch - len(self._flying)
        # A lease runs from the claim on, so no more is taken than the threads get through soon.
        if room <= 0 or len(self._flying) >= 2 * self._settings.send_threads:
            return False
        now = utcnow()
        if not self._buckets:
            self._buckets.extend(outbox.due_buckets(now=now))
        if not self._buckets:
            return False
        bucket = self._buckets.popleft()
        parcels = outbox.claim(self._owner, bucket, limit=room, lease=self._lease, now=now)
        for parcel in parcels:
            self._pace()
            self._flying.add(pool.submit(self._send, parcel))
        return True

    def _pace(self) -> None:
        """Wait until the next send may leave, where the settings limit them."""
        if not self._settings.sends_per_second:
            return
        self._stop.wait(max(0.0, self._next_send_at - time.monotonic()))
        self._next_send_at = time.monotonic() + 1 / self._settings.sends_per_second

    def _rest(self) -> None:
        """Wait until something is done, something rings, or it is time to look again."""
        if self._flying:
            wait(self._flying, timeout=0.2, return_when=FIRST_COMPLETED)
        else:
            self._wake.wait(self._settings.poll_seconds, self._stop)

    def _send(self, parcel: Parcel) -> None:
        try:
            self._send_one(parcel)
        except Exception as error:
            # The row says reserved or sending; the lease decides what becomes of it.
            logs.get().error("send failed", delivery_id=parcel.id, exc_info=error)

    def _send_one(self, parcel: Parcel) -> None:
        if self._stop.is_set():
            return  # still reserved: given back at the end
        data = render(parcel.kind, parcel.fields, self._templates.find(self._template_id(parcel)))
        with db.connection_context():
            user = users.find(parcel.user_id)
            # Opened only now: an openid is in the clear for the length of one request.
            openid = users.openid_of(user, self._it.vault) if user else None
            now = utcnow()
            if not outbox.begin_sending(parcel, owner=self._owner, lease=self._lease, now=now):
                return
        error = self._ask_wechat(openid, parcel, data)
        with db.connection_context():
            outcomes.settle(parcel.id, error, owner=self._owner, now=utcnow())

    def _template_id(self, parcel: Parcel) -> str:
        return self._it.config.wechat.templates.get(parcel.kind, "")

    def _ask_wechat(
        self, openid: str | None, parcel: Parcel, data: dict[str, str]
    ) -> WeChatError | None:
        if openid is None:
            return WeChatError("bad_request", message="this person has left")
        try:
            self._it.wechat.send(openid, self._template_id(parcel), data, parcel.page)
        except WeChatError as error:
            return error
        return None

    def _watch_clock(self) -> None:
        clockwork = Clockwork(self._it)
        while not self._stop.is_set():
            self._survive(lambda: bool(clockwork.run_due(now=utcnow())))
            self._stop.wait(_CLOCK_EVERY_S)
