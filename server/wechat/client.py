"""The calls we make to WeChat, on wechatpy with its traps closed.

Traps of wechatpy 1.8.18 this file goes around: its own retry on token errors recurses
without bound; its token comes from cgi-bin/token, where each worker voids the others', and is
fetched without a time-out; code_to_session adds an access token it does not need; its
exceptions carry URLs with the token or the AppSecret; it lacks the phone number, the
current content checks, and half the fields of a subscribe message.
"""

import json
import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, Literal

from redis import Redis
from wechatpy.client import WeChatClient
from wechatpy.exceptions import WeChatClientException

from server.wechat.answers import (
    Answer,
    Login,
    TextVerdict,
    as_object,
    number_of,
    suggest_of,
    text_of,
    unreadable,
)
from server.wechat.errors import Kind, WeChatError
from server.wechat.templates import Template
from server.wechat.tokens import TokenStore
from server.wechat.transport import OFFICIAL_BASE, Response, Transport, is_local

_log = logging.getLogger(__name__)

SANDBOX_APPID: Final = "wxsandbox"
_TOKEN_CODES: Final = (40001, 40014, 42001)
_FOREIGN_CODE: Final = 40013
_IMAGE_STARTS: Final = (b"\xff\xd8\xff", b"\x89PNG")
_IMAGE_MEDIA: Final = 2
_CHECK_VERSION: Final = 2
LONGEST_TEXT: Final = 2500
_MAINLAND: Final = "86"
_TURN_S: Final = 0.5

ProgramState = Literal["developer", "trial", "formal"]
EnvVersion = Literal["release", "trial", "develop"]
_VERSIONS: Final[dict[ProgramState, EnvVersion]] = {
    "formal": "release",
    "trial": "trial",
    "developer": "develop",
}


class WeChat:
    """WeChat as this server uses it. One object per process, safe for many threads."""

    def __init__(
        self,
        *,
        appid: str,
        secret: str,
        redis: Redis,
        base_url: str = OFFICIAL_BASE,
        miniprogram_state: ProgramState = "formal",
        timeout: tuple[float, float] = (3, 8),
        pool_size: int = 16,
        at_once: int = 8,
    ) -> None:
        """`timeout`: seconds to connect and to wait for bytes. `at_once`: how many may wait for
        WeChat while a person waits for us; whoever finds no turn soon is told that it is busy, so
        that a WeChat that hangs never holds all threads. Raises ValueError for a base URL
        neither https nor loopback, and for the sandbox's app at a base elsewhere."""
        transport = Transport(base_url, pool_size=pool_size)
        if appid.startswith(SANDBOX_APPID) and not is_local(base_url):
            raise ValueError("the sandbox's app id may only be used with a sandbox on this machine")
        self._appid = appid
        self._secret = secret
        self._miniprogram_state = miniprogram_state
        self._turns = threading.BoundedSemaphore(at_once)
        self._client = _Client(appid, secret, redis=redis, transport=transport, timeout=timeout)
        _log.info("WeChat at %s", base_url)

    def openid(self, code: str) -> Login:
        """Who a wx.login code belongs to. Raises WeChatError.

        Never tried twice: a code works once, so when its exchange ended unclear the phone
        must fetch a fresh one (kind login_again).
        """
        params = [
            ("appid", self._appid),
            ("secret", self._secret),
            ("js_code", code),
            ("grant_type", "authorization_code"),
        ]
        with _one_time_code(), self._turn():
            answer = self._client.call("sns/jscode2session", params=params, with_token=False)
            return Login(text_of(answer, "openid"), answer.get("unionid") or None)

    def phone(self, code: str) -> str:
        """The number behind a getPhoneNumber code. Raises WeChatError.

        Mainland numbers are bare (13800138000), others start with + and their country code.
        """
        with _one_time_code(foreign=True), self._turn():
            answer = self._client.call("wxa/business/getuserphonenumber", {"code": code})
            info = as_object(answer.get("phone_info"))
            number, country = text_of(info, "purePhoneNumber"), text_of(info, "countryCode")
            if as_object(info.get("watermark")).get("appid") != self._appid:
                raise WeChatError("config", message="the phone number is for another app")
        return number if country == _MAINLAND else f"+{country}{number}"

    def check_text(
        self, openid: str, scene: int, content: str, title: str | None = None
    ) -> TextVerdict:
        """WeChat's verdict on what a person wrote. Raises WeChatError; then the text must wait,
        not pass. scene: 1 profile, 2 comment, 3 forum, 4 log. At most 2500 characters."""
        if len(content) > LONGEST_TEXT:
            # Cutting it would let the rest through unseen.
            raise WeChatError("bad_request", message=f"text longer than {LONGEST_TEXT}")
        body: Answer = {"version": _CHECK_VERSION, "openid": openid, "scene": scene}
        body |= {"content": content} | ({"title": title} if title else {})
        with self._turn():
            answer = self._client.call("wxa/msg_sec_check", body)
        result = as_object(answer.get("result"))
        return TextVerdict(
            suggest_of(result), number_of(result, "label"), text_of(answer, "trace_id")
        )

    def check_media(self, openid: str, url: str, scene: int) -> str:
        """Ask for a picture to be checked; the trace id its result will carry. Raises WeChatError.

        WeChat downloads the URL without logging in, and answers by push within 30 minutes.
        """
        body = {"version": _CHECK_VERSION, "openid": openid, "scene": scene}
        body |= {"media_url": url, "media_type": _IMAGE_MEDIA}
        with self._turn():
            return text_of(self._client.call("wxa/media_check_async", body), "trace_id")

    def send(self, openid: str, template_id: str, data: Mapping[str, str], page: str) -> None:
        """Send one subscribe message; returning means accepted, not delivered. Raises WeChatError.

        Takes no idempotency key: after unknown_outcome a second send may arrive twice.
        """
        body = {
            "touser": openid,
            "template_id": template_id,
            "page": page,
            "data": {key: {"value": value} for key, value in data.items()},
            "miniprogram_state": self._miniprogram_state,
            "lang": "zh_CN",
        }
        as_object(self._client.call("cgi-bin/message/subscribe/send", body))

    def qr_code(
        self, scene: str, page: str, env_version: EnvVersion | None = None, width: int = 430
    ) -> bytes:
        """The picture (JPEG or PNG) of a mini-program code. Raises WeChatError.

        scene: 1 to 32 characters, no Chinese; page without leading slash; width 280..1280 px.
        """
        env_version = env_version or _VERSIONS[self._miniprogram_state]
        body = {
            "scene": scene,
            "page": page,
            "env_version": env_version,
            "width": width,
            # Only the published version is known to WeChat's check.
            "check_path": env_version == "release",
        }
        with self._turn():
            answer = self._client.call_for_bytes("wxa/getwxacodeunlimit", body)
        if not answer.startswith(_IMAGE_STARTS):
            raise unreadable("not a picture")
        return answer

    def templates(self) -> list[Template]:
        """The subscribe-message templates our account has now. Raises WeChatError."""
        answer = self._client.call("wxaapi/newtmpl/gettemplate")
        try:
            return [Template.of_answer(item) for item in answer["data"]]
        except (AttributeError, KeyError, TypeError) as error:
            raise unreadable(type(error).__name__) from None

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._turns.acquire(timeout=_TURN_S):
            raise WeChatError("busy", message="too many wait for WeChat already")
        try:
            yield
        finally:
            self._turns.release()


