"""Writes docs/api.md from the application itself, so that it cannot lie."""

import importlib
import pkgutil
from collections import defaultdict
from http import HTTPStatus
from typing import Any

import server
from scripts._bootstrap import ROOT
from server.api.problems import HTTP_SENTENCES
from server.errors import ServiceError

TARGET = ROOT / "docs" / "api.md"

HEAD = """# API

Made by `scripts/api-docs` from the application; a test keeps it true. The contract for programs is the
OpenAPI 3.1 document at `GET /api/openapi.json`.

- **Log in**: `POST /api/v1/auth/wechat` with the code of `wx.login`; then `Authorization: Bearer …`.
  Calls below `/api/v1/staff` need a staff account: the token of a member bound to one, or the console's
  cookie (then every writing call carries its CSRF token in `X-CSRFToken`).
- **Ids** are strings. **Times** are ISO 8601 in UTC with `Z`; days and months are Shanghai's.
- **Lists** answer `{"items": […], "next": "…" | null}`; `next` goes back in as `?cursor=`.
- **Refusals** are RFC 9457 `application/problem+json`: `type, title, status, detail` (plain Chinese, fit to
  show), `code` (stable), `errors` (`[{field, message}]`), `request_id`, and on a conflict `current`.
- **Repeats**: writing calls that make something take `Idempotency-Key`; the same key and body get the same
  answer for 24 hours.
- **Concurrency**: what can be changed by two people carries `version`; send it back in `If-Match`.
"""


def render(spec: dict[str, Any]) -> str:
    """Return the page."""
    return "\n".join([HEAD, *_calls(spec), *_codes()]) + "\n"


def _calls(spec: dict[str, Any]) -> list[str]:
    groups: dict[str, list[str]] = defaultdict(list)
    for path, methods in sorted(spec["paths"].items()):
        for method, operation in methods.items():
            good = ", ".join(status for status in operation["responses"] if status < "400")
            row = f"| `{method.upper()} {path}` | {operation.get('summary', '')} | {good} |"
            groups["Staff" if path.startswith("/api/v1/staff") else "Members"].append(row)
    lines = []
    for name, rows in sorted(groups.items()):
        lines += [f"## {name}", "", "| call | what it does | answers |", "|---|---|---|", *rows, ""]
    return lines


def _codes() -> list[str]:
    """Every code a caller may meet; where several errors share one, each sentence is told once."""
    for module in pkgutil.walk_packages(server.__path__, "server."):
        importlib.import_module(module.name)
    told: dict[tuple[int, str], list[str]] = defaultdict(list)
    for status, (code, sentence) in HTTP_SENTENCES.items():
        told[status, code].append(sentence)
    told[500, "internal"].append("系统出了点问题，我们已记录，请稍后再试")
    waiting = [ServiceError]
    while waiting:
        error = waiting.pop()
        waiting += error.__subclasses__()
        if error.message not in told[error.status, error.code]:
            told[error.status, error.code].append(error.message)
    rows = [
        f"| `{code}` | {status} {HTTPStatus(status).phrase} | {'；'.join(sorted(sentences))} |"
        for (status, code), sentences in sorted(told.items())
    ]
    return ["## Error codes", "", "| code | status | what people read |", "|---|---|---|", *rows]
