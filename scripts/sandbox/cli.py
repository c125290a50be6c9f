"""The command line: reads settings, listens, and stops cleanly on SIGTERM or Ctrl-C."""

import argparse
import json
import os
import signal
import sys
import threading
from pathlib import Path

from . import api, control  # noqa: F401  (importing them fills the tables)
from .config import Config, is_loopback
from .errors import ControlError
from .settings import SettingsError, read_settings
from .state import StateError
from .web import Server
from .world import World

STOP_SIGNALS = {signal.SIGTERM, signal.SIGINT}


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m scripts.sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=8791, help="0 picks a free port")
    parser.add_argument("--callback", metavar="URL", help="where events are pushed (loopback)")
    parser.add_argument("--state", type=Path, metavar="FILE", help="survive restarts in FILE")
    parser.add_argument("--mode", choices=["plain", "compatible", "safe"], default="safe")
    parser.add_argument("--format", choices=["json", "xml"], default="json")
    parser.add_argument("--latency-ms", type=float, default=0, metavar="N")
    parser.add_argument(
        "--app-json", type=Path, metavar="FILE", help="app.json whose pages count as published"
    )
    parser.add_argument(
        "--qr-rule",
        nargs=2,
        action="append",
        default=[],
        metavar=("LINK", "PAGE"),
        help="which page an ordinary link in a code opens",
    )
    return parser.parse_args(arguments)


def read_pages(app_json: Path) -> list[str]:
    """Return every page of an app.json, sub-packages included."""
    app = json.loads(app_json.read_text("utf-8"))
    pages = list(app["pages"])
    for package in app.get("subPackages", app.get("subpackages", [])):
        pages += [f"{package['root'].strip('/')}/{page}" for page in package["pages"]]
    return pages


def _world(options: argparse.Namespace) -> World:
    config = Config()
    config.change(
        {
            "mode": options.mode,
            "format": options.format,
            "callback": options.callback,
            "latency_ms": options.latency_ms,
            "qr_rules": [{"rule": link, "page": page} for link, page in options.qr_rule],
            "published_pages": read_pages(options.app_json) if options.app_json else None,
        }
    )
    return World(read_settings(os.environ), config, options.state)


def main(arguments: list[str] | None = None) -> int:
    """Run until told to stop; return 0, or 2 with a message when it cannot start."""
    options = _arguments(arguments)
    # Blocked before any thread exists, so that only sigwait() in this thread receives them.
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    try:
        world = _world(options)
        server = Server(options.host, options.port, world)
    except ControlError as error:
        return _refuse(error.detail)
    except (SettingsError, StateError) as error:
        return _refuse(str(error))
    except (OSError, OverflowError, ValueError, KeyError, TypeError) as error:
        return _refuse(f"cannot start: {error!r}")
    _serve(server, world, options.host)
    return 0


def _serve(server: Server, world: World, host: str) -> None:
    threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True).start()
    shown = f"[{host}]" if ":" in host else host
    print(f"sandbox listening on http://{shown}:{server.server_port}", flush=True)
    if not is_loopback(host):
        print("warning: not bound to loopback; control calls stay local", file=sys.stderr)
    signal.sigwait(STOP_SIGNALS)
    world.stopping.set()
    server.shutdown()
    server.server_close()
    world.store.close()


def _refuse(reason: str) -> int:
    print(f"sandbox: {reason}", file=sys.stderr)
    return 2
