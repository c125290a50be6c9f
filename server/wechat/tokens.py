"""The one access token of the app, shared by every thread, worker and machine."""

import copy
import logging
import threading
import time
from collections.abc import Callable
from typing import Final

from redis import Redis
from redis.exceptions import RedisError

from server.wechat.errors import WeChatError

_log = logging.getLogger(__name__)

# WeChat renews a stable token in the last five minutes of its life; both work meanwhile.
_MARGIN_S: Final = 300
_SHORTEST_S: Final = 60
# A fetch lasts at most its two time-outs together; the lock must outlive it.
_LOCK_S: Final = 20
_LOCK_WAIT_S: Final = 15


class TokenStore:
    """Keeps the token in this process and in Redis; asks WeChat once for all who wait.

    Redis saves calls, it is not needed: the stable token is the same for everybody, so a
    process that cannot reach Redis asks for itself.
    """

    def __init__(self, redis: Redis, appid: str, fetch: Callable[[], tuple[str, int]]) -> None:
        """`fetch` asks WeChat and returns the token and its life in seconds."""
        self._redis = redis
        self._key = f"wechat:{appid}:token"
        self._fetch = fetch
        self._mutex = threading.Lock()
        self._token = ""
        self._good_until = 0.0  # on the monotonic clock
        self._rounds = 0  # renewals finished, so that a waiting thread sees that one ended
        self._failure: WeChatError | None = None  # of the last renewal

    def current(self) -> str:
        """A token believed to be good. Raises WeChatError if there is none to be had."""
        return self._remembered() or self.renew(stale=None)

    def renew(self, *, stale: str | None) -> str:
        """The newest token; equal to `stale` when WeChat has no other. Raises WeChatError."""
        seen = self._rounds
        with self._mutex:
            held = self._remembered()
            if held and held != stale:
                return held
            if self._rounds != seen:  # another thread asked while this one waited
                if self._failure:
                    raise copy.copy(self._failure)
                if held:
                    return held
            return self._renewed(stale)

    def _renewed(self, stale: str | None) -> str:
        self._failure = None
        try:
            return self._through_redis(stale)
        except RedisError as error:
            _log.warning("access token not shared, redis failed: %s", type(error).__name__)
            held = self._remembered()
            return held if held and held != stale else self._fetched()
        except WeChatError as error:
            self._failure = error
            raise
        finally:
            self._rounds += 1

    def _through_redis(self, stale: str | None) -> str:
        if token := self._shared(stale):
            return token
        with self._redis.lock(f"{self._key}:lock", _LOCK_S, 0.05, blocking_timeout=_LOCK_WAIT_S):
            if token := self._shared(stale):
                return token
            token = self._fetched()
            life_ms = int((self._good_until - time.monotonic()) * 1000)
            self._redis.set(self._key, token, px=max(life_ms, 1))
            return token

    def _shared(self, stale: str | None) -> str:
        """Redis's token with the rest of its life remembered; empty if none or `stale`."""
        with self._redis.pipeline(transaction=True) as pipe:
            pipe.get(self._key)
            pipe.pttl(self._key)
            value, life_ms = pipe.execute()
        token = value.decode() if isinstance(value, bytes) else value or ""
        if not token or token == stale or life_ms <= 0:
            return ""
        self._remember(token, life_ms / 1000)
        return token

    def _fetched(self) -> str:
        token, life = self._fetch()
        self._remember(token, max(life - _MARGIN_S, _SHORTEST_S))
        return token

    def _remember(self, token: str, seconds: float) -> None:
        self._good_until = time.monotonic() + seconds
        self._token = token

    def _remembered(self) -> str:
        return self._token if time.monotonic() < self._good_until else ""
