"""The load: a process of its own with many keep-alive connections, each sending as soon as it is answered.

Reads one order as JSON on stdin and answers on stdout; see measure.py. One thread over non-blocking
sockets and requests written beforehand, so that it costs little beside what it measures.
"""

from __future__ import annotations

import collections
import json
import selectors
import socket
import sys
import time
from dataclasses import dataclass, field
from typing import Any

_PATIENCE_S = 60.0


@dataclass
class _Client:
    """One connection and the answer it waits for."""

    socket: socket.socket
    asked_at: float = 0.0
    read: bytearray = field(default_factory=bytearray)

    def ask(self, request: bytes) -> None:
        self.read.clear()
        self.asked_at = time.perf_counter()
        self.socket.sendall(request)

    def is_answered(self) -> bool:
        """Take what has arrived; say whether the answer is whole. Raises ConnectionError."""
        block = self.socket.recv(65536)
        if not block:
            raise ConnectionError("the server hung up")
        self.read += block
        head, found, body = self.read.partition(b"\r\n\r\n")
        return bool(found) and len(body) >= _length(head)

    @property
    def status(self) -> int:
        return int(self.read[9:12])


def _length(head: bytearray) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    raise ValueError("an answer without its length")


def run(port: int, clients: int, seconds: float, requests: list[bytes]) -> dict[str, Any]:
    """Send until the time or the requests are over; return the seconds it took, every wait in
    milliseconds, and how many answers had which status."""
    waits: list[float] = []
    statuses: collections.Counter[int] = collections.Counter()
    left = collections.deque(requests)
    selector = selectors.DefaultSelector()
    began = time.perf_counter()
    for _ in range(min(clients, len(requests))):
        client = _Client(socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE_S))
        selector.register(client.socket, selectors.EVENT_READ, client)
        client.ask(left.popleft())
    while selector.get_map():
        ready = selector.select(_PATIENCE_S)
        if not ready:
            raise TimeoutError(f"no answer in {_PATIENCE_S:.0f} s")
        for key, _ in ready:
            client = key.data
            if not client.is_answered():
                continue
            now = time.perf_counter()
            waits.append((now - client.asked_at) * 1000)
            statuses[client.status] += 1
            if left and now - began < seconds:
                client.ask(left.popleft())
            else:
                selector.unregister(client.socket)
                client.socket.close()
    return {"seconds": time.perf_counter() - began, "waits_ms": waits, "statuses": statuses}


if __name__ == "__main__":
    order = json.load(sys.stdin)
    order["requests"] = [text.encode() for text in order["requests"]]
    json.dump(run(**order), sys.stdout)
