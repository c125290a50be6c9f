"""The preview's door: files and a few of the sandbox's calls in development, nothing in production."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT, SECRETS, Client, Sandbox

DIST = ROOT / "miniprogram" / "preview" / "dist"


def test_a_file_is_handed_out_with_rules_of_its_own(client: Client) -> None:
    answer = client.get("/preview/sandbox/users")
    policy = answer.headers["Content-Security-Policy"]
    assert "style-src 'self' 'unsafe-inline'" in policy
    assert "frame-ancestors 'self'" in policy
    assert "script-src" not in policy  # nothing inline, nothing evaluated
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert client.get("/healthz").headers["X-Frame-Options"] == "DENY"


def test_a_preview_nobody_built_says_how(client: Client) -> None:
    if (DIST / "index.html").exists():
        assert client.get("/preview/").mimetype == "text/html"
        return
    answer = client.get("/preview/")
    assert answer.status_code == 404
    assert "npm run build" in answer.text


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


def _ask(mode: str, api_base: str, tmp_path: Path) -> list[str]:
    """Return what the doors of a server with these settings answer, asked in a process of its own."""
    told = (ROOT / "config.toml").read_text(encoding="utf-8")
    told = told.replace('mode = "development"', f'mode = "{mode}"')
    if mode == "production":
        told = told.replace("sbx_", "real_")
    (tmp_path / "config.toml").write_text(told, encoding="utf-8")
    environment = SECRETS | {
        "XINYI_CONFIG": str(tmp_path / "config.toml"),
        "XINYI_WECHAT_API_BASE": api_base,
        "WECHAT_APPID": "wx0123456789abcdef",
        "XINYI_PUBLIC_URL": "https://xinyi.example.org",
    }
    code = (
        "from server import create_app\n"
        "client = create_app().test_client()\n"
        "for path in ('/preview/sandbox/users', '/preview/', '/preview/app.js'):\n"
        "    print('answered', client.get(path).status_code)"
    )
    argv = [sys.executable, "-c", code]
    done = subprocess.run(
        argv, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, check=True
    )
    said = [line.split() for line in done.stdout.splitlines()]
    return [words[1] for words in said if words[:1] == ["answered"]]


def test_there_is_no_preview_in_production(tmp_path: Path) -> None:
    assert _ask("production", "https://api.weixin.qq.com", tmp_path) == ["404", "404", "404"]


def test_wechat_itself_is_never_taken_for_the_sandbox(tmp_path: Path) -> None:
    assert _ask("development", "https://api.weixin.qq.com", tmp_path)[0] == "503"


def test_a_sandbox_that_is_away_is_told(tmp_path: Path) -> None:
    assert _ask("development", "http://127.0.0.1:1", tmp_path)[0] == "502"
