"""What WeChat says about a person: their phone number, whether their words may be shown; and what
the person is told when it refuses or does not answer."""

import datetime as dt

from models import User, db
from server import logs
from server.crypto import Vault
from server.errors import Busy, Conflict, Forbidden, Invalid, ServiceError, Unauthenticated
from server.services import signups_guests, users
from server.wechat import WeChat, WeChatError

_PROFILE = 1
"""WeChat's scene of what people say of themselves."""
_PASSING = ("busy", "minute", "concurrent", "unreachable", "unknown_outcome")


class LoginAgain(Unauthenticated):
    code, message = "login_again", "登录码已失效，请重试"


class LoginRefused(Forbidden):
    """WeChat or we keep this person out; which of the two is not told."""

    code, message = "login_refused", "暂时无法登录，请联系空间工作人员"


class WeChatUnavailable(Busy):
    code, message = "wechat_unavailable", "微信服务暂时没有回应，请稍后再试"


class PhoneCodeUsed(Conflict):
    code, message = "phone_code_used", "授权已失效，请重新点击获取手机号"


def refusal(error: WeChatError) -> ServiceError:
    """Return what a person is told of a WeChat call about them that brought nothing. What the owner
    must mend is logged as an error besides."""
    if error.kind == "login_again":
        return LoginAgain()
    if error.kind == "user":
        return LoginRefused()
    if error.kind not in _PASSING:
        logs.get().error("wechat_refused", kind=error.kind, errcode=error.errcode, rid=error.rid)
    return WeChatUnavailable()


def check_words(user: User, words: dict[str, str], *, wechat: WeChat, vault: Vault) -> None:
    """Let pass what others will read; `words` by field. No transaction may be open. Raises Invalid
    with the fields that may not stand, LoginAgain, WeChatUnavailable."""
    openid = users.openid_of(user, vault)
    if openid is None:
        raise LoginAgain
    refused = {}
    for name, text in words.items():
        try:
            # Nobody reviews nicknames by hand, so a doubtful one is asked to be another.
            if wechat.check_text(openid, _PROFILE, text).suggest != "pass":
                refused[name] = "含有不适合展示的内容，请修改"
        except WeChatError as error:
            # 61010: WeChat has not seen the person for two hours; a fresh log-in mends it.
            raise (LoginAgain() if error.kind == "user" else refusal(error)) from None
    if refused:
        raise Invalid(fields=refused)


def verify_phone(user: User, code: str, *, wechat: WeChat, vault: Vault, now: dt.datetime) -> User:
    """Keep the number behind the phone button's code, take over what staff wrote down under it, and
    return the person. Raises PhoneCodeUsed,
    WeChatUnavailable, VersionConflict."""
    try:
        phone = wechat.phone(code)
    except WeChatError as error:
        if error.kind == "login_again":
            raise PhoneCodeUsed from None
        raise refusal(error) from None
    with db.atomic():
        kept = users.keep_phone(user, phone, vault=vault, now=now)
        signups_guests.adopt(kept, now=now)
    return kept
