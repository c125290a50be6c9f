"""From `request.form` to a shape and back: the page again with what was typed and what is wrong."""

import datetime as dt
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from werkzeug.datastructures import MultiDict

from server.clock import SHANGHAI
from server.errors import Invalid, ServiceError
from server.schemas.base import OptionalLine, field_errors


class Fields(BaseModel):
    """What a form may say. Unknown names are let go: the CSRF token and the buttons are there."""

    model_config = ConfigDict(extra="ignore")


M = TypeVar("M", bound=BaseModel)


def _moment(value: Any) -> Any:
    """Read what a `datetime-local` field sends; its clock is Shanghai's."""
    if value is None or isinstance(value, dt.datetime):
        return value
    try:
        local = dt.datetime.fromisoformat(str(value).strip())
    except ValueError:
        raise ValueError("请填写日期和时间，例如 2026-12-01 14:00") from None
    if local.tzinfo is not None:
        raise ValueError("请填写上海时间，不带时区")
    if not 2000 <= local.year <= 2100:
        raise ValueError("年份不对，请检查")
    return local.replace(tzinfo=SHANGHAI).astimezone(dt.UTC)


def _number(value: Any) -> Any:
    if isinstance(value, str):
        text = value.strip()
        if not (text.isascii() and text.isdecimal() and len(text) <= 9):
            raise ValueError("请填写整数")
        return int(text)
    return value


def _id(value: Any) -> Any:
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= 19:
        number = int(value)
        if number < 2**63:
            return number
    if isinstance(value, int):
        return value
    raise ValueError("请选择一项")


class ReasonForm(Fields):
    """Why something is called off or refused."""

    reason: OptionalLine = ""


LocalMoment = Annotated[dt.datetime, BeforeValidator(_moment)]
Number = Annotated[int, BeforeValidator(_number)]
RowId = Annotated[int, BeforeValidator(_id)]
Ticked = Annotated[bool, BeforeValidator(lambda value: value in ("on", True))]


class Form:
    """One filled-in form: what was typed (`values`), and what is wrong with it (`errors`)."""

    def __init__(self, typed: MultiDict[str, str] | None = None, **values: Any) -> None:
        self.typed: MultiDict[str, str] = MultiDict() if typed is None else typed
        self.values = values
        self.errors: dict[str, str] = {}
        self.notice = ""
        self.current: dict[str, Any] | None = None

    def __getitem__(self, name: str) -> Any:
        """Return what a field shows: what was typed, else the value given; empty if neither."""
        if name in self.typed:
            return self.typed[name]
        value = self.values.get(name)
        return "" if value is None else value

    def all(self, name: str) -> list[str]:
        """Return every value of a field that may be ticked more than once."""
        if self.typed:
            return self.typed.getlist(name)
        value = self.values.get(name)
        return [str(one) for one in (value if isinstance(value, list) else [value])]

    @property
    def version(self) -> int:
        """Return which version of the row the person was looking at. After a conflict they may
        choose to write over the other's (`over`). Raises Invalid."""
        text = self.typed.get("over") or self.typed.get("version", "")
        if not (text.isascii() and text.isdecimal() and len(text) <= 9):
            raise Invalid("请从页面上的按钮提交")
        return int(text)

    def read(self, shape: type[M], **given: Any) -> M:
        """Return the form as its shape; `given` are members the form does not send. Raises Invalid
        with every wrong field."""
        for name, field in shape.model_fields.items():
            if name in given:
                continue
            if "list" in str(field.annotation):
                given[name] = self.typed.getlist(name)
            elif self.typed.get(name, "").strip():
                # Browsers send CRLF; what people wrote has line breaks of one kind.
                given[name] = self.typed[name].replace("\r\n", "\n")
        try:
            return shape.model_validate(given)
        except ValidationError as error:
            raise Invalid(fields=field_errors(error)) from None

    def blame(self, error: ServiceError) -> "Form":
        """Take over why it was refused, and return the form for the page to show again."""
        for item in error.facts.get("errors") or []:
            self.errors[item["field"]] = item["message"]
        self.current = error.facts.get("current")
        self.notice = "请检查标出的几处" if self.errors else error.detail
        return self
