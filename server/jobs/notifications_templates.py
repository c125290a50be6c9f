"""The templates our account has at WeChat now, so that a send fills the blanks the owner chose."""

import threading
import time
from typing import Final

from server import logs
from server.wechat import Template, WeChat, WeChatError

_FRESH_S: Final = 3600.0
_AGAIN_S: Final = 60.0


class Templates:
    """Remembers WeChat's list; asks again once an hour. Safe for many threads."""

    def __init__(self, wechat: WeChat) -> None:
        self._wechat = wechat
        self._lock = threading.Lock()
        self._known: dict[str, Template] = {}
        self._ask_at = 0.0

    def find(self, template_id: str) -> Template | None:
        """Return a template; None when WeChat does not tell, and then its default blanks hold."""
        with self._lock:
            if time.monotonic() >= self._ask_at:
                self._ask_at = time.monotonic() + self._refresh()
            return self._known.get(template_id)

    def _refresh(self) -> float:
        """Ask WeChat; return in how many seconds to ask again."""
        try:
            self._known = {each.id: each for each in self._wechat.templates()}
        except WeChatError as error:
            logs.get().warning("templates not read", reason=str(error))
            return _AGAIN_S
        return _FRESH_S
