"""The preview's door: files and a few of the sandbox's calls in development, nothing in production."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT, SECRETS, Client, Sandbox


def test_a_file_is_handed_out_with_rules_of_its_own(client: Client) -> None:
    answer = client.get("/preview/sandbox/users")
    policy = answer.headers["Content-Security-Policy"]
    assert "style-src 'self' 'unsafe-inline'" in policy
    assert "frame-ancestors 'self'" in policy
    assert "script-src" not in policy  # nothing inline, nothing evaluated
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert client.get("/healthz").headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("name", ["../package.json", "%2e%2e/package.json", "nothing.js"])
def test_only_what_was_built_is_handed_out(client: Client, name: str) -> None:
    assert client.get(f"/preview/{name}").status_code == 404


def test_a_member_logs_in_through_the_door(client: Client, sandbox: Sandbox) -> None:
    code = client.post("/preview/sandbox/users/demo-u1/login", json={}).json["code"]
    answer = client.post("/api/v1/auth/wechat", json={"code": code})
    assert answer.status_code == 200


def test_a_member_subscribes_through_the_door(client: Client, sandbox: Sandbox) -> None:
    menu = "sbx_menu_".ljust(43, "A")
    body = {"results": {menu: "accept"}}
    client.post("/preview/sandbox/users/demo-u2/subscribe", json=body)
    left = client.get("/preview/sandbox/users/demo-u2/wallet").json
    assert [entry["remaining"] for entry in left if entry["template_id"] == menu] == [1]


def test_messages_are_those_of_one_member(client: Client, sandbox: Sandbox) -> None:
    answer = client.get("/preview/sandbox/messages?openid=demo-u1&limit=5")
    assert (answer.status_code, answer.json) == (200, [])


def test_what_the_sandbox_refuses_is_passed_on(client: Client, sandbox: Sandbox) -> None:
    answer = client.post("/preview/sandbox/users/nobody/login", json={})
    assert answer.status_code == 404
    assert "nobody" in answer.json["detail"]
    assert client.post("/preview/sandbox/scan", data="{").status_code == 400


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "faults"),
        ("POST", "reset"),
        ("DELETE", "messages"),
        ("POST", "users/demo-u1/settings"),
        ("POST", "users/%2e%2e%2freset/login"),
        ("GET", "calls"),
    ],
)
def test_the_rest_of_the_sandbox_stays_away(
    client: Client, sandbox: Sandbox, method: str, path: str
) -> None:
    assert client.open(f"/preview/sandbox/{path}", method=method).status_code in (404, 405)


ASK = """
from server import create_app
client = create_app().test_client()
for path in ("/preview/sandbox/users", "/preview/", "/preview/app.js"):
    with client.get(path) as answer:
        print("answered", answer.status_code, "npm run build" in answer.text)
"""


def _ask(mode: str, api_base: str, folder: Path, root: Path = ROOT) -> list[tuple[str, str]]:
    """Return (status, tells how to build) of three doors of a server in a process of its own."""
    told = (ROOT / "config.toml").read_text(encoding="utf-8")
    told = told.replace('mode = "development"', f'mode = "{mode}"')
    if mode == "production":
        told = told.replace("sbx_", "real_")
    (folder / "config.toml").write_text(told, encoding="utf-8")
    environment = SECRETS | {
        "XINYI_CONFIG": str(folder / "config.toml"),
        "XINYI_WECHAT_API_BASE": api_base,
        "WECHAT_APPID": "wx0123456789abcdef",
        "XINYI_PUBLIC_URL": "https://xinyi.example.org",
    }
    done = subprocess.run(
        [sys.executable, "-c", ASK],
        cwd=root,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    said = [line.split() for line in done.stdout.splitlines()]
    return [(words[1], words[2]) for words in said if words[:1] == ["answered"]]


def test_there_is_no_preview_in_production(tmp_path: Path) -> None:
    assert _ask("production", "https://api.weixin.qq.com", tmp_path) == [("404", "False")] * 3


def test_wechat_itself_is_never_taken_for_the_sandbox(tmp_path: Path) -> None:
    assert _ask("development", "https://api.weixin.qq.com", tmp_path)[0] == ("503", "False")


def test_a_sandbox_that_is_away_is_told(tmp_path: Path) -> None:
    assert _ask("development", "http://127.0.0.1:1", tmp_path)[0] == ("502", "False")


def test_a_preview_nobody_built_says_how(tmp_path: Path) -> None:
    """Seen by a copy of the application that has nothing built beside it."""
    for room in ("server", "models"):
        shutil.copytree(ROOT / room, tmp_path / room)
    answers = _ask("development", "http://127.0.0.1:1", tmp_path, root=tmp_path)
    assert answers[1:] == [("404", "True"), ("404", "False")]
