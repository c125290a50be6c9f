"""The whole sandbox in one object: settings, clock, state, faults, counters and pushes."""

import threading
from collections import OrderedDict
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .clock import Clock
from .config import Config
from .counters import Counters
from .faults import Faults
from .push import events
from .push.delivery import Parcel, Pusher
from .push.envelope import Shape, seal
from .settings import Settings
from .state import State, Store

MAX_RIDS = 1000


@dataclass
class Outcome:
    """How the next matching sends end, instead of success."""

    openid: str | None
    template_id: str | None
    error_code: str
    error_status: str
    left: int


@dataclass
class Verdict:
    """What the media check says of a file, by digest or by a part of its URL."""

    sha256: str | None
    url_contains: str | None
    suggest: str
    label: int


class World:
    """What handlers work on; `lock` guards the state and the lists below."""

    def __init__(self, settings: Settings, config: Config, state_file: Path | None) -> None:
        self.settings = settings
        self.config = config
        self._initial_config = deepcopy(config)
        self.clock = Clock()
        self.store = Store(settings.appid, state_file)
        self.lock = self.store.lock
        self.faults = Faults()
        self.counters = Counters(self.clock)
        self.pusher = Pusher(config)
        self.rids: OrderedDict[str, dict[str, Any]] = OrderedDict()
        self.sending: set[str] = set()
        self.outcomes: list[Outcome] = []
        self.verdicts: list[Verdict] = []
        self.stopping = threading.Event()
        # Counts resets: what was begun before one must not be heard of after it.
        self.era = 0

    @property
    def state(self) -> State:
        """Return the persistent state; call `store.touch()` after changing it."""
        return self.store.state

    def remember_rid(self, rid: str, record: dict[str, Any]) -> None:
        """Keep what a request id stands for, for cgi-bin/openapi/rid/get."""
        with self.lock:
            self.rids[rid] = record
            if len(self.rids) > MAX_RIDS:
                self.rids.popitem(last=False)

    def parcel(self, event: str, openid: str, fields: dict[str, Any]) -> Parcel:
        """Return an event ready for delivery to the configured callback."""
        shape = Shape(
            self.config.mode,
            self.config.format,
            timestamp=int(self.clock.now()),
            nonce=events.new_nonce(),
        )
        message = events.build(self, event, openid, fields)
        sealed = seal(self.settings, shape, message, openid)
        return Parcel(event, openid, sealed, self.config.callback)

    def push(self, event: str, openid: str, fields: dict[str, Any]) -> threading.Event:
        """Send an event in the background; return what is set when it is done."""
        return self.pusher.submit(self.parcel(event, openid, fields))

    def reset(self) -> None:
        """Return to the state of a fresh start: demo members, no faults, counts at zero."""
        with self.lock:
            self.era += 1
            self.store.reset()
            self.faults.clear()
            self.counters.clear_calls()
            self.counters.clear_quota()
            self.rids.clear()
            self.outcomes.clear()
            self.verdicts.clear()
            self.pusher.forget()
            self.config.restore(self._initial_config)
        self.clock.move(0)
