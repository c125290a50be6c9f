"""`scripts/run`: brings the whole of Xinyi up, says where to look, and keeps it running until told to stop."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from scripts.supervisor import ports, preview
from scripts.supervisor.children import Children, Signals, say
from scripts.supervisor.conversation import Settings
from scripts.supervisor.errors import StartError, StopRequested
from scripts.supervisor.settings import environment, peek
from scripts.supervisor.stack import Stack
from scripts.supervisor.state import State


def main(arguments: Sequence[str]) -> int:
    """Run until Ctrl-C or SIGTERM; return the exit code: 0 after a stop, 1 when the start failed."""
    options = _parse(arguments)
    signals = Signals()
    seen = peek(options.state_dir)
    state = State(seen.state_dir)
    try:
        state.open()
    except StartError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    children = Children(signals, state.record_pids)
    builder = preview.Builder()
    try:
        env = environment(state, is_production=seen.is_production)
        if options.port is not None:
            env["XINYI_PORT"] = str(options.port)
        settings = Stack(state, children, signals, env, has_demo=options.demo).start()
        state.announce(_url(settings))
        _tell_where(settings, state, has_demo=options.demo)
        if not settings.is_production and not preview.is_current():
            builder.start(_preview(settings))
        children.watch()
    except StopRequested:
        say("\nStopping …")
    except StartError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    finally:
        builder.stop()
        children.stop()
        state.close()
    say("Stopped.")
    return 0


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/run",
        description="Runs Xinyi with all it needs: Redis, the WeChat sandbox, the web server, the worker.",
    )
    parser.add_argument(
        "--port",
        type=int,
        help="web server's port; the sandbox takes the next one (default: config.toml)",
    )
    parser.add_argument(
        "--no-demo",
        dest="demo",
        action="store_false",
        help="do not fill an empty database with demo data",
    )
    parser.add_argument("--state-dir", help="where data, logs and sockets are kept (default: var/)")
    return parser.parse_args(arguments)


def _url(settings: Settings) -> str:
    host = ports.reachable_host(settings.host)
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"


def _preview(settings: Settings) -> str:
    return f"{_url(settings)}/preview/"


def _tell_where(settings: Settings, state: State, *, has_demo: bool) -> None:
    url = _url(settings)
    lines = [
        "",
        "Xinyi is running.",
        f"  Console         {url}/console",
        f"  API             {url}/api/openapi.json",
    ]
    if not settings.is_production:
        built = "" if preview.is_current() else " (being built)"
        lines.append(f"  Mini-program    {_preview(settings)}{built}")
        lines.append(f"  WeChat sandbox  http://127.0.0.1:{settings.port + 1}/_sandbox/messages")
    lines.append(f"  Logs            {state.log}")
    lines += ["", *_logins(state.demo_logins)] if has_demo else []
    say("\n".join([*lines, "", "Ctrl-C stops everything."]))


def _logins(file: Path) -> list[str]:
    if not file.exists():
        return []
    return file.read_text(encoding="utf-8").splitlines()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
