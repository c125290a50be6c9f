"""Every refusal has a stable code of its own, and the documents know it."""

import importlib
import pkgutil
import re
from pathlib import Path

import server
from server.errors import ServiceError

ROOT = Path(__file__).parents[2]


def _every_error() -> list[type[ServiceError]]:
    for module in pkgutil.walk_packages(server.__path__, "server."):
        importlib.import_module(module.name)
    found: list[type[ServiceError]] = []
    waiting = [ServiceError]
    while waiting:
        error = waiting.pop()
        found.append(error)
        waiting += error.__subclasses__()
    return found


def test_codes_are_snake_case_and_tell_one_status() -> None:
    statuses: dict[str, int] = {}
    for error in _every_error():
        assert re.fullmatch(r"[a-z][a-z_]*", error.code), error
        assert statuses.setdefault(error.code, error.status) == error.status, error


def test_codes_are_documented() -> None:
    document = (ROOT / "docs/api.md").read_text(encoding="utf-8")
    missing = {error.code for error in _every_error() if f"`{error.code}`" not in document}
    assert missing == set()


def test_messages_are_for_people() -> None:
    for error in _every_error():
        assert re.search(r"[一-鿿]", error.message), f"{error} speaks no Chinese"
