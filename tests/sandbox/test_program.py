"""The program itself: starting, stopping, remembering, carrying load, standing alone."""

import ast
import concurrent.futures
import json
import signal
import time
from pathlib import Path

import pytest

from .driver import REMINDER, ROOT, Program, refusal

PACKAGE = ROOT / "scripts" / "sandbox"
FORBIDDEN = {"server", "models", "wechatpy"}


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({"WECHAT_APPID": ""}, "WECHAT_APPID is missing"),
        ({"WECHAT_APPID": "wx0123456789abcdef"}, "must begin with 'wxsandbox'"),
        ({"WECHAT_SECRET": ""}, "WECHAT_SECRET is missing"),
        ({"WECHAT_PUSH_TOKEN": "a b"}, "WECHAT_PUSH_TOKEN must be"),
        ({"WECHAT_PUSH_AES_KEY": "short"}, "WECHAT_PUSH_AES_KEY must be 43"),
    ],
)
def test_it_says_what_is_wrong_with_the_environment(environment: dict[str, str], told: str) -> None:
    assert told in refusal(**environment)


def test_it_says_everything_that_is_wrong_at_once() -> None:
    errors = refusal(WECHAT_SECRET="", WECHAT_PUSH_TOKEN="")
    assert "WECHAT_SECRET is missing; WECHAT_PUSH_TOKEN is missing" in errors


@pytest.mark.parametrize(
    "arguments",
    [
        ["--callback", "http://example.com/push"],
        ["--latency-ms", "-1"],
        ["--host", "192.0.2.1"],
        ["--app-json", "/nowhere/app.json"],
    ],
)
def test_it_refuses_arguments_it_cannot_obey(arguments: list[str]) -> None:
    assert refusal(*arguments)


def test_it_stops_within_a_second_even_while_a_call_hangs() -> None:
    program = Program()
    program.control("POST", "/faults", {"path": "*", "hang": True})
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        hanging = pool.submit(program.request, "GET", "/cgi-bin/token")
        time.sleep(0.2)
        assert program.stop() < 1
        assert hanging.exception() is not None
    assert program.process.returncode == 0


def test_users_ledgers_messages_and_tokens_survive_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    first = Program("--state", str(file))
    first.control("POST", "/users", {"openid": "o-kept", "phone": "13911112222"})
    first.accept(openid="o-kept")
    first.accept(openid="o-kept")
    assert first.send("o-kept")["errcode"] == 0
    code = first.control("POST", "/users/o-kept/login")["code"]
    token = first.token()["access_token"]
    first.stop()
    second = Program("--state", str(file))
    try:
        assert second.remaining(REMINDER, "o-kept") == 1
        assert len(second.control("GET", "/messages?openid=o-kept")) == 1
        assert second.token()["access_token"] == token
        assert second.exchange(code)["openid"] == "o-kept"
    finally:
        second.stop()


def test_the_state_reaches_the_file_soon_without_a_stop(tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    program = Program("--state", str(file))
    try:
        program.accept()
        deadline = time.monotonic() + 3
        while REMINDER not in json.loads(file.read_text())["users"]["demo-u1"]["accepts"]:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert file.stat().st_mode & 0o777 == 0o600
    finally:
        program.process.send_signal(signal.SIGKILL)
        program.stop()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "is damaged"),
        ("{}", "is damaged"),
        ('{"format": 1, "appid": "wxsandboxother"}', "belongs to appid wxsandboxother"),
    ],
)
def test_a_state_file_it_cannot_use_is_refused_and_left_alone(
    tmp_path: Path, text: str, told: str
) -> None:
    file = tmp_path / "state.json"
    file.write_text(text)
    assert told in refusal("--state", str(file))
    assert file.read_text() == text


def test_it_takes_mode_format_latency_and_pages_from_the_command_line(tmp_path: Path) -> None:
    app = {"pages": ["pages/home/home"], "subPackages": [{"root": "sub/", "pages": ["a/a"]}]}
    (tmp_path / "app.json").write_text(json.dumps(app))
    program = Program(
        *("--mode", "compatible", "--format", "xml", "--latency-ms", "5"),
        *("--callback", "http://localhost:9/cb", "--app-json", str(tmp_path / "app.json")),
        *("--qr-rule", "https://a.example/c/", "pages/home/home"),
    )
    try:
        config = program.control("GET", "/config")
        assert (config["mode"], config["format"]) == ("compatible", "xml")
        assert (config["latency_ms"], config["callback"]) == (5, "http://localhost:9/cb")
        assert config["qr_rules"] == [{"rule": "https://a.example/c/", "page": "pages/home/home"}]
        assert config["published_pages"] == ["pages/home/home", "sub/a/a"]
    finally:
        program.stop()


def test_sixty_four_calls_wait_side_by_side_in_little_memory() -> None:
    program = Program("--latency-ms", "80")
    try:
        token = program.token()["access_token"]
        path = f"/wxaapi/newtmpl/getcategory?access_token={token}"
        with concurrent.futures.ThreadPoolExecutor(64) as pool:
            started = time.monotonic()
            answers = list(pool.map(lambda _: program.request("GET", path).json(), range(256)))
            took = time.monotonic() - started
        assert {answer["errcode"] for answer in answers} == {0}
        # One after the other it would be 20 s.
        assert took < 3
        status = Path(f"/proc/{program.process.pid}/status").read_text()
        resident = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        assert int(resident.split()[1]) < 60 * 1024
    finally:
        program.stop()


def test_it_shares_nothing_with_the_application() -> None:
    files = sorted(PACKAGE.rglob("*.py"))
    assert len(files) > 20
    for file in files:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            assert not FORBIDDEN & {name.split(".")[0] for name in names}, file
