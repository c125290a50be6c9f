"""Making any value obey WeChat's rule for a keyword type, so that a send never breaks on it.

The rules are those of the subscribe-message page (parameter value limits). A value that
breaks one costs the whole message (errcode 47003), hence every type has something short
and visible to show when there is nothing fit to show.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

Value = str | int | date | datetime | None

_SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
_NOTHING: Final = "无"
# Control, format, surrogate, private and unassigned characters, line and paragraph ends.
_INVISIBLE: Final = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}

_CLOCK: Final = r"(?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?"
_YEAR: Final = r"[1-9][0-9]{3}"
_MONTH: Final = r"(?:0?[1-9]|1[0-2])"
_DAY: Final = r"(?:0?[1-9]|[12][0-9]|3[01])"
_FULL_DATE: Final = "|".join(
    [
        rf"{_YEAR}年{_MONTH}月{_DAY}日",
        *(rf"{_YEAR}{sign}{_MONTH}{sign}{_DAY}" for sign in ("-", "/", r"\.")),
    ]
)
_PART_DATE: Final = (
    rf"{_YEAR}年{_MONTH}月|{_MONTH}月{_DAY}日|{_YEAR}[-/.]{_MONTH}|{_MONTH}[-/.]{_DAY}"
)
_TIME: Final = re.compile(rf"(?:(?:{_FULL_DATE}) )?{_CLOCK}(?:~(?:(?:{_FULL_DATE}) )?{_CLOCK})?")
_ONE_DATE: Final = rf"(?:{_FULL_DATE}|{_PART_DATE})(?: {_CLOCK})?"
_DATE: Final = re.compile(rf"{_ONE_DATE}(?:~{_ONE_DATE})?")
_DAYS: Final = re.compile(r"(?<![0-9])(?:([0-9]{4})[年/.-])?([0-9]{1,2})[月/.-]([0-9]{1,2})")
_LEAP_YEAR: Final = 2024
_NUMBER: Final = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_AMOUNT: Final = re.compile(r"([¥$€£])?([0-9]{1,10}(?:\.[0-9]{1,2})?)(元)?")
_NOT_ASCII_SIGNS: Final = re.compile(r"[^!-~]")
_NOT_LETTERS: Final = re.compile(r"[^A-Za-z]")
_NOT_DIALLED: Final = re.compile(r"[^0-9+()#*-]")


def fit(kind: str, value: Value, allowed: tuple[str, ...] = ()) -> str:
    """The value as WeChat accepts it for a keyword type (`thing`, `time` …); never empty.

    `allowed` is the list of an enum type. Moments are shown in Shanghai time. Raises
    ValueError for a naive moment or a type that is not WeChat's.
    """
    if kind in {"enum", "enum_string"}:
        text = _plain(value)
        return text if text in allowed or not allowed else allowed[0]
    if kind not in _FITTERS:
        raise ValueError(f"no such keyword type: {kind!r}")
    return _FITTERS[kind](_plain(value))


def _plain(value: Value) -> str:
    """One visible line without blanks at its ends; empty for nothing."""
    text = _written(value)
    spaced = "".join(
        " " if each.isspace() else each
        for each in text
        if each.isspace() or unicodedata.category(each) not in _INVISIBLE
    )
    return re.sub(" {2,}", " ", spaced).strip()


def _written(value: Value) -> str:
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        local = value.astimezone(_SHANGHAI)
        return f"{local.year:04}年{local.month}月{local.day}日 {local:%H:%M}"
    if isinstance(value, date):
        return f"{value.year:04}年{value.month}月{value.day}日"
    return "" if value is None else str(value)


def _folded(text: str) -> str:
    """Full-width digits, letters and signs as ASCII: people type them, WeChat refuses them."""
    return unicodedata.normalize("NFKC", text)


def _cut(text: str, most: int, mark: str) -> str:
    if len(text) <= most:
        return text
    return text[: most - len(mark)].rstrip() + mark


def _is_han(char: str) -> bool:
    return "\u4e00" <= char <= "\u9fff" or "\u3400" <= char <= "\u4dbf"


def _thing(text: str) -> str:
    return _cut(text, 20, "…") or _NOTHING


def _phrase(text: str) -> str:
    return "".join(filter(_is_han, text))[:5] or _NOTHING


def _character_string(text: str) -> str:
    return _cut(_NOT_ASCII_SIGNS.sub("", _folded(text)), 32, "...") or "-"


def _number(text: str) -> str:
    digits = _folded(text).replace(",", "")
    # Cutting digits off would show another number, so a number too long shows none.
    return digits if _NUMBER.fullmatch(digits) and len(digits) <= 32 else "0"


def _amount(text: str) -> str:
    found = _AMOUNT.fullmatch(_folded(text).replace(",", "").replace(" ", ""))
    if not found or len(found[2].replace(".", "")) > 10:
        return "¥0"
    return f"{found[1] or '¥'}{found[2]}{found[3] or ''}"


def _name(text: str) -> str:
    """Chinese up to 10, otherwise up to 20; digits and blanks are not names to WeChat."""
    kept = "".join("·" if each == " " else each for each in text if not each.isdigit())
    foreign = not any(map(_is_han, kept))
    return _letters_and_signs(kept)[: 20 if foreign else 10] or _NOTHING


def _letters_and_signs(text: str) -> str:
    return "".join(each for each in text if _is_han(each) or each == "·" or "!" <= each <= "~")


def _letter(text: str) -> str:
    return _NOT_LETTERS.sub("", _folded(text))[:32] or "NA"


def _symbol(text: str) -> str:
    signs = [each for each in _folded(text) if "!" <= each <= "~" and not each.isalnum()]
    return "".join(signs)[:5] or "-"


def _phone_number(text: str) -> str:
    return _NOT_DIALLED.sub("", _folded(text))[:17] or "-"


def _car_number(text: str) -> str:
    plate = "".join(each for each in text.upper() if each.isascii() and each.isalnum())
    first = text[:1] if _is_han(text[:1] or " ") else ""
    last = text[-1:] if len(text) > 1 and _is_han(text[-1]) else ""
    return f"{first}{plate[: 8 - len(first) - len(last)]}{last}" or _NOTHING


def _time(text: str) -> str:
    return text if _TIME.fullmatch(text) and _has_real_days(text) else "00:00"


def _date(text: str) -> str:
    return text if _DATE.fullmatch(text) and _has_real_days(text) else "1970-01-01"


def _has_real_days(text: str) -> bool:
    """No 30 February. A date without its year may be a leap day."""
    try:
        for year, month, day in _DAYS.findall(text):
            date(int(year or _LEAP_YEAR), int(month), int(day))
    except ValueError:
        return False
    return True


_FITTERS: Final[dict[str, Callable[[str], str]]] = {
    "thing": _thing,
    "phrase": _phrase,
    "character_string": _character_string,
    "number": _number,
    "amount": _amount,
    "name": _name,
    "letter": _letter,
    "symbol": _symbol,
    "phone_number": _phone_number,
    "car_number": _car_number,
    "time": _time,
    "date": _date,
}
KEYWORD_TYPES: Final = frozenset(_FITTERS) | {"enum", "enum_string"}
