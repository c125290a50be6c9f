"""How often somebody may ask, counted in Redis; without Redis, counted per process."""

import math
import threading
import time

from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from redis.exceptions import RedisError

from server.errors import Busy, RateLimited


class _Limiter(Limiter):
    """Falls back to memory in every thread. The library does so only in the thread that notices
    first; those that wait for the same lost Redis would answer with its error."""

    def _check_request_limit(
        self, callable_name: str | None = None, in_middleware: bool = True
    ) -> None:
        if in_middleware:  # limits stand on single routes here, and look for themselves
            return
        for _ in range(2):
            try:
                super()._check_request_limit(callable_name, in_middleware)
                return
            except RedisError:
                self._storage_dead = True
                self.context.seen_limits.clear()
        raise Busy


limiter = _Limiter(
    get_remote_address,
    strategy="sliding-window-counter",
    in_memory_fallback_enabled=True,
    headers_enabled=False,
    swallow_errors=False,
)
_own_memory = SlidingWindowCounterRateLimiter(MemoryStorage())


def redis_uri(url: str) -> str:
    """Return a Redis URL in the spelling the limiter's library wants."""
    return url.replace("unix://", "redis+unix://", 1) if url.startswith("unix://") else url


def seconds_to_wait() -> int:
    """Return the seconds until the limit this request ran into lets another one through."""
    try:
        limit = limiter.current_limit
        return _seconds_until(limit.reset_at if limit else 0)
    except RedisError:
        return 60


def spend(rate: str, *who: str) -> None:
    """Count one attempt of `who` towards `rate` (`10/minute`), for what no route can know, like a
    login name. Raises RateLimited with the seconds to wait."""
    item = parse(rate)
    try:
        strategy = limiter.limiter
        is_allowed = strategy.hit(item, *who)
    except RedisError:
        strategy = _own_memory
        is_allowed = strategy.hit(item, *who)
    if not is_allowed:
        raise RateLimited(_seconds_until(strategy.get_window_stats(item, *who).reset_time))


class _Minutes:
    """Counts of one process, each for a minute from its first. The library's own memory starts a
    thread for almost every count."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._began: dict[tuple[str, ...], tuple[float, int]] = {}

    def count(self, who: tuple[str, ...]) -> tuple[int, float]:
        """Count `who` once more; return how often this minute, and the seconds left of it."""
        now = time.monotonic()
        with self._lock:
            # In the order in which they began, so what is over stands in front.
            while self._began and now - next(iter(self._began.values()))[0] >= 60:
                del self._began[next(iter(self._began))]
            began, before = self._began.get(who, (now, 0))
            self._began[who] = began, before + 1
        return before + 1, began + 60 - now


_minutes = _Minutes()


def spend_here(per_minute: int, *who: str) -> None:
    """Count one attempt of `who` in this process alone: for the busiest routes, where asking Redis
    would cost a quarter of the answer and a limit for each worker will do. Raises RateLimited."""
    count, left = _minutes.count(who)
    if count > per_minute:
        raise RateLimited(max(1, math.ceil(left)))


def _seconds_until(moment: float) -> int:
    return max(1, math.ceil(moment - time.time()))
