"""One of the application's own commands, run by hand in the environment the stack runs in."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from scripts._bootstrap import ROOT
from scripts.supervisor.errors import StartError
from scripts.supervisor.settings import addresses, environment, peek
from scripts.supervisor.state import State


def main(command: str, arguments: Sequence[str]) -> int:
    """Become `flask --app server COMMAND`; return an exit code only when that cannot be."""
    seen = peek(None)
    state = State(seen.state_dir)
    try:
        state.make()
        env = environment(state, is_production=seen.is_production)
        if not seen.is_production:
            redis_url = env.get("XINYI_REDIS_URL", "")
            env |= addresses(state, seen.port, is_production=False, redis_url=redis_url)
    except StartError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    os.chdir(ROOT)
    argv = [sys.executable, "-m", "flask", "--app", "server", command, *arguments]
    os.execve(sys.executable, argv, env)
