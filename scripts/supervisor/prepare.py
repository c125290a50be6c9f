"""Run once per start, in a process of its own: checks the settings, then brings database and demo data up to date.

It ends before the stack runs, so the supervisor stays small. What it says goes to stdout as JSON lines;
before it touches the database it waits for its order on stdin.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from typing import Any


def _tell(**told: Any) -> None:
    assert sys.__stdout__ is not None
    sys.__stdout__.write(json.dumps(told) + "\n")
    sys.__stdout__.flush()


def _check() -> bool:
    from server.config import ConfigError, load

    try:
        config = load()
    except ConfigError as error:
        _tell(problems=error.problems)
        return False
    server = config.server
    _tell(
        is_production=config.is_production,
        host=server.host,
        port=server.port,
        public_url=server.public_url,
        redis_url=config.redis.url,
    )
    return True


def _bring_up_to_date(logins: str | None) -> None:
    """Migrate and seed through the application's own commands, and only if there is something to do."""
    from server.config import load
    from server.database import connect, pending

    config = load()
    database = connect(config.database_url, pool=config.database.pool)
    is_behind = bool(pending(database))
    database.close()
    commands = ["migrate"] if is_behind else []
    # A database that is at head was migrated by an earlier start, which then made the demo data and,
    # last of all, the file of its logins.
    if logins is not None and (is_behind or not os.path.exists(logins)):
        commands.append("seed")
    if commands:
        _run(commands)


def _run(commands: list[str]) -> None:
    from flask.cli import ScriptInfo

    from server import create_app

    app = create_app()
    for name in commands:
        script = ScriptInfo(create_app=lambda: app)
        app.cli.main(args=[name], prog_name="flask", standalone_mode=False, obj=script)


def main() -> int:
    """Check, wait for the order {"environ": …, "logins": …}, carry it out; return the exit code."""
    try:
        if not _check():
            return 1
        line = sys.stdin.readline()
        if not line:  # the supervisor thought better of it, or is gone
            return 0
        order = json.loads(line)
        os.environ.update(order["environ"])
        with open(os.devnull, "w") as unseen, contextlib.redirect_stdout(unseen):
            _bring_up_to_date(order["logins"])
    except ModuleNotFoundError as error:
        _tell(missing=error.name)
        return 1
    _tell(done=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
