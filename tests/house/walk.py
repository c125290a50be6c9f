"""Every request there is, about rows of one Space or about rows that do not exist: made from the
application's own map of routes, so that a new route is in it by itself."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

from server.clock import month_of, utcnow
from tests.api_samples import Samples
from tests.full_space import FullSpace

BENCH = ("/_dev/", "/preview/")  # not there in production
FILES = {"filename", "name", "version"}  # arguments of routes that serve files of the program
ENDS_THE_LOGIN = {
    "users.delete",
    "users.update",
    "auth.delete",
    "console.auth.delete",
    "console.auth_factors.drop",
}
SAFE = {"GET", "HEAD", "OPTIONS"}
EVERYBODYS = {"series_id", "building_id"}
UNKNOWN = "4611686018427387904"


@dataclass(frozen=True)
class Call:
    """One request: which route, about which row of the Space."""

    endpoint: str
    method: str
    path: str
    kinds: frozenset[str]
    """The names of the ids in the address."""
    is_public: bool
    """Every id in the address is one that every member may look at."""
    sent: dict[str, Any] = field(hash=False)

    def __str__(self) -> str:
        return f"{self.method} {self.path} ({self.endpoint})"


class Walk:
    """All requests there are, about rows of one Space or about rows that do not exist."""

    def __init__(self, app: Flask, place: FullSpace) -> None:
        self.place = place
        self.rules = [rule for rule in app.url_map.iter_rules() if not _is_file(rule)]
        self.samples = Samples(app.test_client().get("/api/openapi.json").json or {})

    def calls(self, *, real: bool = True) -> Iterator[Call]:
        """Yield them: looking first, then changing, and what ends the log-in at last."""
        found = [
            self._call(rule, method, number, real=real)
            for rule in self.rules
            for method in sorted((rule.methods or set()) - {"OPTIONS", "HEAD"})
            for number in range(self._count(rule))
        ]
        return iter(
            sorted(
                found, key=lambda call: (call.endpoint in ENDS_THE_LOGIN, call.method not in SAFE)
            )
        )

    def _ids(self, kind: str) -> list[str]:
        assert kind in self.place.ids, (
            f"no row of kind {kind!r}: make one in tests/full_space.py and add its id to `ids`"
        )
        return self.place.ids[kind]

    def _count(self, rule: Rule) -> int:
        return max((len(self._ids(name)) for name in rule.arguments), default=1)

    def _call(self, rule: Rule, method: str, number: int, *, real: bool) -> Call:
        chosen = {name: self._ids(name)[number % len(self._ids(name))] for name in rule.arguments}
        public = self.place.public
        is_public = all(value in public.get(name, ()) for name, value in chosen.items())
        if not real:
            chosen = {name: _unknown(name, value) for name, value in chosen.items()}
        path = re.sub(r"<(?:\w+:)?(\w+)>", lambda part: chosen[part[1]], rule.rule)

        def pick(kind: str) -> str:
            if kind == "category":
                return self.place.category
            return self._ids(kind)[0] if real or kind in EVERYBODYS else UNKNOWN

        sent = self._sent(rule, method, pick)
        return Call(rule.endpoint, method, path, frozenset(chosen), is_public, sent)

    def _sent(self, rule: Rule, method: str, pick: Any) -> dict[str, Any]:
        if rule.rule.startswith("/api/v1/"):
            spelled = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
            operation = self.samples.operation(method, spelled)
            assert operation, f"{method} {rule.rule} is not in the OpenAPI document"
            sent = {
                "query_string": self.samples.query(operation, pick),
                "headers": self.samples.headers(operation, pick),
            }
            if "multipart/form-data" in operation.get("requestBody", {}).get("content", {}):
                return sent | {"data": {"file": (BytesIO("文字".encode()), "文字.txt")}}
            body = self.samples.body(operation, pick)
            return sent if body is None else sent | {"json": body}
        values = {name: pick(f"{name}_id") for name in ("space", "series")}
        if method in SAFE:
            return {
                "query_string": values | {"like": pick("activity_id"), "month": month_of(utcnow())}
            }
        return {"data": _form(pick)} if rule.rule.startswith("/console") else {}


def _form(pick: Any) -> dict[str, str]:
    """One form that fits every page: each reads the names it knows."""
    named = {name: pick(name) for name in ("space_id", "series_id", "venue_id", "zone_id")}
    listed = {"pick": pick("activity_id")}
    return named | listed | {
        "version": "1", "title": "文字", "theme": "文字", "text": "文字", "reason": "文字",
        "month": month_of(utcnow()), "outcome": "solved", "lead_unit": "文字", "announce": "now",
        "starts_at": "2026-12-24T10:00", "ends_at": "2026-12-24T12:00",
    }  # fmt: skip


def _unknown(name: str, value: str) -> str:
    """Return what names no row: days, words and figures name themselves, nobody signs a code."""
    if name in ("day", "word", "figure"):
        return value
    return "A" * len(value) if name in ("payload", "signed") else UNKNOWN


def _is_file(rule: Rule) -> bool:
    return rule.rule.startswith(BENCH) or bool(rule.arguments & FILES)
