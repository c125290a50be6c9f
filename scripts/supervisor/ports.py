"""TCP ports: are they free, does somebody answer there."""

from __future__ import annotations

import errno
import http.client
import socket
from collections.abc import Callable

from scripts.supervisor.errors import StartError


def require_free(host: str, port: int, what: str) -> None:
    """Raise StartError unless a server of ours can listen there; what says whose port it is."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OverflowError:
            raise StartError(
                f"Port {port} ({what}) does not exist; choose another with --port."
            ) from None
        except OSError as error:
            taken = error.errno == errno.EADDRINUSE
            why = "is in use by another program" if taken else f"cannot be used: {error.strerror}"
            raise StartError(f"Port {port} ({what}) {why}; choose another with --port.") from None


def reachable_host(host: str) -> str:
    """Return the address under which this machine reaches a server bound to host."""
    return {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}.get(host, host)


def answers_http(host: str, port: int, path: str) -> Callable[[], bool]:
    """Return a question: does GET path answer 200 there?"""

    def ask() -> bool:
        connection = http.client.HTTPConnection(reachable_host(host), port, timeout=5)
        try:
            connection.request("GET", path, headers={"Connection": "close"})
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    return ask


def accepts(host: str, port: int) -> Callable[[], bool]:
    """Return a question: does something accept connections there?"""

    def ask() -> bool:
        try:
            socket.create_connection((host, port), timeout=1).close()
        except OSError:
            return False
        return True

    return ask
