"""Who answers which address: the table of the platform's endpoints and of control calls."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .counters import NO_LIMIT, Limit
from .wire import Reply, Request

if TYPE_CHECKING:
    from .world import World

Answer = Reply | dict[str, Any]
Handler = Callable[["World", Request], Answer]
ControlHandler = Callable[..., Any]


@dataclass(frozen=True)
class Endpoint:
    """An address of the platform. `quota` lets endpoints share one limit by name."""

    method: str
    path: str
    handler: Handler
    token: bool
    limit: Limit
    quota: str

    @property
    def wrong_method(self) -> int:
        """Return the error code of a call with the other method."""
        if self.method == "POST":
            return 43002
        return 43001 if self.token else 41002


ENDPOINTS: dict[str, Endpoint] = {}
CONTROLS: list[tuple[str, re.Pattern[str], ControlHandler]] = []


def endpoint(
    method: str, path: str, *, token: bool = True, limit: Limit = NO_LIMIT, quota: str = ""
) -> Callable[[Handler], Handler]:
    """Register a handler for an address of the platform."""

    def register(handler: Handler) -> Handler:
        ENDPOINTS[path] = Endpoint(method, path, handler, token, limit, quota or path)
        return handler

    return register


def control(method: str, path: str) -> Callable[[ControlHandler], ControlHandler]:
    """Register a control call; `{name}` in the path becomes a keyword argument."""
    pattern = re.compile("/_sandbox" + re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path))

    def register(handler: ControlHandler) -> ControlHandler:
        CONTROLS.append((method, pattern, handler))
        return handler

    return register