class _Client(WeChatClient):  # type: ignore[misc]  # wechatpy has no types
    """wechatpy, with our token, our HTTP, and one retry that ends."""

    def __init__(
        self,
        appid: str,
        secret: str,
        *,
        redis: Redis,
        transport: Transport,
        timeout: tuple[float, float],
    ) -> None:
        super().__init__(appid, secret, timeout=timeout, auto_retry=False)
        self._http = transport
        self._tokens = TokenStore(redis, appid, self._fetch)

    @property
    def access_token(self) -> str:
        """The shared token: wechatpy's own property would fetch one that voids the others'."""
        return self._tokens.current()

    def call(
        self, path: str, body: Answer | None = None, *, with_token: bool = True, **request: Any
    ) -> Answer:
        """The JSON object WeChat answers to a POST, or to a GET without a body."""
        return as_object(self._call(path, body, request, with_token=with_token))

    def call_for_bytes(self, path: str, body: Answer) -> bytes:
        """The raw answer of a call that succeeds with something other than JSON."""
        answer = self._call(path, body, {}, with_token=True)
        if not isinstance(answer, Response):
            raise unreadable("JSON where bytes were expected")
        return answer.content

    def _call(
        self, path: str, body: Answer | None, request: dict[str, Any], *, with_token: bool
    ) -> object:
        if body is not None:
            request = request | {"data": _encoded(body)}
        if not with_token:
            return self._once(path, "", request)
        token = self._tokens.current()
        try:
            return self._once(path, token, request)
        except WeChatError as error:
            if error.errcode not in _TOKEN_CODES:
                raise
            newer = self._tokens.renew(stale=token)
            if newer == token:
                raise
        return self._once(path, newer, request)

    def _once(self, path: str, token: str, request: dict[str, Any]) -> object:
        # A list: to `params` that is a dict wechatpy would add a token of its own accord.
        params = [*request.get("params", ()), *([("access_token", token)] if token else ())]
        method = "post" if "data" in request else "get"
        try:
            return self._request(method, f"{OFFICIAL_BASE}/{path}", **request | {"params": params})
        except WeChatClientException as error:
            # `from None`: the exception holds this client, and with it the AppSecret.
            hide = (self.secret, token)
            raise WeChatError.of_answer(error.errcode, error.errmsg, hide=hide) from None
        except (AttributeError, TypeError, ValueError) as error:
            raise unreadable(type(error).__name__) from None

    def _fetch(self) -> tuple[str, int]:
        """A token and the seconds it lives. Raises WeChatError, never unknown_outcome."""
        body = {
            "grant_type": "client_credential",
            "appid": self.appid,
            "secret": self.secret,
            "force_refresh": False,  # True would void the token of every other worker
        }
        try:
            answer = self.call("cgi-bin/stable_token", body, with_token=False)
            return text_of(answer, "access_token"), number_of(answer, "expires_in")
        except WeChatError as error:
            # What the token was for has not left yet, so nobody need fear that it happened;
            # and 40001 means a wrong secret here, not a stale token.
            instead: dict[Kind, Kind] = {"unknown_outcome": "unreachable", "token": "config"}
            kind = instead.get(error.kind, error.kind)
            raise WeChatError(kind, error.errcode, error.message, error.rid) from None


@contextmanager
def _one_time_code(*, foreign: bool = False) -> Iterator[None]:
    """A code may be spent although its answer was lost: then the phone needs a fresh one.

    `foreign`: 40013 speaks of the code (another app's), not of our own app id.
    """
    try:
        yield
    except WeChatError as error:
        if error.kind == "unknown_outcome" or (foreign and error.errcode == _FOREIGN_CODE):
            raise WeChatError("login_again", error.errcode, error.message, error.rid) from None
        raise


def _encoded(body: Answer) -> bytes:
    """UTF-8 JSON; WeChat counts escaped characters as written."""
    try:
        return json.dumps(body, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise WeChatError("bad_request", message="text with half a character") from None
