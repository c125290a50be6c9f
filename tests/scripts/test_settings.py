"""What the children are told: secrets that keep, addresses that fit the ports."""

from __future__ import annotations

import base64
import re
import stat
from pathlib import Path

import pytest

from scripts._bootstrap import ROOT
from scripts.supervisor.settings import addresses, environment, peek, public_url
from scripts.supervisor.state import State

_SECRETS = {
    "XINYI_SECRET_KEY": r".{32,}",
    "XINYI_DATA_KEY": r"[A-Za-z0-9+/]{43}=",
    "WECHAT_APPID": r"wxsandbox[0-9a-f]{9}",
    "WECHAT_SECRET": r"[0-9a-f]{32}",
    "WECHAT_PUSH_TOKEN": r"[A-Za-z0-9]{3,32}",
    "WECHAT_PUSH_AES_KEY": r"[A-Za-z0-9]{43}",
}


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> State:
    for name in (*_SECRETS, "XINYI_STATE_DIR", "XINYI_CONFIG", "XINYI_PORT"):
        monkeypatch.delenv(name, raising=False)
    made = State(tmp_path / "var")
    made.make()
    return made


def test_development_secrets_have_the_form_their_readers_want(state: State) -> None:
    env = environment(state, is_production=False)
    for name, pattern in _SECRETS.items():
        assert re.fullmatch(pattern, env[name]), name
    assert len(base64.b64decode(env["XINYI_DATA_KEY"], validate=True)) == 32
    assert len(base64.b64decode(env["WECHAT_PUSH_AES_KEY"] + "=", validate=True)) == 32


def test_development_secrets_are_made_once_and_for_the_owner_only(state: State) -> None:
    first = environment(state, is_production=False)
    second = environment(state, is_production=False)
    assert {name: first[name] for name in _SECRETS} == {name: second[name] for name in _SECRETS}
    assert stat.S_IMODE(state.secrets.stat().st_mode) == 0o600


def test_a_secret_that_was_added_later_joins_those_that_are_kept(state: State) -> None:
    state.secrets.write_text("WECHAT_SECRET=kept\n")
    env = environment(state, is_production=False)
    assert env["WECHAT_SECRET"] == "kept"
    assert "XINYI_DATA_KEY" in state.secrets.read_text()


def test_the_environment_wins_over_the_kept_secrets(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment(state, is_production=False)
    monkeypatch.setenv("WECHAT_SECRET", "given")
    assert environment(state, is_production=False)["WECHAT_SECRET"] == "given"
    assert "given" not in state.secrets.read_text()


def test_production_gets_no_made_up_secret(state: State) -> None:
    env = environment(state, is_production=True)
    assert not state.secrets.exists()
    assert not env.keys() & _SECRETS.keys()


def test_the_parts_find_each_other_where_they_are(state: State) -> None:
    found = addresses(state, 9000, is_production=False, redis_url="")
    assert found["XINYI_PORT"] == "9000"
    assert found["XINYI_WECHAT_API_BASE"] == "http://127.0.0.1:9001"
    assert found["XINYI_REDIS_URL"] == f"unix://{state.sockets()}/redis.sock"


def test_production_keeps_its_own_redis_and_wechat(state: State) -> None:
    found = addresses(state, 9000, is_production=True, redis_url="redis://elsewhere/0")
    assert found.keys() == {"XINYI_PORT", "XINYI_SOCKET_DIR"}


@pytest.mark.parametrize(
    ("configured", "shown"),
    [
        ("http://127.0.0.1:8790", "http://127.0.0.1:9000"),
        ("https://xinyi.example", "https://xinyi.example"),
        ("http://192.168.1.7:8790", "http://192.168.1.7:8790"),
    ],
)
def test_only_an_address_on_this_machine_follows_the_port(configured: str, shown: str) -> None:
    assert public_url(configured, 9000) == shown


def test_the_state_folder_is_beside_the_settings_unless_named(
    state: State, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert peek(None).state_dir == ROOT / "var"
    (tmp_path / "config.toml").write_text('[server]\nmode = "production"\nstate_dir = "kept"\n')
    monkeypatch.setenv("XINYI_CONFIG", str(tmp_path / "config.toml"))
    assert peek(None).state_dir == tmp_path / "kept"
    assert peek(None).is_production
    monkeypatch.chdir(tmp_path)
    assert peek("here").state_dir == tmp_path / "here"


def test_settings_that_cannot_be_read_are_left_for_the_application_to_tell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config.toml").write_text("[server\n")
    monkeypatch.setenv("XINYI_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.delenv("XINYI_STATE_DIR", raising=False)
    assert peek(None).state_dir == tmp_path / "var"


def test_sockets_move_out_of_a_folder_whose_name_is_too_long(tmp_path: Path) -> None:
    state = State(tmp_path / ("long" * 25) / "var")
    state.open()
    short = state.sockets()
    try:
        assert len(str(short / "gunicorn.ctl")) < 100
        assert short.stat().st_mode & 0o077 == 0
        assert state.sockets() == short
    finally:
        state.close()
    assert not short.exists()
