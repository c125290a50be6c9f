"""The ground of every shape: strict input, ids as strings, moments with Z, Chinese sentences."""

import datetime as dt
import re
from typing import Annotated, Any, Generic, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    WithJsonSchema,
)

from server.clock import iso

# Nineteen digits would let in numbers above 2^63, which no column holds.
_ID_PATTERN = "^([0-9]{1,18}|[1-8][0-9]{18})$"
_ID_SCHEMA = {"type": "string", "pattern": _ID_PATTERN}


def _id_from_wire(value: Any, info: ValidationInfo) -> int:
    """Ids travel as strings, because JavaScript loses integers above 2^53. Only our own answers
    (which forbid nothing) are built from the number itself."""
    is_input = (info.config or {}).get("extra_fields_behavior") == "forbid"
    if isinstance(value, int) and not isinstance(value, bool | str) and not is_input:
        return value
    if isinstance(value, str) and re.fullmatch(_ID_PATTERN, value):
        return int(value)
    raise ValueError("编号无效")


def _in_range(value: int) -> int:
    if not 0 <= value < 2**63:
        raise ValueError("编号无效")
    return value


Id = Annotated[
    int,
    BeforeValidator(_id_from_wire),
    AfterValidator(_in_range),
    PlainSerializer(str, return_type=str),
    WithJsonSchema(_ID_SCHEMA),
]


def _whole(value: Any) -> Any:
    """JSON Schema calls 1.0 an integer and false none; pydantic's lax mode thinks otherwise."""
    if isinstance(value, bool | str):
        raise ValueError("请填写整数")
    return int(value) if isinstance(value, float) and value.is_integer() else value


Int = Annotated[int, BeforeValidator(_whole)]


Whole = BeforeValidator(_whole)
"""For bounded numbers, after their bounds: `Annotated[int, Field(ge=1), Whole]`. Bounds laid over
`Int` from outside are enforced, but not written into the JSON Schema as minimum and maximum."""


def _true_or_false(value: Any) -> Any:
    if not isinstance(value, bool):
        raise ValueError("请选择是或否")
    return value


Bool = Annotated[bool, BeforeValidator(_true_or_false)]


def _no_surrogate(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:  # half of a surrogate pair
        raise ValueError("含有无法识别的字符") from None
    return value


# Control characters (a NUL above all) have no place in what people write or in a database.
_CONTROL = r"\x00-\x08\x0b-\x1f\x7f"
_PLAIN = rf"^[^{_CONTROL}]*$"
_NOT_BLANK = rf"^[^{_CONTROL}]*[^\s{_CONTROL}][^{_CONTROL}]*$"


def _text(least: int, most: int) -> Any:
    """Return the type of what people write, from `least` to `most` characters, trimmed."""
    return Annotated[
        str,
        StringConstraints(
            strict=True,
            strip_whitespace=True,
            min_length=least,
            max_length=most,
            # Said as a pattern, so that the document says it too.
            pattern=_NOT_BLANK if least else _PLAIN,
        ),
        AfterValidator(_no_surrogate),
    ]


Plain = Annotated[str, StringConstraints(pattern=_PLAIN), AfterValidator(_no_surrogate)]
"""A text just as it was typed, to look for."""


def _written_day(value: Any) -> Any:
    """Only `2026-05-20` is a day; pydantic would also read seconds since 1970."""
    if isinstance(value, str) and not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise ValueError("请填写日期，例如 2026-05-20")
    return value


Day = Annotated[dt.date, BeforeValidator(_written_day)]
"""A Shanghai day, as `2026-05-20`."""

Line = _text(1, 60)
"""A line somebody wrote: a title, a name."""
OptionalLine = _text(0, 60)
OptionalLongLine = _text(0, 120)
"""A place, a recommendation. A bound laid over another type never loosens it."""
ShortLine = _text(1, 30)
"""A person's name."""
Word = _text(1, 12)
Paragraph = _text(1, 2000)
OptionalParagraph = _text(0, 2000)
LongText = _text(0, 10_000)
"""Minutes of a meeting."""

Moment = Annotated[
    dt.datetime,
    PlainSerializer(iso, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]


class In(BaseModel):
    """A body, query or path: unknown fields are refused, so that a typing error is noticed."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=False)


class Out(BaseModel):
    """An answer."""

    model_config = ConfigDict(frozen=True)


T = TypeVar("T")


class ListOut(Out, Generic[T]):
    """A page of a list; `next` is the opaque cursor to the following page, null at the end."""

    items: list[T]
    next: str | None


class PageQuery(In):
    """Where a list goes on."""

    cursor: Annotated[str | None, Field(max_length=200)] = None
    limit: Annotated[int, Field(ge=1, le=100)] = 20


class FieldErrorOut(Out):
    field: str
    message: str


class ProblemOut(Out):
    """RFC 9457 problem details: the one shape of every refusal."""

    type: str
    title: str
    status: int
    detail: str = Field(description="Plain Chinese, fit to show to a person.")
    code: str = Field(description="Stable, for programs.")
    errors: list[FieldErrorOut] | None = None
    request_id: str
    current: dict[str, Any] | None = Field(None, description="The present state, on a conflict.")


_SENTENCES = {
    "missing": "请填写此项",
    "extra_forbidden": "不支持这一项",
    "string_too_short": "内容太短，至少 {min_length} 个字",
    "string_too_long": "内容太长，最多 {max_length} 个字",
    "string_type": "请填写文字",
    "string_pattern_mismatch": "请填写文字，不要含无法识别的字符",
    "int_type": "请填写整数",
    "int_parsing": "请填写整数",
    "int_from_float": "请填写整数",
    "greater_than_equal": "不能小于 {ge}",
    "less_than_equal": "不能大于 {le}",
    "enum": "不在可选范围内",
    "literal_error": "不在可选范围内",
    "list_type": "请填写列表",
    "dict_type": "请填写对象",
    "too_short": "至少 {min_length} 项",
    "too_long": "最多 {max_length} 项",
    "model_type": "请求内容应为 JSON 对象",
    "model_attributes_type": "请求内容应为 JSON 对象",
    "datetime_parsing": "时间格式不正确",
    "datetime_from_date_parsing": "时间格式不正确",
    "date_from_datetime_parsing": "日期格式不正确",
    "timezone_aware": "时间须带时区",
}


def field_errors(error: ValidationError) -> dict[str, str]:
    """Return what is wrong per field, in Chinese, from pydantic's findings."""
    found: dict[str, str] = {}
    for item in error.errors():
        name = ".".join(str(part) for part in item["loc"]) or "body"
        if item["type"] == "value_error":
            text = str(item["ctx"]["error"])
        else:
            text = _SENTENCES.get(item["type"], "填写不正确").format(**item.get("ctx", {}))
        found.setdefault(name, text)
    return found
