"""Planned misbehaviour of single endpoints."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from .config import is_number
from .errors import TEXTS, Invalid

KINDS = ("errcode", "status", "hang", "truncate", "reset_after_effect")
MAX_DELAY_MS = 600_000


@dataclass
class Fault:
    """One planned fault; `left` counts down to zero, None means until deleted."""

    path: str
    delay_ms: float = 0
    errcode: int | None = None
    errmsg: str | None = None
    status: int | None = None
    hang: bool = False
    truncate: bool = False
    reset_after_effect: bool = False
    after_effect: bool = False
    left: int | None = None

    def message(self) -> str:
        """Return the error text that goes with the fault's errcode."""
        return self.errmsg or TEXTS.get(self.errcode or 0, f"error {self.errcode}")


NO_FAULT = Fault("")


def _is_int(value: object, low: int, high: int) -> bool:
    return isinstance(value, int) and is_number(value, low, high)


def read_fault(data: dict[str, Any], paths: Iterable[str]) -> Fault:
    """Return the fault a control call describes; raise Invalid saying what is wrong."""
    unknown = set(data) - {"path", "errmsg", "delay_ms", "after_effect", "times", *KINDS}
    if unknown:
        raise Invalid(f"unknown fields: {', '.join(sorted(unknown))}")
    path = data.get("path")
    if not isinstance(path, str) or not path:
        raise Invalid("path is required: an endpoint such as /cgi-bin/stable_token, or *")
    path = path if path == "*" else "/" + path.lstrip("/")
    if path != "*" and path not in set(paths):
        raise Invalid(f"no endpoint {path}")
    kinds = [kind for kind in KINDS if data.get(kind) not in (None, False)]
    if len(kinds) > 1 or not (kinds or "delay_ms" in data):
        raise Invalid(f"give one of {', '.join(KINDS)}, or delay_ms, or delay_ms with one of them")
    _check_values(data)
    return Fault(
        path,
        delay_ms=data.get("delay_ms", 0),
        errcode=data.get("errcode"),
        errmsg=data.get("errmsg"),
        status=data.get("status"),
        hang=data.get("hang", False),
        truncate=data.get("truncate", False),
        reset_after_effect=data.get("reset_after_effect", False),
        after_effect=data.get("after_effect", False),
        left=data.get("times"),
    )


def _check_values(data: dict[str, Any]) -> None:
    rules: dict[str, tuple[Callable[[Any], bool], str]] = {
        "errcode": (lambda v: _is_int(v, -(10**6), 10**7) and v != 0, "a non-zero integer"),
        "status": (lambda v: _is_int(v, 400, 599), "an HTTP status from 400 to 599"),
        "delay_ms": (lambda v: is_number(v, 0, MAX_DELAY_MS), f"from 0 to {MAX_DELAY_MS}"),
        "times": (lambda v: _is_int(v, 1, 10**9), "a positive integer"),
        "errmsg": (lambda v: isinstance(v, str), "a string"),
    }
    for name in ("hang", "truncate", "reset_after_effect", "after_effect"):
        rules[name] = (lambda v: isinstance(v, bool), "true or false")
    for name, (check, rule) in rules.items():
        if data.get(name) is not None and not check(data[name]):
            raise Invalid(f"{name} must be {rule}")


class Faults:
    """The planned faults, the oldest first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._planned: list[Fault] = []

    def plan(self, fault: Fault) -> None:
        """Add a fault behind those already planned."""
        with self._lock:
            self._planned.append(fault)

    def take(self, path: str) -> Fault:
        """Return the fault for this call and count it, or NO_FAULT."""
        if not self._planned:
            return NO_FAULT
        with self._lock:
            for fault in self._planned:
                if fault.path in ("*", path):
                    if fault.left is not None:
                        fault.left -= 1
                        if not fault.left:
                            self._planned.remove(fault)
                    return fault
        return NO_FAULT

    def clear(self) -> int:
        """Drop every planned fault; return how many there were."""
        with self._lock:
            count = len(self._planned)
            self._planned.clear()
        return count

    def listing(self) -> list[dict[str, Any]]:
        """Return the planned faults as JSON values."""
        with self._lock:
            return [{k: v for k, v in vars(fault).items() if v} for fault in self._planned]
