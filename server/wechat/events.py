"""What WeChat tells us by push, as dataclasses; the many shapes it comes in end here."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SubscribePopup:
    """A person answered the subscribe pop-up for one template. `scene` is only kept."""

    openid: str = field(repr=False)
    template_id: str
    accepted: bool
    scene: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SubscribeChange:
    """A person changed a template's switch in the settings."""

    openid: str = field(repr=False)
    template_id: str
    accepted: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class SubscribeSent:
    """What became of one message; errorcode 0 is delivered. A send returns no msgid to match."""

    openid: str = field(repr=False)
    template_id: str
    msgid: str
    errorcode: int
    status: str
    at: datetime


@dataclass(frozen=True, slots=True)
class MediaChecked:
    """The verdict on a picture. Not `ok`: WeChat could not check it (-1008: not downloadable)
    and `suggest` means nothing."""

    trace_id: str
    ok: bool
    suggest: str  # pass, review or risky
    label: int | None
    errcode: int
    at: datetime


@dataclass(frozen=True, slots=True)
class UserInfoModified:
    """A person changed nickname or picture at WeChat: refresh or clear ours."""

    openid: str = field(repr=False)
    revoke_codes: tuple[int, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class AuthorizationRevoked:
    """A person took back data: delete exactly that (8 phone number, 19 nickname, 20 picture …)."""

    openid: str = field(repr=False)
    revoke_codes: tuple[int, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class AuthorizationCancelled:
    """A person left the mini-program for good: erase or anonymise them."""

    openid: str = field(repr=False)
    revoke_codes: tuple[int, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class UnknownEvent:
    """Something we have no use for, or a known event without what makes it usable."""

    name: str
    at: datetime
    data: Data = field(repr=False)


Event = (
    SubscribePopup
    | SubscribeChange
    | SubscribeSent
    | MediaChecked
    | UserInfoModified
    | AuthorizationRevoked
    | AuthorizationCancelled
    | UnknownEvent
)

_ACCEPTED: Final = {"accept", "acceptWithAudio"}
# XML wraps the list in SubscribeMsgPopupEvent and the like; JSON does not.
_WRAPPERS: Final = {
    "subscribe_msg_popup_event": "SubscribeMsgPopupEvent",
    "subscribe_msg_change_event": "SubscribeMsgChangeEvent",
    "subscribe_msg_sent_event": "SubscribeMsgSentEvent",
}
_TRUE: Final = {"1", "true"}


class _Unusable(Exception):
    """A known event lacks a member it cannot do without."""


def read_events(data: Data, *, now: datetime) -> list[Event]:
    """The events of one push. `now` stands in for a CreateTime that is missing or absurd."""
    name = _text(data, "Event") or _text(data, "MsgType")
    at = _moment(data) or now
    reader = _READERS.get(name)
    try:
        if events := list(reader(data, at)) if reader else []:
            return events
    except _Unusable:
        pass  # told to the caller as an UnknownEvent, with its name
    return [UnknownEvent(name, at, data)]


def _popups(data: Data, at: datetime) -> Iterator[Event]:
    for item in _items(data):
        scene = _text(item, "PopupScene")
        yield SubscribePopup(_sender(data), _template(item), _accepted(item), scene, at)


def _changes(data: Data, at: datetime) -> Iterator[Event]:
    for item in _items(data):
        yield SubscribeChange(_sender(data), _template(item), _accepted(item), at)


def _sents(data: Data, at: datetime) -> Iterator[Event]:
    for item in _items(data):
        yield SubscribeSent(
            _sender(data),
            _template(item),
            _text(item, "MsgID"),
            _number(item, "ErrorCode"),
            _text(item, "ErrorStatus"),
            at,
        )


def _media(data: Data, at: datetime) -> Iterator[Event]:
    trace_id = _required(data, "trace_id")
    result = data.get("result")
    if isinstance(result, Mapping):
        code = _number(data, "errcode") if _text(data, "errcode") else 0
        suggest = _text(result, "suggest") or "review"
        label = _number(result, "label") if _text(result, "label") else None
    else:  # the first version's shape, still seen when the download failed
        code = _signed(_number(data, "status_code")) if _text(data, "status_code") else 0
        code = _number(data, "errcode") if _text(data, "errcode") else code
        suggest, label = _old_verdict(data, failed=code != 0), None
    yield MediaChecked(trace_id, code == 0, suggest, label, code, at)


def _old_verdict(data: Data, *, failed: bool) -> str:
    risky = _text(data, "isrisky").lower()
    if not risky and not failed:
        raise _Unusable
    return "risky" if risky in _TRUE else "pass" if not failed else "review"


def _signed(code: int) -> int:
    """WeChat shows -1008 as the unsigned 4294966288."""
    return code - 2**32 if code >= 2**31 else code


def _about_user(
    kind: type[UserInfoModified | AuthorizationRevoked | AuthorizationCancelled],
) -> Callable[[Data, datetime], Iterator[Event]]:
    def read(data: Data, at: datetime) -> Iterator[Event]:
        # OpenID names the person; FromUserName is the platform's own account here.
        codes = re.findall(r"[0-9]{1,9}", _text(data, "RevokeInfo"))
        yield kind(_required(data, "OpenID"), tuple(map(int, codes)), at)

    return read


_READERS: Final[dict[str, Callable[[Data, datetime], Iterator[Event]]]] = {
    "subscribe_msg_popup_event": _popups,
    "subscribe_msg_change_event": _changes,
    "subscribe_msg_sent_event": _sents,
    "wxa_media_check": _media,
    "user_info_modified": _about_user(UserInfoModified),
    "user_authorization_revoke": _about_user(AuthorizationRevoked),
    "user_authorization_cancellation": _about_user(AuthorizationCancelled),
}


def _items(data: Data) -> Iterator[Data]:
    """The entries of `List`: an array, or for a single entry the object itself."""
    wrapper = data.get(_WRAPPERS[_text(data, "Event")])
    found = (wrapper if isinstance(wrapper, Mapping) else data).get("List")
    for item in found if isinstance(found, list) else [found]:
        if not isinstance(item, Mapping):
            raise _Unusable
        yield item


def _text(data: Data, key: str) -> str:
    """A member as one printable line; empty if it is missing or anything else."""
    value = data.get(key)
    text = str(value).strip() if isinstance(value, str | int) else ""
    return text if text.isprintable() else ""


def _required(data: Data, key: str) -> str:
    text = _text(data, key)
    if not text:
        raise _Unusable
    return text


def _number(data: Data, key: str) -> int:
    """A number or a string of one."""
    text = _text(data, key)
    if not re.fullmatch(r"-?[0-9]{1,15}", text):
        raise _Unusable
    return int(text)


def _sender(data: Data) -> str:
    return _required(data, "FromUserName")


def _template(item: Data) -> str:
    return _required(item, "TemplateId")


def _accepted(item: Data) -> bool:
    return _required(item, "SubscribeStatusString") in _ACCEPTED


def _moment(data: Data) -> datetime | None:
    text = _text(data, "CreateTime")
    try:
        return datetime.fromtimestamp(int(text), UTC)
    except (ValueError, OverflowError, OSError):
        return None
