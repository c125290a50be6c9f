"""The web server's process: checks the settings, brings the database up to date, then is gunicorn.

All in one process because the application takes longer to import than everything else together. The
supervisor talks with it over its stdin, a socket; started again after a crash it has none and only serves.
"""

from __future__ import annotations

import gc
import importlib.util
import json
import os
import socket
import stat
import sys
import traceback
from pathlib import Path
from typing import Any

from scripts._bootstrap import ROOT


def main() -> None:
    """Serve until told to stop."""
    # Nothing that an import makes is garbage; gunicorn.conf.py turns collecting on again.
    gc.disable()
    if stat.S_ISSOCK(os.fstat(0).st_mode):
        with socket.socket(fileno=os.dup(0)) as supervisor:
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            _prepare(supervisor)
    _serve()


def _prepare(supervisor: socket.socket) -> None:
    """Tell the checked settings, wait for the order {"environ": …, "logins": …} and carry it out."""
    try:
        _tell(supervisor, **_settings())
        import server  # noqa: F401 - while the supervisor looks at ports and starts Redis
    except ModuleNotFoundError as error:
        _tell(supervisor, missing=error.name)
        raise
    line = supervisor.makefile("r", encoding="utf-8").readline()
    if not line:  # the supervisor thought better of it, or is gone
        sys.exit(0)
    order = json.loads(line)
    os.environ.update(order["environ"])
    _bring_up_to_date(order["logins"])
    _tell(supervisor, is_up_to_date=True)


def _tell(supervisor: socket.socket, **told: Any) -> None:
    supervisor.sendall(json.dumps(told).encode() + b"\n")


def _settings() -> dict[str, Any]:
    """Return what the supervisor must know, or {"problems": …}.

    Reads server/config.py by itself, without the package around it, to answer in a fraction of the time.
    """
    spec = importlib.util.spec_from_file_location("_settings", ROOT / "server" / "config.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    try:
        config = module.load()
    except module.ConfigError as error:
        return {"problems": error.problems}
    return {
        "is_production": config.is_production,
        "host": config.server.host,
        "port": config.server.port,
        "public_url": config.server.public_url,
        "redis_url": config.redis.url,
    }


def _bring_up_to_date(logins: str | None) -> None:
    """Migrate, and make the demo data if logins is given; in a fork, so that we stay without connections."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            _run_commands(logins)
            code = 0
        except BaseException:  # the fork must not fall through into serving
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)
    _, status = os.waitpid(pid, 0)
    if status != 0:
        sys.exit("The database could not be brought up to date.")


def _run_commands(logins: str | None) -> None:
    from server.config import load
    from server.database import connect, pending

    config = load()
    is_behind = bool(pending(connect(config.database_url, pool=config.database.pool)))
    commands = ["migrate"] if is_behind else []
    # A database at head was migrated by an earlier start, which then made the demo data and, last of
    # all, the file with its logins.
    if logins is not None and (is_behind or not os.path.exists(logins)):
        commands.append("seed")
    if not commands:
        return
    from flask.cli import ScriptInfo

    from server import create_app

    app = create_app()
    script = ScriptInfo(create_app=lambda: app)
    # What they print holds fresh passwords; those are in the file of logins and in no log.
    with open(os.devnull, "w", encoding="utf-8") as sys.stdout:
        for name in commands:
            app.cli.main(args=[name], prog_name="flask", standalone_mode=False, obj=script)


def _serve() -> None:
    from gunicorn.app.wsgiapp import run  # type: ignore[import-untyped]

    # As if gunicorn's own command had been called: on SIGUSR2 it starts itself over from these.
    command = str(Path(sys.prefix) / "bin" / "gunicorn")
    sys.argv = [command, "-c", str(ROOT / "gunicorn.conf.py"), "server:create_app()"]
    run(prog="gunicorn")


if __name__ == "__main__":
    main()
