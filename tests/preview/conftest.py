"""The preview in Chromium: the project of traps behind a plain server, and behind the application."""

import functools
import http.server
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser
from werkzeug.middleware.shared_data import SharedDataMiddleware
from werkzeug.serving import make_server

from scripts.supervisor import preview
from tests.conftest import Sandbox
from tests.preview.phone import DESK, PHONE, Phone

ROOT = Path(__file__).parents[2]
MINIPROGRAM = ROOT / "miniprogram"


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """The installed packages of the mini-program; skips aloud where there is no Node."""
    problem = preview.install()
    if problem is not None:
        pytest.skip(problem)
    return MINIPROGRAM / "node_modules"


@pytest.fixture(scope="session")
def traps(node_modules: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project of traps, built below the address it is served at."""
    served = tmp_path_factory.mktemp("traps")
    node = shutil.which("node")
    assert node is not None
    subprocess.run(
        [
            *(node, node_modules / "tsx/dist/cli.mjs", "preview/build/cli.ts", "--strict"),
            *("--source", "tests/fixture", "--out", served / "preview"),
        ],
        cwd=MINIPROGRAM,
        check=True,
    )
    return served


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files, and answers the sandbox's calls the way a server without a sandbox does."""

    def do_GET(self) -> None:
        if "/sandbox/" in self.path:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(b"[]")
        else:
            super().do_GET()

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture(scope="session")
def traps_url(traps: Path) -> Iterator[str]:
    handler = functools.partial(Quiet, directory=str(traps))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def _end(phone: Phone, request: pytest.FixtureRequest) -> None:
    phone.picture(f"preview-{request.node.name}")
    phone.context.close()
    assert phone.complaints == []


@pytest.fixture
def phone(chromium: Browser, traps_url: str, request: pytest.FixtureRequest) -> Iterator[Phone]:
    """A phone with the project of traps. A test that ends with complaints fails."""
    one = Phone(chromium, traps_url, PHONE)
    yield one
    _end(one, request)


@pytest.fixture
def bench_url(traps: Path, app: Flask, sandbox: Sandbox) -> Iterator[str]:
    """The project of traps, and for everything else the application."""
    together = SharedDataMiddleware(app, {"/preview": str(traps / "preview")})
    server = make_server("127.0.0.1", 0, together, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    sandbox.post("config", callback=f"{url}/wechat/callback")
    yield url
    server.shutdown()
    thread.join(5)
    server.server_close()


@pytest.fixture
def bench(chromium: Browser, bench_url: str, request: pytest.FixtureRequest) -> Iterator[Phone]:
    """The phone and the bench beside it, on a desk with a mouse."""
    one = Phone(chromium, bench_url, DESK)
    yield one
    _end(one, request)
