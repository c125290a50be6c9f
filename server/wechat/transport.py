"""HTTP to WeChat: a thread-safe pool that tells "never left" from "nobody knows"."""

import logging
import re
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlencode, urlsplit
from urllib.request import getproxies, proxy_bypass

import certifi
import urllib3
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NewConnectionError,
    ProxyError,
    SSLError,
)

from server.wechat.errors import Kind, WeChatError

OFFICIAL_BASE: Final = "https://api.weixin.qq.com"
_HTTP_OK: Final = 200
# Whether to try again is for those who know what a second time would do.
_NO_RETRY: Final = urllib3.Retry(total=False)
_SECRETS_IN_URL: Final = re.compile(r"\b(access_token|secret|js_code)=[^&\s'\")]*")


class _HideSecrets(logging.Filter):
    """urllib3 writes whole URLs at DEBUG; ours carry the access token or the AppSecret."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(
                _SECRETS_IN_URL.sub(r"\1=***", each) if isinstance(each, str) else each
                for each in record.args
            )
        return True


for _name in ("urllib3.connectionpool", "urllib3.connection"):
    logging.getLogger(_name).addFilter(_HideSecrets())


@dataclass(frozen=True, slots=True)
class Response:
    """As much of an HTTP answer as wechatpy reads. Always status 200."""

    content: bytes = field(repr=False)  # may be the answer that holds the token
    request: None = None  # wechatpy hangs it on its exceptions; ours would hold the token

    def raise_for_status(self) -> None:
        """Nothing to raise: `Transport.request` lets only status 200 through."""


class Transport:
    """Stands where wechatpy expects a `requests.Session`; sends every call to `base_url`."""

    def __init__(self, base_url: str, *, pool_size: int) -> None:
        """Raises ValueError for a base that would send secrets in the clear over a network."""
        self._base = checked_base(base_url)
        self._pool = _pool(self._base, pool_size)

    def request(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | Sequence[tuple[str, str]] = (),
        data: bytes | None = None,
        timeout: tuple[float, float],
    ) -> Response:
        """The answer, if its status is 200. Raises WeChatError unreachable, unknown_outcome."""
        query = f"?{urlencode(params)}" if params else ""
        try:
            answer = self._pool.request(
                method.upper(),
                self._base + url.removeprefix(OFFICIAL_BASE) + query,
                body=data,
                headers={"Content-Type": "application/json"} if data is not None else {},
                timeout=urllib3.Timeout(connect=timeout[0], read=timeout[1]),
                retries=_NO_RETRY,
                redirect=False,
            )
        except HTTPError as error:
            # `from None`: urllib3's text names the URL, and with it the token.
            raise WeChatError(_kind_of(error), message=type(error).__name__) from None
        if answer.status != _HTTP_OK:
            raise WeChatError("unknown_outcome", message=f"HTTP status {answer.status}")
        return Response(answer.data)


def checked_base(base_url: str) -> str:
    """The base without a trailing slash. Raises ValueError unless https or loopback."""
    parts = urlsplit(base_url)
    plain_but_here = parts.scheme == "http" and _is_loopback(parts.hostname or "")
    if not parts.hostname or not (parts.scheme == "https" or plain_but_here):
        raise ValueError(f"WeChat base URL must be https (or loopback): {base_url!r}")
    return base_url.rstrip("/")


def is_local(base_url: str) -> bool:
    """True if the base is this machine, which is where a sandbox may stand."""
    return _is_loopback(urlsplit(base_url).hostname or "")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _pool(base: str, size: int) -> urllib3.PoolManager:
    """A pool, through the proxy of the environment (HTTPS_PROXY, NO_PROXY) if it has one."""
    parts = urlsplit(base)
    host = parts.hostname or ""
    proxy = getproxies().get(parts.scheme)
    if proxy and not _is_loopback(host) and not proxy_bypass(host):
        return urllib3.ProxyManager(proxy, maxsize=size, ca_certs=certifi.where())
    return urllib3.PoolManager(maxsize=size, ca_certs=certifi.where())


def _kind_of(error: HTTPError) -> Kind:
    never_left = isinstance(error, NewConnectionError | ConnectTimeoutError | ProxyError)
    untrusted = isinstance(error, SSLError) and any(
        isinstance(cause, ssl.SSLCertVerificationError) for cause in error.args
    )
    return "unreachable" if never_left or untrusted else "unknown_outcome"
