"""Reading WeChat's JSON answers: what is not there as promised is an unreadable answer."""

from dataclasses import dataclass, field
from typing import Any, Literal

from server.wechat.errors import WeChatError

Answer = dict[str, Any]
Suggest = Literal["pass", "review", "risky"]


@dataclass(frozen=True, slots=True)
class Login:
    """Who a login code belongs to. The session key is not kept: nothing here needs it."""

    openid: str = field(repr=False)
    unionid: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class TextVerdict:
    """What WeChat thinks of a text; 100 is the label of an ordinary one."""

    suggest: Suggest
    label: int
    trace_id: str


def unreadable(what: str) -> WeChatError:
    """The error for an answer that says nothing we understand."""
    return WeChatError("unknown_outcome", message=f"unreadable answer: {what}")


def as_object(answer: object) -> Answer:
    """The answer, if it is a JSON object. Raises WeChatError."""
    if not isinstance(answer, dict):
        raise unreadable("not a JSON object")
    return answer


def text_of(answer: Answer, key: str) -> str:
    """A member that is a string or, as WeChat likes, a number. Raises WeChatError."""
    value = answer.get(key)
    if not isinstance(value, str | int) or value == "":
        raise unreadable(f"no {key}")
    return str(value)


def number_of(answer: Answer, key: str) -> int:
    """A member that is a whole number or, as WeChat likes, a string. Raises WeChatError."""
    try:
        return int(text_of(answer, key))
    except ValueError:
        raise unreadable(f"{key} is no number") from None


def suggest_of(result: Answer) -> Suggest:
    """A verdict. A word we do not know goes to a person: nothing passes unchecked."""
    given = result.get("suggest")
    return given if given in ("pass", "risky") else "review"
