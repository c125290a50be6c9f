"""What the children find in their environment: places, addresses and, in development, fresh secrets."""

from __future__ import annotations

import base64
import contextlib
import os
import re
import secrets
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from scripts._bootstrap import ROOT
from scripts.supervisor.errors import StartError
from scripts.supervisor.state import State

_DEFAULT_PORT = 8790
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_ALPHANUMERIC_KEY = re.compile(r"[A-Za-z0-9]{43}=")


def _push_aes_key() -> str:
    """Return 43 letters and digits that are base64 of 32 bytes without "=", as WeChat's admin page makes them."""
    while True:
        key = base64.b64encode(secrets.token_bytes(32)).decode()
        if _ALPHANUMERIC_KEY.fullmatch(key):
            return key[:43]


_MAKERS: dict[str, Callable[[], str]] = {
    "XINYI_SECRET_KEY": lambda: secrets.token_urlsafe(48),
    "XINYI_DATA_KEY": lambda: base64.b64encode(secrets.token_bytes(32)).decode(),
    "WECHAT_APPID": lambda: f"wxsandbox{secrets.token_hex(5)[:9]}",
    "WECHAT_SECRET": lambda: secrets.token_hex(16),
    "WECHAT_PUSH_TOKEN": lambda: secrets.token_hex(16),
    "WECHAT_PUSH_AES_KEY": _push_aes_key,
}


@dataclass(frozen=True)
class Peek:
    """What must be known of config.toml before the application itself can check it."""

    is_production: bool
    state_dir: Path
    port: int


def peek(state_dir: str | None) -> Peek:
    """Return mode, state folder and port; mistakes in the file are left for the application to tell.

    The state folder is the argument (relative to where we stand), else $XINYI_STATE_DIR, else the file's
    (both relative to the file).
    """
    file = Path(os.environ.get("XINYI_CONFIG") or ROOT / "config.toml").resolve()
    server: dict[str, Any] = {}
    with contextlib.suppress(OSError, ValueError, AttributeError):
        server = dict(tomllib.loads(file.read_text(encoding="utf-8")).get("server", {}))
    if state_dir is None:
        said = os.environ.get("XINYI_STATE_DIR") or server.get("state_dir") or "var"
        state_dir = str(file.parent / str(said))
    said_port = os.environ.get("XINYI_PORT") or str(server.get("port"))
    port = int(said_port) if said_port.isdecimal() else _DEFAULT_PORT
    return Peek(server.get("mode") == "production", Path(state_dir).resolve(), port)


def environment(state: State, *, is_production: bool) -> dict[str, str]:
    """Return our environment with the state folder and, in development, the secrets laid under it."""
    ours = {
        "XINYI_STATE_DIR": str(state.root),
        "PROMETHEUS_MULTIPROC_DIR": str(state.metrics),
        "PYTHONUNBUFFERED": "1",
    }
    if is_production:
        return {**os.environ, **ours}
    kept = _development_secrets(state.secrets)
    given = {name: os.environ[name] for name in _MAKERS if os.environ.get(name)}
    return {**os.environ, **kept, **given, **ours}


def addresses(state: State, port: int, *, is_production: bool, redis_url: str) -> dict[str, str]:
    """Return where the parts of the stack find each other when the web server listens on port."""
    found = {"XINYI_PORT": str(port), "XINYI_SOCKET_DIR": str(state.sockets())}
    if not redis_url:
        found["XINYI_REDIS_URL"] = f"unix://{state.sockets() / 'redis.sock'}"
    if not is_production:
        found["XINYI_WECHAT_API_BASE"] = f"http://127.0.0.1:{port + 1}"
    return found


def public_url(configured: str, port: int) -> str:
    """Return the public address; one on this machine follows the port the web server really has."""
    host = urlsplit(configured).hostname
    return f"http://{host}:{port}" if host in _LOOPBACK else configured


def _development_secrets(file: Path) -> dict[str, str]:
    """Return the secrets kept in file, made at the first start and 0600 from its first byte."""
    try:
        kept = dict(re.findall(r"^(\w+)=(.+)$", file.read_text(encoding="ascii"), re.MULTILINE))
    except FileNotFoundError:
        kept = {}
    except (OSError, ValueError) as error:
        raise StartError(f"The development secrets in {file} cannot be read: {error}") from None
    missing = {name: make() for name, make in _MAKERS.items() if name not in kept}
    if missing:
        kept |= missing
        fresh = file.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as output:
            output.writelines(f"{name}={value}\n" for name, value in kept.items())
        fresh.replace(file)
    return kept
