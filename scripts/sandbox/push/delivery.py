"""Delivery of push messages: background threads, five seconds, three tries, in order."""

import http.client
import random
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from itertools import count
from queue import SimpleQueue
from typing import Any
from urllib.parse import urlsplit

from ..config import Config, is_loopback_url
from .envelope import Sealed

TRIES = 3
WORKERS = 16
LOG_LENGTH = 1000
MAX_ANSWER = 65_536
CHUNK = 65_536
SHUFFLE_S = 0.3


@dataclass
class Parcel:
    """One message on its way to the callback, with what became of every try."""

    event: str
    openid: str | None
    sealed: Sealed
    callback: str | None
    delay_s: float = 0
    id: int = 0
    state: str = "pending"
    tries: list[dict[str, Any]] = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)

    def copy(self) -> "Parcel":
        """Return the same message to be delivered once more."""
        return Parcel(self.event, self.openid, self.sealed, self.callback, self.delay_s)

    def listing(self) -> dict[str, Any]:
        """Return the parcel as JSON values."""
        return {
            "id": self.id,
            "event": self.event,
            "openid": self.openid,
            "state": self.state,
            "query": self.sealed.query,
            "body": self.sealed.body.decode(errors="replace"),
            "tries": self.tries,
        }


def call(method: str, url: str, body: bytes | None, kind: str, timeout: float) -> tuple[int, str]:
    """Return (status, text) of one HTTP call; refuse any address but this machine's."""
    headers = {"Content-Type": kind, "User-Agent": "Mozilla/4.0"}
    connection, target = _connect(url, timeout)
    try:
        connection.request(method, target, body, headers if body is not None else {})
        response = connection.getresponse()
        return response.status, response.read(MAX_ANSWER).decode("utf-8", "replace")
    finally:
        connection.close()


def fetch(url: str, most: int, deadline: float) -> tuple[int, bytes]:
    """Return (status, up to `most` bytes) of a file; TimeoutError past the monotonic deadline.

    Redirects are not followed: they could lead off this machine.
    """
    connection, target = _connect(url, deadline - time.monotonic())
    try:
        connection.request("GET", target)
        response = connection.getresponse()
        content = bytearray()
        while len(content) < most and (chunk := response.read1(min(CHUNK, most))):
            content += chunk
            if time.monotonic() > deadline:
                raise TimeoutError("the download takes too long")
        return response.status, bytes(content[:most])
    finally:
        connection.close()


def _connect(url: str, timeout: float) -> tuple[http.client.HTTPConnection, str]:
    if not is_loopback_url(url):
        raise OSError(f"{url} is not on this machine")
    parts = urlsplit(url)
    target = (parts.path or "/") + ("?" + parts.query if parts.query else "")
    return http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=timeout), target


class Pusher:
    """Delivers parcels; those of one openid strictly one after the other."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._lock = threading.Condition()
        self._lines: dict[object, deque[Parcel]] = {}
        self._ready: SimpleQueue[object] = SimpleQueue()
        self._numbers = count(1)
        self._log: deque[Parcel] = deque(maxlen=LOG_LENGTH)
        self._pending = 0
        self._threads = 0

    def submit(self, parcel: Parcel) -> threading.Event:
        """Queue a parcel; return the event that is set when it has arrived or failed."""
        with self._lock:
            parcel.id = next(self._numbers)
            self._log.append(parcel)
            if parcel.callback is None:
                parcel.state = "skipped"
                parcel.done.set()
                return parcel.done
            key: object = parcel.openid or ""
            if self._config.push_order == "shuffled":
                key, parcel.delay_s = parcel.id, parcel.delay_s + random.uniform(0, SHUFFLE_S)
            self._pending += 1
            line = self._lines.setdefault(key, deque())
            line.append(parcel)
            if len(line) == 1:
                self._ready.put(key)
            if self._threads < min(WORKERS, self._pending):
                self._threads += 1
                threading.Thread(target=self._work, name="push", daemon=True).start()
        return parcel.done

    def wait_idle(self, seconds: float) -> bool:
        """Wait until nothing is on its way; return False when it takes longer."""
        with self._lock:
            return self._lock.wait_for(lambda: self._pending == 0, seconds)

    def listing(self) -> list[dict[str, Any]]:
        """Return the last parcels, the oldest first."""
        with self._lock:
            return [parcel.listing() for parcel in self._log]

    def forget(self) -> None:
        """Empty the log; parcels on their way still arrive."""
        with self._lock:
            self._log.clear()

    def _work(self) -> None:
        while True:
            key = self._ready.get()
            parcel = self._lines[key][0]
            self._deliver(parcel)
            with self._lock:
                line = self._lines[key]
                line.popleft()
                if line:
                    self._ready.put(key)
                else:
                    del self._lines[key]
                self._pending -= 1
                self._lock.notify_all()
            parcel.done.set()

    def _deliver(self, parcel: Parcel) -> None:
        time.sleep(parcel.delay_s)
        glue = "&" if "?" in (parcel.callback or "") else "?"
        url = f"{parcel.callback}{glue}{parcel.sealed.query}"
        state = "failed"
        for _ in range(TRIES):
            started = time.monotonic()
            result: dict[str, Any] = {"status": None}
            try:
                status, answer = call(
                    "POST",
                    url,
                    parcel.sealed.body,
                    parcel.sealed.content_type,
                    self._config.push_timeout_ms / 1000,
                )
                result = {"status": status, "answer": answer}
            except (OSError, http.client.HTTPException) as error:
                result["error"] = repr(error)
            result["ms"] = round((time.monotonic() - started) * 1000)
            parcel.tries.append(result)
            if result["status"] == 200:
                state = "delivered"
                break
        parcel.state = state
