"""What may be changed while the sandbox runs: its behaviour, not its identity."""

import ipaddress
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields
from typing import Any, TypeGuard
from urllib.parse import urlsplit

from .errors import Invalid


def is_loopback(host: str) -> bool:
    """Tell whether a host name or address can only mean this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def host_of(url: str) -> str:
    """Return the host of a URL, or an empty text when it has none or is malformed."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def is_loopback_url(url: object) -> bool:
    """Tell whether a URL is plain http to this machine: the only place the sandbox calls."""
    if not isinstance(url, str):
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme == "http" and is_loopback(parts.hostname or "") and parts.port != 0
    except ValueError:
        return False


Check = Callable[[Any], bool]


def _one_of(*allowed: object) -> tuple[Check, str]:
    return (lambda value: value in allowed and type(value) in map(type, allowed)), (
        f"must be one of {list(allowed)}"
    )


def is_number(value: object, low: float, high: float) -> TypeGuard[float]:
    """Tell whether a JSON value is a number within bounds (true and false are none)."""
    return isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high


def _between(low: float, high: float) -> tuple[Check, str]:
    return (lambda value: is_number(value, low, high)), f"must be a number from {low} to {high}"


def _is_pages(value: object) -> bool:
    return value is None or (isinstance(value, list) and all(isinstance(v, str) for v in value))


def _is_rules(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(rule, dict)
        and isinstance(rule.get("rule"), str)
        and isinstance(rule.get("page"), str)
        and isinstance(rule.get("published", True), bool)
        for rule in value
    )


def _is_limits(value: object) -> bool:
    return isinstance(value, dict) and all(
        isinstance(path, str)
        and isinstance(limit, dict)
        and set(limit) <= {"per_second", "per_minute", "per_day"}
        and all(is_number(number, 0, 10**9) for number in limit.values())
        for path, limit in value.items()
    )


FLAG = _one_of(True, False)
CHECKS: dict[str, tuple[Check, str]] = {
    "mode": _one_of("plain", "compatible", "safe"),
    "format": _one_of("json", "xml"),
    "callback": (
        lambda v: v is None or is_loopback_url(v),
        "must be null or an http URL of this machine",
    ),
    "latency_ms": _between(0, 60_000),
    "entries_shape": _one_of("auto", "array", "object"),
    "create_time": _one_of("int", "string"),
    "label_type": _one_of("int", "string"),
    "country_code_type": _one_of("string", "number"),
    "media_event_version": _one_of(1, 2),
    "media_delay_s": _between(0, 86_400),
    "media_events": _one_of("send", "none", "twice"),
    "sent_events": _one_of("send", "none", "twice"),
    "events_before_reply": FLAG,
    "push_order": _one_of("per_openid", "shuffled"),
    "push_timeout_ms": _between(50, 60_000),
    "token_length": _between(64, 512),
    "activity_window_s": _between(1, 10**9),
    "unionid_bound": FLAG,
    "published": FLAG,
    "published_pages": (_is_pages, "must be null or a list of pages"),
    "qr_rules": (_is_rules, "must be a list of {rule, page, published?, env_version?}"),
    "limits": (_is_limits, "must map paths to {per_second?, per_minute?, per_day?}"),
}


@dataclass
class Config:
    """The switches of `POST /_sandbox/config`; docs/sandbox.md explains each."""

    mode: str = "safe"
    format: str = "json"
    callback: str | None = None
    latency_ms: float = 0
    entries_shape: str = "auto"
    create_time: str = "int"
    label_type: str = "int"
    country_code_type: str = "string"
    media_event_version: int = 2
    media_delay_s: float = 0
    media_events: str = "send"
    sent_events: str = "send"
    events_before_reply: bool = False
    push_order: str = "per_openid"
    push_timeout_ms: float = 5000
    token_length: int = 157
    activity_window_s: float = 7200
    unionid_bound: bool = True
    published: bool = True
    published_pages: list[str] | None = None
    qr_rules: list[dict[str, Any]] = field(default_factory=list)
    limits: dict[str, dict[str, int]] = field(default_factory=dict)

    def change(self, wanted: dict[str, Any]) -> None:
        """Take over every wanted value, or raise Invalid and take over none."""
        for name, value in wanted.items():
            if name not in CHECKS:
                raise Invalid(f"unknown setting {name!r}; known: {', '.join(CHECKS)}")
            check, rule = CHECKS[name]
            if not check(value):
                raise Invalid(f"{name} {rule}")
        for name, value in wanted.items():
            setattr(self, name, value)

    def restore(self, other: "Config") -> None:
        """Become a copy of another configuration."""
        for each in fields(self):
            setattr(self, each.name, asdict(other)[each.name])

    def as_dict(self) -> dict[str, Any]:
        """Return every setting for the control call's answer."""
        return asdict(self)
