"""Typed reading of a control call's input, with errors that say what is expected."""

from typing import Any

from ..config import is_number
from ..errors import Invalid
from ..wire import Request


def body(request: Request, *known: str) -> dict[str, Any]:
    """Return the JSON object of the body (an empty body is {}); refuse unknown fields."""
    data = request.data() if request.body else {}
    unknown = sorted(set(data) - set(known))
    if unknown:
        raise Invalid(f"unknown fields: {', '.join(unknown)}; known: {', '.join(known)}")
    return data


def text(data: dict[str, Any], name: str, default: str | None = None) -> str:
    """Return a non-empty text field; without a default it is required."""
    value = data.get(name)
    if value is None and default is not None:
        return default
    if not isinstance(value, str) or not value:
        raise Invalid(f"{name} must be a non-empty string")
    return value


def maybe_text(data: dict[str, Any], name: str) -> str | None:
    """Return a text field or None when it is absent."""
    return None if data.get(name) is None else text(data, name)


def choice(data: dict[str, Any], name: str, allowed: tuple[str, ...], default: str) -> str:
    """Return a text field that must be one of the allowed."""
    value = data.get(name, default)
    if value not in allowed:
        raise Invalid(f"{name} must be one of {', '.join(allowed)}")
    return str(value)


def flag(data: dict[str, Any], name: str, default: bool) -> bool:
    """Return a true/false field."""
    value = data.get(name, default)
    if not isinstance(value, bool):
        raise Invalid(f"{name} must be true or false")
    return value


def number(
    data: dict[str, Any], name: str, low: float, high: float, default: float | None = None
) -> float:
    """Return a number field within bounds; without a default it is required."""
    value = data.get(name, default)
    if not is_number(value, low, high):
        raise Invalid(f"{name} must be a number from {low:g} to {high:g}")
    return float(value)


def whole(data: dict[str, Any], name: str, low: int, high: int, default: int) -> int:
    """Return a whole-number field within bounds."""
    value = number(data, name, low, high, default)
    if value != int(value):
        raise Invalid(f"{name} must be a whole number")
    return int(value)


def mapping(data: dict[str, Any], name: str) -> dict[str, Any]:
    """Return an object field; absent is {}."""
    value = data.get(name, {})
    if not isinstance(value, dict):
        raise Invalid(f"{name} must be an object")
    return value
