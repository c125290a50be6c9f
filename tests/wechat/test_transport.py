"""What a failed connection proves: that nothing left, or that nobody knows."""

import logging
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from server.wechat import WeChatError
from server.wechat.transport import OFFICIAL_BASE, Transport, checked_base

WAIT = (1.0, 0.3)
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n"


@contextmanager
def listener(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server that hands each connection to `answer` and then closes it; its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:  # closed: the test is over
                    return
                with connection:
                    answer(connection)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join(5)


def kind_of(base: str) -> str:
    with pytest.raises(WeChatError) as caught:
        Transport(base, pool_size=1).request(
            "post",
            f"{OFFICIAL_BASE}/x",
            params=[("access_token", "s3cret")],
            data=b"{}",
            timeout=WAIT,
        )
    assert "s3cret" not in f"{caught.value} {caught.value!r}"
    assert caught.value.errcode is None
    return caught.value.kind


def kind_after(answer: Callable[[socket.socket], None]) -> str:
    with listener(answer) as port:
        return kind_of(f"http://127.0.0.1:{port}")


def saying(*parts: bytes) -> Callable[[socket.socket], None]:
    def answer(connection: socket.socket) -> None:
        connection.recv(65536)
        for part in parts:
            connection.sendall(part)

    return answer


def test_a_refused_connection_sent_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert kind_of(f"http://127.0.0.1:{port}") == "unreachable"


def test_a_name_that_does_not_resolve_sent_nothing() -> None:
    assert kind_of("https://wechat.invalid") == "unreachable"


def test_a_connection_nobody_takes_sent_nothing() -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        address = full.getsockname()
        queued = [socket.socket() for _ in range(4)]
        for each in queued:
            each.setblocking(False)
            each.connect_ex(address)
        started = time.monotonic()
        try:
            assert kind_of(f"http://127.0.0.1:{address[1]}") == "unreachable"
        finally:
            for each in queued:
                each.close()
    assert time.monotonic() - started < 3


def reset(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")


def hang(connection: socket.socket) -> None:
    connection.recv(65536)
    time.sleep(0.6)


@pytest.mark.parametrize(
    "answer",
    [
        saying(),
        reset,
        hang,
        saying(OK, b'{"errc'),
        saying(b"no HTTP at all\r\n\r\n"),
        saying(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"),
        saying(b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n"),
        saying(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n"),
        saying(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc"),
    ],
    ids=["closed", "reset", "hang", "truncated", "nonsense", "502", "redirect", "413", "gzip"],
)
def test_once_it_left_nobody_knows(answer: Callable[[socket.socket], None]) -> None:
    assert kind_after(answer) == "unknown_outcome"


def test_a_good_answer_is_handed_over() -> None:
    with listener(saying(OK, b'{"a": 1234}')) as port:
        transport = Transport(f"http://127.0.0.1:{port}/", pool_size=1)
        answer = transport.request("get", f"{OFFICIAL_BASE}/x", timeout=WAIT)
    assert answer.content == b'{"a": 1234}'
    assert "1234" not in repr(answer)


def self_signed(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    today = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def test_a_certificate_nobody_vouches_for_gets_nothing(tmp_path: Path) -> None:
    context = self_signed(tmp_path)
    read: list[bytes] = []

    def answer(connection: socket.socket) -> None:
        try:
            with context.wrap_socket(connection, server_side=True) as secured:
                read.append(secured.recv(100))
        except OSError:  # the client hung up in the handshake, as it should
            return

    with listener(answer) as port:
        assert kind_of(f"https://127.0.0.1:{port}") == "unreachable"
    assert read == []


def test_the_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bytes] = []

    def answer(connection: socket.socket) -> None:
        asked.append(connection.recv(65536))
        connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")

    with listener(answer) as port:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        assert kind_of("https://wechat.invalid") == "unreachable"
    assert asked[0].startswith(b"CONNECT wechat.invalid:443 ")


def test_no_proxy_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with listener(saying(OK, b'{"a": 1234}')) as port:
        transport = Transport(f"http://127.0.0.1:{port}", pool_size=1)
        assert transport.request("get", f"{OFFICIAL_BASE}/x", timeout=WAIT).content


@pytest.mark.parametrize(
    "base",
    [
        "https://api.weixin.qq.com",
        "https://api.weixin.qq.com/",
        "http://127.0.0.1:8791",
        "http://127.8.8.8",
        "http://[::1]:8791",
        "http://localhost:8791",
    ],
)
def test_bases_that_keep_the_secret(base: str) -> None:
    assert checked_base(base) == base.rstrip("/")


@pytest.mark.parametrize(
    "base",
    [
        "http://api.weixin.qq.com",
        "http://10.0.0.1",
        "http://127.0.0.1.example.com",
        "http://localhost.example.com",
        "ftp://127.0.0.1",
        "127.0.0.1:8791",
        "https://",
        "",
    ],
)
def test_bases_that_would_give_it_away(base: str) -> None:
    with pytest.raises(ValueError, match="https"):
        Transport(base, pool_size=1)


def test_urls_in_the_log_hide_their_secrets(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    secrets = [
        ("access_token", "tok-1"),
        ("secret", "sec-1"),
        ("js_code", "cod-1"),
        ("appid", "wx1"),
    ]
    with listener(saying(OK, b'{"a": 1234}')) as port:
        transport = Transport(f"http://127.0.0.1:{port}", pool_size=1)
        transport.request("get", f"{OFFICIAL_BASE}/x", params=secrets, timeout=WAIT)
    assert "appid=wx1" in caplog.text  # so the line with the URL is there
    assert not any(hidden in caplog.text for hidden in ("tok-1", "sec-1", "cod-1"))
