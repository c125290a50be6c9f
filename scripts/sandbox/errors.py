"""What the sandbox refuses: the platform's numbered errors and the control calls' own."""

import secrets
import time

# The wording follows real replies; nobody should match on it, the number is the contract.
TEXTS = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest",
    40002: "invalid grant_type",
    40003: "invalid openid",
    40004: "invalid media type",
    40013: "invalid appid",
    40014: "invalid access_token",
    40029: "invalid code",
    40037: "invalid template_id",
    40066: "invalid url",
    40097: "invalid args",
    40125: "invalid appsecret",
    40129: "invalid scene",
    40159: "invalid length for path, or the data is not json string",
    40163: "code been used",
    40164: "invalid ip 127.0.0.1 ipv6 ::ffff:127.0.0.1, not in whitelist",
    40165: "invalid weapp pagepath",
    40169: "invalid length for scene, or the data is not json string",
    40212: "invalid query",
    40226: "code blocked",
    41001: "access_token missing",
    41002: "appid missing",
    41004: "appsecret missing",
    41008: "missing code",
    41030: "invalid page",
    42001: "access_token expired",
    43001: "require GET method",
    43002: "require POST method",
    43101: "user refuse to accept the msg",
    43104: "appid not match, openid belongs to another app",
    43107: "subscribe message capability or template is banned",
    43108: "Cannot make concurrent calls to the same OpenID, please try again",
    44002: "empty post data",
    44990: "reach max api second frequence limit",
    44991: "reach max api minute frequence limit",
    44993: "reach max api daily generation limit",
    45002: "content size out of limit",
    45009: "reach max api daily quota limit",
    45011: "api minute-quota reach limit, must slower, retry next minute",
    45029: "qrcode count out of limit",
    45168: "message content contains sensitive words",
    47001: "data format error",
    48006: "forbid to clear quota because of reaching the limit",
    61010: "code is expired",
    76001: "rid not found",
    76021: "cgi_path not found",
    85079: "miniprogram is not published",
    85096: "not allow include scancode_time field",
    85401: "invalid expire time",
    85402: "invalid env_version",
    85403: "link not found",
    87007: "session_key not exists",
    87008: "invalid sig_method",
    87009: "invalid signature",
    87020: "too many repeated media",
    89503: "this ip must be approved by an admin",
    200014: "invalid tid",
    200016: "invalid start",
    200017: "invalid limit",
    200018: "invalid ids",
    200020: "invalid kidList",
    200021: "invalid sceneDesc",
    200022: "template already added",
    20002: "invalid argument",
}


class ApiError(Exception):
    """A business error of the platform: HTTP 200 with errcode and errmsg."""

    def __init__(self, errcode: int, errmsg: str | None = None) -> None:
        super().__init__(errcode)
        self.errcode = errcode
        self.errmsg = errmsg if errmsg is not None else TEXTS.get(errcode, f"error {errcode}")


class ControlError(Exception):
    """A control call that cannot be obeyed: an HTTP status and a JSON explanation."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.detail = detail


class Invalid(ControlError):
    """The control call's input is wrong (400)."""

    def __init__(self, detail: str) -> None:
        super().__init__(400, "invalid", detail)


class Unknown(ControlError):
    """The control call names something the sandbox does not know (404)."""

    def __init__(self, detail: str) -> None:
        super().__init__(404, "not_found", detail)


def new_rid() -> str:
    """Return a request id in the platform's shape: three groups of eight hex digits."""
    return f"{int(time.time()):08x}-{secrets.token_hex(4)}-{secrets.token_hex(4)}"
