"""The HTTP server: the standard library's, one thread a connection, one process.

Why not gunicorn: the ledger, the clock and the 43108 rule live in one process's memory, so
a second worker is of no use; a reset connection, a truncated body and a reply that never
comes need the bare socket; and without a framework the program takes about 30 MB. Waiting
threads cost next to nothing, so hundreds of requests in flight with latency are no trouble.
"""

import select
import socket
import struct
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer

from .dispatch import answer, start_pushes
from .wire import Reply, Request
from .world import World

MAX_BODY = 12 * 1024 * 1024
MAX_HANG_S = 600.0
LOOK_S = 0.1
KEEP_ALIVE_S = 75


class Server(ThreadingHTTPServer):
    """Listens for one world."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 512

    def __init__(self, host: str, port: int, world: World) -> None:
        self.world = world
        if ":" in host:
            self.address_family = socket.AF_INET6
        super().__init__((host, port), Handler)

    def server_bind(self) -> None:
        """Bind without the reverse name lookup of http.server, which may take seconds."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]  # type: ignore[assignment]

    def handle_error(self, request: object, client_address: object) -> None:
        """Stay quiet about clients that leave early; let real errors through."""
        if not isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class Handler(BaseHTTPRequestHandler):
    """Reads a request, has it answered, writes the reply as the reply wants it."""

    protocol_version = "HTTP/1.1"
    server_version = "sandbox"
    sys_version = ""
    timeout = KEEP_ALIVE_S
    wbufsize = -1
    disable_nagle_algorithm = True
    server: Server

    def log_message(self, format: str, *args: object) -> None:
        """Write no access log: query strings carry tokens and the secret."""

    def do_GET(self) -> None:
        """Answer any method alike; the tables know who may use which."""
        body = self._read_body()
        if body is None:
            return
        request = Request(self.command, self.path, self.headers, body, self.client_address[0])
        reply = answer(self.server.world, request)
        self._send(reply)
        # Not before the reply is written, so that events normally arrive after it.
        start_pushes(request)

    do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_GET  # noqa: N815

    def _read_body(self) -> bytes | None:
        """Return the body, or refuse the request and return None."""
        length = self.headers.get("Content-Length", "0")
        refusal = None
        if "Transfer-Encoding" in self.headers or not (length.isascii() and length.isdigit()):
            refusal = 411
        elif int(length) > MAX_BODY:
            refusal = 413
        if refusal:
            self.send_error(refusal)
            self.close_connection = True
            return None
        return self.rfile.read(int(length))

    def _send(self, reply: Reply) -> None:
        if reply.hang:
            self._hang()
        elif reply.reset:
            self._reset()
        else:
            self._write(reply)

    def _write(self, reply: Reply) -> None:
        self.send_response(reply.status)
        if reply.status != 204:
            self.send_header("Content-Type", reply.content_type)
            self.send_header("Content-Length", str(len(reply.body)))
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        body = reply.body
        if reply.truncate:
            body = body[: len(body) // 2]
            self.close_connection = True
        self.wfile.write(body)
        self.wfile.flush()

    def _hang(self) -> None:
        """Say nothing until the client gives up, the program stops or ten minutes pass."""
        self.close_connection = True
        deadline = time.monotonic() + MAX_HANG_S
        while time.monotonic() < deadline and not self.server.world.stopping.is_set():
            readable, _, _ = select.select([self.connection], [], [], LOOK_S)
            if readable and not self.connection.recv(1, socket.MSG_PEEK):
                return
            if readable:
                time.sleep(LOOK_S)

    def _reset(self) -> None:
        """Break the connection with a TCP reset instead of an answer."""
        self.close_connection = True
        linger_zero = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger_zero)
        # The socket closes, and the reset goes out, only when both its files are closed.
        self.rfile.close()
        self.wfile.close()
        self.connection.close()
