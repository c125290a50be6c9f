"""Production starts safely or not at all: the real factory, in a process of its own as gunicorn calls it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from server.config import ConfigError, load
from tests.conftest import ROOT, SECRETS

START = """
from server import create_app
from server.config import ConfigError
try:
    app = create_app()
except ConfigError as error:
    print(*error.problems, sep="\\n")
else:
    print("started", app.debug, app.config["SESSION_COOKIE_SECURE"])
"""
_UNSAFE_FILE = {
    'public_url = "http://127.0.0.1:8790"': 'public_url = "https://localhost"',
    "real_menu": "sbx_menu",
    '["keeper", "platform_admin"]': '["operator"]',
}
_UNSAFE_ENVIRONMENT = {
    "XINYI_SECRET_KEY": "changeme" * 4,
    "XINYI_DATA_KEY": "A" * 43 + "=",
    "WECHAT_APPID": "wxsandbox00000test",
    "WECHAT_SECRET": "0" * 32,
    "WECHAT_PUSH_AES_KEY": "abc" * 14 + "a",
    "FLASK_DEBUG": "1",
}


def settle(folder: Path, changes: dict[str, str], **environment: str) -> dict[str, str]:
    """Return the environment of a production that is right but for the changes."""
    told = (ROOT / "config.toml").read_text(encoding="utf-8")
    for old, new in {
        'mode = "development"': 'mode = "production"',
        "sbx_": "real_",
        **changes,
    }.items():
        assert old in told
        told = told.replace(old, new)
    (folder / "config.toml").write_text(told, encoding="utf-8")
    fine = SECRETS | {"WECHAT_APPID": "wx0123456789abcdef"}
    return fine | environment | {"XINYI_CONFIG": str(folder / "config.toml")}


def start(folder: Path, changes: dict[str, str], **environment: str) -> tuple[list[str], str]:
    """Start as production does; return what was said."""
    done = subprocess.run(
        [sys.executable, "-c", START],
        cwd=ROOT,
        env=os.environ | settle(folder, changes, **environment),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout.splitlines(), done.stderr


def test_production_starts_with_settings_that_are_right(tmp_path: Path) -> None:
    said, _ = start(tmp_path, {}, XINYI_PUBLIC_URL="https://xinyi.example.org", FLASK_DEBUG="0")
    assert said == ["started False True"]


def test_production_tells_everything_unsafe_at_once_and_shows_no_secret(tmp_path: Path) -> None:
    said, errors = start(tmp_path, _UNSAFE_FILE, **_UNSAFE_ENVIRONMENT)
    assert sorted(line.split(":")[0] for line in said) == sorted(
        [
            "production mode refuses the WeChat sandbox",
            "[server] public_url",
            "[wechat.templates]",
            "[auth] second_factor_roles",
            "environment FLASK_DEBUG",
            "environment XINYI_SECRET_KEY",
            "environment XINYI_DATA_KEY",
            "environment WECHAT_SECRET",
            "environment WECHAT_PUSH_AES_KEY",
        ]
    )
    assert not (tmp_path / "var" / "data").exists(), "it opened a database"
    for name in ("XINYI_SECRET_KEY", "XINYI_DATA_KEY", "WECHAT_SECRET", "WECHAT_PUSH_AES_KEY"):
        assert _UNSAFE_ENVIRONMENT[name] not in "".join(said) + errors


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"keeper", "platform_admin"', '"keepr", "platform_admin"', "second_factor_roles.0"),
        ("https://api.weixin.qq.com", "http://api.weixin.qq.com", "api_base: only https"),
        ("https://api.weixin.qq.com", "https://localhost", "WeChat sandbox"),
    ],
)
def test_a_single_slip_is_enough(tmp_path: Path, old: str, new: str, told: str) -> None:
    with pytest.raises(ConfigError) as refused:
        load(settle(tmp_path, {old: new}, XINYI_PUBLIC_URL="https://xinyi.example.org"))
    [problem] = refused.value.problems
    assert told in problem
