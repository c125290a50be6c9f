"""The members' mini-program in Chromium, on the real application and the sandbox."""

import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
import requests
from flask import Flask
from playwright.sync_api import Browser
from werkzeug.middleware.shared_data import SharedDataMiddleware
from werkzeug.serving import make_server

import models
from server.clock import utcnow
from server.services import checkins_codes as codes
from tests import factories
from tests.conftest import Sandbox
from tests.preview.conftest import MINIPROGRAM, node_modules
from tests.preview.phone import PHONE, Phone

__all__ = ["node_modules"]

SLOT_SECONDS = 20


@pytest.fixture(scope="session", params=["sqlite"])
def engine(request: pytest.FixtureRequest) -> str:
    """One engine is enough here: what differs between the two is tried below the pages."""
    return str(request.param)


@pytest.fixture(scope="session")
def pages(node_modules: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The mini-program, built for a browser."""
    out = tmp_path_factory.mktemp("miniprogram") / "preview"
    node = shutil.which("node")
    assert node is not None
    tsx = node_modules / "tsx/dist/cli.mjs"
    argv: list[str | Path] = [node, tsx, "preview/build/cli.ts", "--strict", "--out", out]
    subprocess.run(argv, cwd=MINIPROGRAM, check=True)
    return out


@pytest.fixture
def base(pages: Path, app: Flask, sandbox: Sandbox) -> Iterator[str]:
    """Where pages and application are served together."""
    together = SharedDataMiddleware(app, {"/preview": str(pages)})
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
def phone(chromium: Browser, base: str, request: pytest.FixtureRequest) -> Iterator[Phone]:
    """A member's phone. A test that ends with complaints of the browser fails."""
    one = Phone(chromium, base, PHONE)
    yield one
    one.picture(f"miniprogram-{request.node.name}")
    one.context.close()
    assert one.complaints == []


@pytest.fixture
def space(app: Flask) -> models.Space:
    return factories.make_space(name="新意城")


Member = Callable[..., models.User]


@pytest.fixture
def member(base: str, sandbox: Sandbox, space: models.Space) -> Member:
    """Makes somebody who was here before and has chosen the Space."""

    def known(openid: str = "demo-u1") -> models.User:
        code = {"code": sandbox.login_code(openid)}
        body = requests.post(f"{base}/api/v1/auth/wechat", json=code, timeout=10).json()
        user: models.User = models.User.get_by_id(int(body["user"]["id"]))
        user.change(now=utcnow(), home_space=space, nickname="王小明")
        return models.User.get_by_id(user.id)

    return known


def code_of(session: models.Session, *, age: int = 0) -> str:
    """The link on the big screen, `age` slots ago."""
    slot = codes.slot_of(utcnow(), SLOT_SECONDS) - age
    return f"https://xinyi.example.org/c/{codes.make(session.id, session.qr_key, slot)}"


def scanned_by_wechat(link: str) -> str:
    """The page WeChat's own camera opens for a link."""
    return f"/pages/tabs/scan/scan?q={quote(link, safe='')}&scancode_time=1"


def scan_inside(phone: Phone, content: str) -> None:
    """Answer the camera of the mini-program."""
    dialog = phone.dialog("扫一扫")
    dialog.get_by_label("码的内容").fill(content)
    dialog.get_by_role("button", name="确定").tap()
