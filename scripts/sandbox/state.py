"""Everything the sandbox remembers of users, codes, tokens and messages, and its file."""

import base64
import json
import os
import secrets
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from .catalogue import Template, preset_templates
from .errors import Unknown

FORMAT = 1
DEMO_USERS = ("u1", "u2", "u3", "u4", "u5", "keeper", "operator", "scanner")
"""Five members, and the phones of three who work at the door."""
# As JSON in UTF-8, which takes a third of the memory of the same dict.
MAX_MESSAGES = 50_000
SAVE_DELAY_S = 0.3
# A big state takes long to write: never spend more than about a tenth of the time on it.
SAVE_SHARE = 9

Row = TypeVar("Row")


class StateError(Exception):
    """The state file cannot be used; the message says why."""


@dataclass
class User:
    """A WeChat user as one app sees them. `accepts` is the ledger: template id → sends left."""

    openid: str
    appid: str
    unionid: str | None = None
    phone: str = "13900000000"
    country_code: str = "86"
    session_key: str | None = None
    last_active: float | None = None
    main_switch: bool = True
    accepts: dict[str, int] = field(default_factory=dict)


@dataclass
class Code:
    """A single-use code of wx.login or of the phone button."""

    kind: str
    openid: str
    appid: str
    expires_at: float
    session_key: str = ""
    used: bool = False


@dataclass
class Token:
    """An access_token; `dead_at` is set when a newer one has superseded it."""

    family: str
    expires_at: float
    dead_at: float | None = None


@dataclass
class Link:
    """A URL scheme or URL link."""

    kind: str
    path: str
    query: str
    env_version: str
    created_at: float
    expires_at: float


@dataclass
class State:
    """The persistent part of the sandbox; guarded by `Store.lock`."""

    appid: str
    users: dict[str, User] = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)
    current: dict[str, str] = field(default_factory=dict)
    forced_at: list[float] = field(default_factory=list)
    templates: dict[str, Template] = field(default_factory=preset_templates)
    links: dict[str, Link] = field(default_factory=dict)
    lasting_codes: int = 0
    messages: deque[bytes] = field(default_factory=lambda: deque(maxlen=MAX_MESSAGES))

    def user(self, openid: str) -> User:
        """Return a user for a control call; raise Unknown when there is none."""
        if openid not in self.users:
            raise Unknown(f"no WeChat user {openid!r}")
        return self.users[openid]


def new_session_key() -> str:
    """Return a session_key: the base64 text of 16 random bytes."""
    return base64.b64encode(secrets.token_bytes(16)).decode()


def fresh_state(appid: str) -> State:
    """Return a state that knows only the people of the demo."""
    state = State(appid)
    for number, name in enumerate(DEMO_USERS, start=1):
        openid = f"demo-{name}"
        state.users[openid] = User(openid, appid, phone=f"1390000000{number}")
    return state


def _restore(content: dict[str, Any], appid: str) -> State:
    if content["format"] != FORMAT:
        raise StateError(f"unknown format {content['format']!r}")
    if content["appid"] != appid:
        raise StateError(f"it belongs to appid {content['appid']}, not to {appid}")

    def table(name: str, row: Callable[..., Row]) -> dict[str, Row]:
        return {key: row(**values) for key, values in content[name].items()}

    return State(
        appid,
        users=table("users", User),
        codes=table("codes", Code),
        tokens=table("tokens", Token),
        current=content["current"],
        forced_at=content["forced_at"],
        templates=table("templates", Template),
        links=table("links", Link),
        lasting_codes=content["lasting_codes"],
        messages=deque((text.encode() for text in content["messages"]), maxlen=MAX_MESSAGES),
    )


class Store:
    """The live state, its lock, and the file it is kept in when there is one."""

    def __init__(self, appid: str, path: Path | None) -> None:
        self.lock = threading.RLock()
        self.appid = appid
        self.path = path
        self.state = self._load()
        self._dirty = threading.Event()
        self._closed = threading.Event()
        self._saving = threading.Lock()
        if path is not None:
            self.save()
            threading.Thread(target=self._save_soon, name="state", daemon=True).start()

    def touch(self) -> None:
        """Note that the state has changed; it reaches the file soon after."""
        self._dirty.set()

    def reset(self) -> None:
        """Forget everything but the demo members."""
        with self.lock:
            self.state = fresh_state(self.appid)
        self.touch()

    def close(self) -> None:
        """Write what is not yet written."""
        self._closed.set()
        if self.path is not None and self._dirty.is_set():
            self.save()

    def save(self) -> None:
        """Write the state so that a reader sees the old file or the new, never a part."""
        if self.path is None:
            return
        # One writer at a time, or a slow one would put an older state over a newer.
        with self._saving:
            self._dirty.clear()
            with self.lock:
                content = {"format": FORMAT, **vars(self.state)}
                text = json.dumps(content, default=_plain, ensure_ascii=False)
            part = self.path.with_name(self.path.name + ".part")
            descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            part.replace(self.path)

    def _load(self) -> State:
        if self.path is None or not self.path.exists():
            return fresh_state(self.appid)
        try:
            return _restore(json.loads(self.path.read_text("utf-8")), self.appid)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise StateError(f"{self.path} is damaged: {error!r}") from error

    def _save_soon(self) -> None:
        while self._dirty.wait() and not self._closed.wait(SAVE_DELAY_S):
            started = time.monotonic()
            try:
                self.save()
            except OSError as error:
                # Perhaps the disk is full for a while: say so and try again.
                print(f"sandbox: cannot write {self.path}: {error}", file=sys.stderr)
                self._dirty.set()
            self._closed.wait((time.monotonic() - started) * SAVE_SHARE)


def _plain(value: object) -> object:
    if isinstance(value, deque):
        return [message.decode() for message in value]
    return vars(value)
