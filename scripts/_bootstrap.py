"""Makes .venv from a lock file and continues inside it; standard library only, for it runs before anything is there."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_VENV = ROOT / ".venv"
_QUIET = ("--disable-pip-version-check", "--no-input")
# The lock names everything, so there is nothing to resolve; older pips, asked to resolve, take the
# newest release of what another package wants with an extra and then miss its hash.
_PIP = ("-m", "pip", *_QUIET, "install", "--require-hashes", "--no-deps")


def enter(lock_file: str) -> None:
    """Return once this very process runs in an environment that holds what lock_file pins.

    Starts this command over inside .venv when it must. Ends the process with one sentence when the
    environment cannot be made.
    """
    lock = ROOT / lock_file
    if sys.prefix != sys.base_prefix and _is_complete(Path(sys.prefix), lock):
        return
    try:
        with _one_at_a_time():
            if not _is_complete(_VENV, lock):
                _install(lock)
    except KeyboardInterrupt:
        sys.exit("Stopped; the next start goes on from here.")
    except OSError as error:
        sys.exit(f"Cannot make the Python environment in {_VENV}: {error.strerror or error}.")
    if Path(sys.prefix).resolve() != _VENV.resolve():
        python = str(_python(_VENV))
        os.execv(python, [python, *sys.argv])


def _python(venv: Path) -> Path:
    return venv / "bin" / "python"


def _stamp(venv: Path, lock: Path) -> Path:
    return venv / f".{lock.stem}.stamp"


def _is_complete(venv: Path, lock: Path) -> bool:
    try:
        return _stamp(venv, lock).read_text(encoding="ascii") == _fingerprint(venv, lock)
    except OSError:
        return False


def _fingerprint(venv: Path, lock: Path) -> str:
    """Tells apart lock files and interpreters: an upgraded Python is another file behind the same link."""
    interpreter = _python(venv).resolve(strict=True)
    seen = interpreter.stat()
    digest = hashlib.sha256(lock.read_bytes())
    digest.update(f"{interpreter} {seen.st_size} {seen.st_mtime_ns}".encode())
    return digest.hexdigest()


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Keeps scripts/run and scripts/test from installing at once; the kernel drops the lock if we die."""
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _say("Another command is preparing the Python environment; waiting for it …")
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _install(lock: Path) -> None:
    if not _is_usable(_VENV):
        _make_venv()
    total = len(
        re.findall(r"^[\w.-]+(?:\[.+\])?==", lock.read_text(encoding="utf-8"), re.MULTILINE)
    )
    _say(f"Installing {total} Python packages into .venv, only needed once …")
    log = _VENV / "install.log"
    if not _run_pip(lock, log, total):
        last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-6:]
        sys.exit("\n".join(["Installing the Python packages failed:", *last, f"All of it: {log}"]))
    _stamp(_VENV, lock).write_text(_fingerprint(_VENV, lock), encoding="ascii")


def _is_usable(venv: Path) -> bool:
    asked = "import pip, sys; sys.exit(sys.version_info < (3, 11))"
    try:
        return subprocess.run([_python(venv), "-c", asked], check=False).returncode == 0
    except OSError:
        return False


def _make_venv() -> None:
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        package = f"python3.{sys.version_info.minor}-venv"
        sys.exit(
            f"Python's venv module is not complete here; on Debian or Ubuntu: apt-get install {package}"
        )
    _say("Making .venv …")
    made = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", _VENV],
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode != 0:
        words = (made.stderr.strip() or made.stdout.strip()).splitlines()
        sys.exit(
            f"Cannot make the Python environment in {_VENV}: {words[-1] if words else 'venv failed'}"
        )


def _run_pip(lock: Path, log: Path, total: int) -> bool:
    seen = 0
    with log.open("w", encoding="utf-8") as record:
        pip = subprocess.Popen(
            [_python(_VENV), *_PIP, "-r", lock],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        assert pip.stdout is not None
        for line in pip.stdout:
            record.write(line)
            if line.startswith(("Collecting ", "Requirement already satisfied")):
                seen += 1
                _progress(seen, total, line)
            elif line.startswith("Installing collected"):
                _say("  downloaded; unpacking …")
    return pip.wait() == 0


def _progress(seen: int, total: int, line: str) -> None:
    name = re.split(r"[=<>!~;\[ ]", line.rpartition(": ")[2].removeprefix("Collecting "))[0]
    if sys.stdout.isatty():
        width = shutil.get_terminal_size().columns - 1
        end = "\n" if seen == total else ""
        sys.stdout.write(f"\r  {seen}/{total} {name}"[:width].ljust(width) + end)
        sys.stdout.flush()
    elif seen % 20 == 0 or seen == total:
        _say(f"  {seen}/{total} {name}")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
