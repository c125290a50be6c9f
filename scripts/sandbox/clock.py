"""The sandbox's own clock: real time plus an offset that a control call may move."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

SHANGHAI = timezone(timedelta(hours=8))


class Clock:
    """Seconds since the epoch as tokens, codes, links and events see them."""

    def __init__(self) -> None:
        self._offset = 0.0
        self._moved = threading.Condition()

    @property
    def offset(self) -> float:
        """Seconds by which the sandbox is ahead of real time."""
        return self._offset

    def now(self) -> float:
        """Return the sandbox time in Unix seconds."""
        return time.time() + self._offset

    def move(self, offset_s: float) -> None:
        """Set the offset and wake everyone who waits for a moment."""
        with self._moved:
            self._offset = offset_s
            self._moved.notify_all()

    def sleep_until(self, due: float, is_wanted: Callable[[], bool]) -> bool:
        """Return True once the sandbox time has reached `due`, by waiting or by a moved clock.

        Returns False when it is no longer wanted; that is looked at whenever the clock moves.
        """
        with self._moved:
            while is_wanted():
                left = due - self.now()
                if left <= 0:
                    return True
                self._moved.wait(min(left, threading.TIMEOUT_MAX))
        return False

    def day(self) -> str:
        """Return the day in Shanghai, by which the platform counts its daily quotas."""
        return datetime.fromtimestamp(self.now(), SHANGHAI).strftime("%Y-%m-%d")


def iso(moment: float) -> str:
    """Return Unix seconds as ISO 8601 in UTC with milliseconds and Z."""
    text = datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")
