"""scripts/run as a person meets it: it comes up, keeps running, ends without a trace."""

from __future__ import annotations

import base64
import os
import re
import secrets
import signal
import socket
import stat
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from scripts._bootstrap import ROOT
from tests.scripts.running import (
    Running,
    clean_environment,
    free_ports,
    refused,
    running,
    wait_until,
)


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One running stack for the tests that leave it as they found it: running."""
    with running(tmp_path_factory.mktemp("up") / "var", "--no-demo") as started:
        started.wait_up()
        yield started


def _redis(started: Running) -> redis.Redis:
    sockets = started.state / "run" / "sockets"
    folder = sockets.read_text(encoding="utf-8") if sockets.exists() else str(sockets.parent)
    return redis.Redis.from_url(f"unix://{folder}/redis.sock")


def test_it_answers_and_says_where_to_look(up: Running) -> None:
    assert up.answers()
    told = re.findall(r"http://\S+", up.output)
    links = [link for link in told if not link.endswith("/preview/")]
    assert len(links) == 3  # console, API, sandbox
    assert len(links) < len(told)  # and the preview, which may still be being built
    for link in links:
        with urllib.request.urlopen(link, timeout=10) as answer:
            assert answer.status == 200, link
    assert set(up.pids) == {"redis", "sandbox", "web", "worker"}


def test_metrics_add_up_across_the_workers(up: Running) -> None:
    def fetch(path: str) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{up.port}{path}", timeout=10) as answer:
            return str(answer.read().decode())

    def counted() -> float:
        found = re.search(
            r'^xinyi_requests_total\{.*route="/c/.*status="404".* (\S+)$', told(), re.M
        )
        return float(found[1]) if found else 0.0

    def told() -> str:
        return fetch("/metrics")

    assert counted() == 0
    for _ in range(30):
        with pytest.raises(urllib.error.HTTPError):
            fetch("/c/nothing")
    # Whichever of the two answers, it speaks for both.
    assert {counted() for _ in range(10)} == {30}
    assert len(list((up.state / "run" / "metrics").glob("counter_*.db"))) >= 2


def test_what_it_keeps_is_for_its_owner_only(up: Running) -> None:
    assert stat.S_IMODE((up.state / "secrets.env").stat().st_mode) == 0o600
    assert stat.S_IMODE((up.state / "data").stat().st_mode) == 0o700


def test_a_second_start_is_refused_and_told_where_the_first_is(up: Running) -> None:
    message = refused("--state-dir", str(up.state), "--port", "1")
    url = f"http://127.0.0.1:{up.port}"
    assert message == f"Xinyi is already running (pid {up.process.pid}), open {url}"
    assert up.answers()


def test_a_port_in_use_is_named_with_the_option_that_helps(up: Running, tmp_path: Path) -> None:
    message = refused("--state-dir", str(tmp_path / "var"), "--port", str(up.port))
    assert len(message.splitlines()) == 1
    assert f"Port {up.port} (for the web server) is in use" in message
    assert "--port" in message


def test_the_sandbox_port_is_looked_at_too(up: Running, tmp_path: Path) -> None:
    with socket.socket() as free:
        try:
            free.bind(("127.0.0.1", up.port - 1))
        except OSError:
            pytest.skip("the port below ours is somebody's: nothing can be asked of the one above")
    message = refused("--state-dir", str(tmp_path / "var"), "--port", str(up.port - 1))
    assert f"Port {up.port} (for the WeChat sandbox" in message


@pytest.mark.parametrize("name", ["web", "sandbox", "worker", "redis"])
def test_what_is_killed_comes_back(up: Running, name: str) -> None:
    with _redis(up) as client:
        client.set("before", name)
    old = up.pids[name]
    os.kill(old, signal.SIGKILL)
    wait_until(lambda: up.pids[name] != old, 10, f"{name} is back")
    wait_until(up.answers, 20, "the web server answers")
    assert f"{name} ended (signal SIGKILL); starting it again" in up.output

    def has_kept() -> bool:
        try:
            with _redis(up) as client:
                return bool(client.get("before") == name.encode())
        except redis.ConnectionError:
            return False

    wait_until(has_kept, 10, "Redis has what was written before")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_everything_quietly(tmp_path: Path, number: signal.Signals) -> None:
    with running(tmp_path / "var", "--no-demo") as started:
        started.wait_up()
        # The supervisor, Redis, the sandbox, gunicorn and its two, the worker.
        wait_until(lambda: len(started.family().members) == 7, 5, "seven processes")
        family = started.family()
        started.process.send_signal(number)
        assert started.process.wait(15) == 0
        assert family.alive() == []
        assert "Traceback" not in started.output
        assert started.output.rstrip().endswith("Stopped.")
        assert not (started.state / "run" / "pids").exists()


def test_a_signal_during_the_start_ends_it_as_well(tmp_path: Path) -> None:
    with running(tmp_path / "var", "--no-demo") as started:
        wait_until((started.state / "run" / "pids").exists, 20, "something started")
        family = started.family()
        started.process.send_signal(signal.SIGINT)
        assert started.process.wait(15) == 0
        assert family.alive() == []
        assert "Traceback" not in started.output


def test_killing_the_supervisor_leaves_no_orphan_and_no_data_behind(tmp_path: Path) -> None:
    state = tmp_path / "var"
    with running(state, "--no-demo") as first:
        first.wait_up()
        with _redis(first) as client:
            client.set("kept", "yes")
        family = first.family()
        first.process.kill()
        first.process.wait()
        gone = wait_until(lambda: not family.alive(), 10, "all gone")
        assert gone < 3.0
    with running(state, "--no-demo", port=first.port) as second:
        second.wait_up()
        with _redis(second) as client:
            assert client.get("kept") == b"yes"
        assert (state / "data" / "xinyi.db").exists()


def test_a_start_right_after_a_kill_waits_for_the_port(tmp_path: Path) -> None:
    state = tmp_path / "var"
    with running(state, "--no-demo") as first:
        first.wait_up()
        first.process.kill()
        first.process.wait()
    with running(state, "--no-demo", port=first.port) as second:
        second.wait_up()
        assert second.answers()


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file stands where the folder should be")
    message = refused("--state-dir", str(tmp_path / "var"))
    assert len(message.splitlines()) == 1
    assert f"The state folder {tmp_path / 'var'} cannot be used" in message
    assert "--state-dir" in message


def test_all_mistakes_in_the_settings_are_told_at_once(tmp_path: Path) -> None:
    text = (ROOT / "config.toml").read_text(encoding="utf-8")
    config = tmp_path / "config.toml"
    config.write_text(
        text.replace("port = 8790", 'port = "eighty"').replace("pool = 10", "pool = 0")
    )
    message = refused("--no-demo", env=clean_environment(XINYI_CONFIG=str(config)))
    assert message.startswith("The settings cannot be used:")
    assert "[server] port" in message
    assert "[database] pool" in message


def test_production_brings_neither_sandbox_nor_made_up_secrets(tmp_path: Path) -> None:
    text = (ROOT / "config.toml").read_text(encoding="utf-8")
    text = text.replace('mode = "development"', 'mode = "production"').replace("sbx_", "")
    text = text.replace("http://127.0.0.1:8790", "https://xinyi.example")
    config = tmp_path / "config.toml"
    config.write_text(text, encoding="utf-8")
    env = clean_environment(XINYI_CONFIG=str(config))
    assert "environment XINYI_SECRET_KEY: is not set" in refused(env=env)
    env |= {
        "XINYI_SECRET_KEY": secrets.token_hex(32),
        "XINYI_DATA_KEY": base64.b64encode(bytes(range(32))).decode(),
        "WECHAT_APPID": "wx0123456789abcdef",
        "WECHAT_SECRET": secrets.token_hex(16),
        "WECHAT_PUSH_TOKEN": "token",
        "WECHAT_PUSH_AES_KEY": secrets.token_hex(22)[:43],
    }
    with running(tmp_path / "state", env=env) as started:
        started.wait_up()
        assert started.answers()
        assert set(started.pids) == {"redis", "web", "worker"}
        assert "sandbox" not in started.output
        assert not (started.state / "secrets.env").exists()
        assert not (started.state / "demo-logins.txt").exists()


def test_what_fails_to_start_is_shown_with_its_last_words(tmp_path: Path) -> None:
    broken = tmp_path / "var" / "data" / "redis" / "appendonlydir"
    broken.mkdir(parents=True)
    (broken / "appendonly.aof.manifest").write_text("not a manifest\n")
    message = refused(
        "--no-demo", "--state-dir", str(tmp_path / "var"), "--port", str(free_ports())
    )
    assert message.startswith("redis ended (exit code 1):")
    assert "manifest" in message
    assert str(tmp_path / "var" / "log" / "redis.log") in message


def _refused_with_flask(tmp_path: Path, text: str) -> str:
    """Return what a start says when the first library the application imports is this one."""
    (tmp_path / "flask.py").write_text(text)
    env = clean_environment(PYTHONPATH=str(tmp_path))
    port = str(free_ports())
    return refused("--no-demo", "--state-dir", str(tmp_path / "var"), "--port", port, env=env)


def test_an_application_that_cannot_be_imported_is_shown_with_its_last_words(
    tmp_path: Path,
) -> None:
    message = _refused_with_flask(tmp_path, 'raise RuntimeError("broken on purpose")')
    assert message.startswith("The start failed:")
    assert "RuntimeError: broken on purpose" in message


def test_a_missing_module_is_named_in_one_sentence(tmp_path: Path) -> None:
    message = _refused_with_flask(tmp_path, "import no_such_module")
    assert len(message.splitlines()) == 1
    assert message.startswith("The Python module no_such_module is missing; delete ")


def test_a_database_that_cannot_be_used_stops_the_start(tmp_path: Path) -> None:
    port = str(free_ports())
    env = clean_environment(DATABASE_URL="mysql://127.0.0.1/xinyi")
    message = refused("--state-dir", str(tmp_path / "var"), "--port", port, env=env)
    assert "the database URL must begin with sqlite:// or postgresql://" in message
    assert "The database could not be brought up to date." in message
