"""The outside: the only room that knows how to talk with WeChat."""

from server.wechat.answers import Login, Suggest, TextVerdict
from server.wechat.client import LONGEST_TEXT, WeChat
from server.wechat.errors import Kind, WeChatError
from server.wechat.events import (
    AuthorizationCancelled,
    AuthorizationRevoked,
    Event,
    MediaChecked,
    SubscribeChange,
    SubscribePopup,
    SubscribeSent,
    UnknownEvent,
    UserInfoModified,
)
from server.wechat.fitting import fit
from server.wechat.push import Push, PushMessage, PushRejected
from server.wechat.templates import KINDS, PRIORITY, Keyword, Template, check, render

__all__ = [
    "KINDS",
    "LONGEST_TEXT",
    "PRIORITY",
    "AuthorizationCancelled",
    "AuthorizationRevoked",
    "Event",
    "Keyword",
    "Kind",
    "Login",
    "MediaChecked",
    "Push",
    "PushMessage",
    "PushRejected",
    "SubscribeChange",
    "SubscribePopup",
    "SubscribeSent",
    "Suggest",
    "Template",
    "TextVerdict",
    "UnknownEvent",
    "UserInfoModified",
    "WeChat",
    "WeChatError",
    "check",
    "fit",
    "render",
]
