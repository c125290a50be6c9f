"""The rules a template keyword's value must keep, by the type in the keyword's name."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date

NAME = re.compile(r"(?P<type>[a-z]+(?:_[a-z]+)*)(?P<number>\d+)")
CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?"
DAY = re.compile(
    r"(?P<y1>\d{4})年(?P<m1>\d{1,2})月(?:(?P<d1>\d{1,2})日)?"
    r"|(?P<m2>\d{1,2})月(?P<d2>\d{1,2})日"
    r"|(?P<y3>\d{4})(?P<sep>[-/.])(?P<m3>\d{1,2})(?:(?P=sep)(?P<d3>\d{1,2}))?"
    r"|(?P<m4>\d{1,2})[-/.](?P<d4>\d{1,2})"
)
LEAP_YEAR = 2024


def type_of(key: str) -> str:
    """Return the type part of a keyword name: `thing` of `thing1`; ValueError for others."""
    found = NAME.fullmatch(key)
    if found is None:
        raise ValueError(f"{key!r} is not a keyword name")
    return found["type"]


def is_valid(kind: str, value: str, choices: list[str] | None = None) -> bool:
    """Tell whether a non-empty value keeps the rule of its type."""
    if kind in ("enum", "enum_string"):
        return value in (choices or [])
    return RULES[kind](value)


def _is_cjk(char: str) -> bool:
    return unicodedata.name(char, "").startswith("CJK ")


def _is_symbol(char: str) -> bool:
    return unicodedata.category(char)[0] in "PS"


def _is_plain(char: str) -> bool:
    return (char.isascii() and char.isalnum()) or _is_symbol(char)


def _thing(value: str) -> bool:
    return len(value) <= 20 and not any(unicodedata.category(c) == "Cc" for c in value)


def _number(value: str) -> bool:
    return bool(re.fullmatch(r"[0-9]+(\.[0-9]+)?", value)) and len(value.replace(".", "")) <= 32


def _letter(value: str) -> bool:
    return bool(re.fullmatch(r"[A-Za-z]{1,32}", value))


def _symbol(value: str) -> bool:
    return len(value) <= 5 and all(map(_is_symbol, value))


def _character_string(value: str) -> bool:
    return len(value) <= 32 and all(map(_is_plain, value)) and not any(map(_is_cjk, value))


def _amount(value: str) -> bool:
    found = re.fullmatch(r"(?P<sign>\D?)(?P<digits>[0-9]+(?:\.[0-9]+)?)元?", value)
    if found is None or len(found["digits"].replace(".", "")) > 10:
        return False
    return not found["sign"] or unicodedata.category(found["sign"]) == "Sc"


def _phone_number(value: str) -> bool:
    return bool(re.fullmatch(r"[0-9!-/:-@\[-`{-~]{1,17}", value))


def _car_number(value: str) -> bool:
    middle = value[1:-1]
    edges = (value[0], value[-1])
    return (
        len(value) <= 8
        and all(c.isascii() and c.isalnum() for c in middle)
        and all((c.isascii() and c.isalnum()) or _is_cjk(c) for c in edges)
    )


def _name(value: str) -> bool:
    if any(map(_is_cjk, value)):
        return len(value) <= 10 and all(_is_cjk(c) or _is_plain(c) or c == " " for c in value)
    return len(value) <= 20 and all(c.isalpha() or _is_symbol(c) or c == " " for c in value)


def _phrase(value: str) -> bool:
    return len(value) <= 5 and all(map(_is_cjk, value))


def _is_clock(text: str) -> bool:
    found = re.fullmatch(CLOCK, text)
    if found is None:
        return False
    return int(found["hour"]) < 24 and int(found["minute"]) < 60 and int(found["second"] or 0) < 60


def _is_day(text: str) -> bool:
    found = DAY.fullmatch(text)
    if found is None:
        return False
    year = int(found["y1"] or found["y3"] or LEAP_YEAR)
    month = int(found["m1"] or found["m2"] or found["m3"] or found["m4"])
    day = int(found["d1"] or found["d2"] or found["d3"] or found["d4"] or 1)
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _split_moment(text: str) -> tuple[str, str]:
    """Return (day, clock) of "2019年10月1日 15:01"; either may be empty."""
    found = re.search(r"\d{1,2}:\d{2}(:\d{2})?$", text)
    if found is None:
        return text.strip(), ""
    return text[: found.start()].strip(), found[0]


def _moments(value: str) -> list[tuple[str, str]] | None:
    parts = value.split("~")
    if len(parts) > 2 or not all(part.strip() for part in parts):
        return None
    moments = [_split_moment(part.strip()) for part in parts]
    for day, clock in moments:
        if (day and not _is_day(day)) or (clock and not _is_clock(clock)):
            return None
    return moments


def _time(value: str) -> bool:
    moments = _moments(value)
    return moments is not None and all(clock for _, clock in moments)


def _date(value: str) -> bool:
    moments = _moments(value)
    return moments is not None and bool(moments[0][0])


RULES: dict[str, Callable[[str], bool]] = {
    "thing": _thing,
    "number": _number,
    "letter": _letter,
    "symbol": _symbol,
    "character_string": _character_string,
    "time": _time,
    "date": _date,
    "amount": _amount,
    "phone_number": _phone_number,
    "car_number": _car_number,
    "name": _name,
    "phrase": _phrase,
}
