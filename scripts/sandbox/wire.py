"""The two shapes that travel through the program: a request and the reply to it."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import Message
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from .errors import ApiError

JSON = "application/json; encoding=utf-8"
PLAIN = "text/plain"
IMAGE = "image/jpeg"
# The beginning of an escape that may stand for half a character, which no text can hold.
LONE_SURROGATE = b"\\ud"


@dataclass
class Reply:
    """An answer, and how the connection is to be mistreated while it is sent."""

    body: bytes
    content_type: str = JSON
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    hang: bool = False
    truncate: bool = False
    reset: bool = False


@dataclass
class Request:
    """One HTTP request; handlers put the pushes they cause into `after`."""

    method: str
    target: str
    headers: Message
    body: bytes
    peer: str
    path: str = ""
    query: dict[str, str] = field(default_factory=dict)
    after: list[Callable[[], threading.Event]] = field(default_factory=list)
    pause: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        parts = urlsplit(self.target)
        self.path = parts.path
        self.query = dict(parse_qsl(parts.query, keep_blank_values=True))

    def data(self, malformed: int = 47001) -> dict[str, Any]:
        """Return the JSON object of the body.

        The type header does not matter, as on the platform; a form, an array or broken
        UTF-8 is refused with `malformed`, an empty body with 44002.
        """
        if not self.body:
            raise ApiError(44002)
        try:
            data = json.loads(self.body.decode("utf-8"))
            if LONE_SURROGATE in self.body.lower():
                json.dumps(data, ensure_ascii=False).encode()
        except (ValueError, RecursionError) as error:
            raise ApiError(malformed) from error
        if not isinstance(data, dict):
            raise ApiError(malformed)
        return data


def to_json(value: object) -> bytes:
    """Return compact UTF-8 JSON as the platform writes it, without escapes."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
