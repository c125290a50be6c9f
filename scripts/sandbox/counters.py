"""Call counts: those tests ask for and those the platform's quotas are made of."""

import threading
from collections import Counter
from dataclasses import dataclass

from .clock import Clock
from .errors import ApiError


@dataclass(frozen=True)
class Limit:
    """The quotas of an endpoint (None: unlimited) and the error code of each."""

    per_second: int | None = None
    per_minute: int | None = None
    per_day: int | None = None
    per_month: int | None = None
    second_code: int = 44990
    minute_code: int = 45011
    day_code: int = 45009
    month_code: int = 48006


NO_LIMIT = Limit()
# Quotas per user leave one window a user behind; past ones are dropped beyond this many.
MAX_WINDOWS = 20_000


class Counters:
    """Counts per endpoint, and per quota window in the sandbox's time."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._calls: Counter[str] = Counter()
        self._windows: dict[tuple[str, str], tuple[str, int]] = {}

    def count_call(self, path: str) -> None:
        """Note a call, whatever becomes of it."""
        with self._lock:
            self._calls[path] += 1

    def calls(self) -> dict[str, int]:
        """Return path → calls since the last clearing."""
        with self._lock:
            return dict(self._calls)

    def clear_calls(self) -> None:
        """Start counting calls at zero; quotas are not touched."""
        with self._lock:
            self._calls.clear()

    def used(self, name: str, window: str) -> int:
        """Return how much of a quota is used up in the present second, minute or day."""
        with self._lock:
            return self._count(name, window)

    def spend(self, name: str, limit: Limit) -> None:
        """Count one use of a quota; raise the limit's ApiError when none is left."""
        windows = [
            ("second", limit.per_second, limit.second_code),
            ("minute", limit.per_minute, limit.minute_code),
            ("day", limit.per_day, limit.day_code),
            ("month", limit.per_month, limit.month_code),
        ]
        with self._lock:
            for window, most, code in windows:
                if most is not None and self._count(name, window) >= most:
                    raise ApiError(code)
            for window, most, _ in windows:
                # An endpoint's day is always counted, for cgi-bin/openapi/quota/get.
                if most is not None or (window == "day" and name.startswith("/")):
                    used = self._count(name, window)
                    self._windows[name, window] = (self._stamp(window), used + 1)
            if len(self._windows) > MAX_WINDOWS:
                self._forget_past()

    def clear_quota(self, name: str | None = None) -> None:
        """Give back the quota of one endpoint, or of all."""
        with self._lock:
            for key in list(self._windows):
                if name in (None, key[0]):
                    del self._windows[key]

    def _forget_past(self) -> None:
        for (name, window), (stamp, _) in list(self._windows.items()):
            if stamp != self._stamp(window):
                del self._windows[name, window]

    def _count(self, name: str, window: str) -> int:
        stamp, used = self._windows.get((name, window), ("", 0))
        return used if stamp == self._stamp(window) else 0

    def _stamp(self, window: str) -> str:
        if window == "day":
            return self._clock.day()
        if window == "month":
            return self._clock.day()[:7]
        return str(int(self._clock.now() // (60 if window == "minute" else 1)))
