"""Being woken through Redis. Redis may be gone: then the worker looks by itself every so often."""

import threading
import time
from typing import Final

from redis import Redis
from redis.client import PubSub
from redis.exceptions import RedisError

from server import logs
from server.services.notifications.bell import CHANNEL

_SLICE_S: Final = 0.5


class Wake:
    """Waits for the bell of any process of this deployment."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._line: PubSub | None = None

    def wait(self, seconds: float, stop: threading.Event) -> None:
        """Return when the bell rings, when the time is over, or soon after `stop` is set."""
        until = time.monotonic() + seconds
        while not stop.is_set() and (left := until - time.monotonic()) > 0:
            try:
                line = self._listening()
                if line.get_message(timeout=min(left, _SLICE_S)):
                    while line.get_message(timeout=0.0):  # many rings, one look
                        pass
                    return
            except RedisError as error:
                logs.get().warning("nobody can wake the worker", error=type(error).__name__)
                self.close()
                stop.wait(left)

    def close(self) -> None:
        """Stop listening."""
        if self._line is not None:
            self._line.close()
            self._line = None

    def _listening(self) -> PubSub:
        if self._line is None:
            self._line = self._redis.pubsub(ignore_subscribe_messages=True)
            self._line.subscribe(CHANNEL)
        return self._line
