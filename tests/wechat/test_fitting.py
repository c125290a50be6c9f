"""Fitting values to WeChat's keyword types, against checkers written from the rules' page."""

import json
import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from server.wechat import fit
from server.wechat.fitting import KEYWORD_TYPES

FORMATS: dict[str, list[str]] = json.loads(
    (Path(__file__).parent / "vectors.json").read_text("utf-8")
)["formats"]
FORMATS = {kind: values for kind, values in FORMATS.items() if kind != "format"}


def han(char: str) -> bool:
    return unicodedata.name(char, "").startswith("CJK UNIFIED IDEOGRAPH")


def sign(char: str) -> bool:
    return unicodedata.category(char)[0] in "PS"


def letter(char: str) -> bool:
    return unicodedata.category(char)[0] == "L" and not han(char)


def is_day(text: str) -> bool:
    for pattern in ("%Y年%m月%d日", "%Y年%m月", "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d"):
        try:
            return bool(datetime.strptime(text, pattern))  # noqa: DTZ007  # only its form
        except ValueError:
            continue
    for pattern in ("%Y-%m", "%Y/%m", "%Y.%m"):
        try:
            return bool(datetime.strptime(text, pattern))  # noqa: DTZ007
        except ValueError:
            continue
    for pattern in ("%m月%d日", "%m-%d", "%m/%d", "%m.%d"):
        try:
            return bool(datetime.strptime(f"2024 {text}", f"%Y {pattern}"))  # noqa: DTZ007
        except ValueError:
            continue
    return False


def is_clock(text: str) -> bool:
    found = re.fullmatch(r"(\d\d?):(\d\d)(?::(\d\d))?", text, re.ASCII)
    return bool(found) and int(found[1]) < 24 and int(found[2]) < 60 and int(found[3] or 0) < 60


def is_time(text: str) -> bool:
    parts = [part.rsplit(" ", 1) for part in text.split("~")]
    return len(parts) <= 2 and all(is_clock(p[-1]) and all(map(is_day, p[:-1])) for p in parts)


def is_date(text: str) -> bool:
    parts = [part.split(" ", 1) for part in text.split("~")]
    return len(parts) <= 2 and all(is_day(p[0]) and all(map(is_clock, p[1:])) for p in parts)


def is_amount(text: str) -> bool:
    found = re.fullmatch(r"(.)(\d+)(?:\.(\d+))?元?", text, re.ASCII)
    return (
        bool(found)
        and unicodedata.category(found[1]) == "Sc"
        and len(found[2] + (found[3] or "")) <= 10
    )


def is_name(text: str) -> bool:
    if any(map(han, text)):
        return len(text) <= 10 and all(han(c) or letter(c) or sign(c) for c in text)
    return len(text) <= 20 and all(letter(c) or sign(c) for c in text)


def is_car_number(text: str) -> bool:
    inner = text[1:-1]
    plain = re.compile("[A-Za-z0-9]*")
    edges = [c for c in (text[0], text[-1]) if not han(c)]
    return len(text) <= 8 and bool(plain.fullmatch(inner)) and bool(plain.fullmatch("".join(edges)))


RULES: dict[str, Callable[[str], bool]] = {
    "thing": lambda t: len(t) <= 20 and t == t.strip() and all(map(str.isprintable, t)),
    "number": lambda t: bool(re.fullmatch(r"[0-9]+(\.[0-9]+)?", t)) and len(t) <= 33,
    "letter": lambda t: bool(re.fullmatch(r"[A-Za-z]{1,32}", t)),
    "symbol": lambda t: len(t) <= 5 and all(map(sign, t)),
    "character_string": lambda t: bool(re.fullmatch(r"[!-~]{1,32}", t)),
    "time": is_time,
    "date": is_date,
    "amount": is_amount,
    "phone_number": lambda t: bool(re.fullmatch(r"[0-9!-/:-@\[-`{-~]{1,17}", t)),
    "car_number": is_car_number,
    "name": is_name,
    "phrase": lambda t: 1 <= len(t) <= 5 and all(map(han, t)),
}

likely = st.one_of(
    st.text(max_size=60),
    st.text(alphabet="0123456789-/.~: 年月日时分", max_size=24),
    st.text(alphabet="中文字名😀é½ABCz0９￥元,.·…\t\n\u200b\u3000\ud800 ", max_size=60),
    st.integers(),
    st.datetimes(datetime(2, 1, 1), datetime(9999, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.dates(),
    st.none(),
)


def test_every_type_has_a_checker() -> None:
    assert set(RULES) | {"enum", "enum_string"} == KEYWORD_TYPES


@pytest.mark.parametrize("kind", sorted(RULES))
@given(value=likely)
@example("")
@example("   ")
@example("2026年2月30日 10:00")
@example("02-29")
@example("0000-01-01")
@example("9" * 40)
@example("9999999999.99")
def test_whatever_comes_in_obeys_the_rule(kind: str, value: Any) -> None:
    fitted = fit(kind, value)
    assert fitted
    assert RULES[kind](fitted), fitted
    assert fit(kind, fitted) == fitted
    fitted.encode()


@pytest.mark.parametrize(
    ("kind", "value"), [(kind, value) for kind, values in FORMATS.items() for value in values]
)
def test_official_examples_stay_as_they_are(kind: str, value: str) -> None:
    assert unicodedata.normalize("NFKC", fit(kind, value)) == unicodedata.normalize("NFKC", value)


@pytest.mark.parametrize(
    ("kind", "value", "fitted"),
    [
        ("thing", " 心海\n税务  讲座\t", "心海 税务 讲座"),
        ("thing", "一二三四五六七八九十一二三四五六七八九十", "一二三四五六七八九十一二三四五六七八九十"),
        ("thing", "一二三四五六七八九十一二三四五六七八九十一", "一二三四五六七八九十一二三四五六七八九…"),
        ("thing", "a" * 18 + " bc", "a" * 18 + "…"),
        ("thing", None, "无"),
        ("thing", "\u200b\u0007", "无"),
        ("thing", 0, "0"),
        ("phrase", "报名已成功了", "报名已成功"),
        ("phrase", "OK!", "无"),
        ("character_string", "ＸＹＣ-2026-000123", "XYC-2026-000123"),
        ("character_string", "x" * 40, "x" * 29 + "..."),
        ("character_string", "诉求", "-"),
        ("number", 12, "12"),
        ("number", "１,２００.5", "1200.5"),
        ("number", "-3", "0"),
        ("number", "约12个", "0"),
        ("amount", "1,200.50元", "¥1200.50元"),
        ("amount", "$5", "$5"),
        ("amount", "很多", "¥0"),
        ("name", "欧阳 修1", "欧阳·修"),
        ("name", "Alexandrina Victoria of Kent", "Alexandrina·Victoria"),
        ("name", "一二三四五六七八九十甲", "一二三四五六七八九十"),
        ("phone_number", "+86 138-0013-8000", "+86138-0013-8000"),
        ("phone_number", "", "-"),
        ("car_number", "粤a8z888挂", "粤A8Z888挂"),
        ("letter", "ab1Ｃ", "abC"),
        ("letter", "12", "NA"),
        ("symbol", "a!?", "!?"),
        ("symbol", "a", "-"),
        ("time", "09:00~11:30", "09:00~11:30"),
        ("time", "2026年3月2日 09:00~2026年3月2日 11:30", "2026年3月2日 09:00~2026年3月2日 11:30"),
        ("time", "25:00", "00:00"),
        ("time", "明天", "00:00"),
        ("date", "2026年3月", "2026年3月"),
        ("date", "2026年2月29日", "1970-01-01"),
        ("date", "", "1970-01-01"),
    ],
)  # fmt: skip
def test_examples(kind: str, value: Any, fitted: str) -> None:
    assert fit(kind, value) == fitted


@pytest.mark.parametrize("kind", ["time", "date", "thing"])
def test_moments_are_shown_in_shanghai(kind: str) -> None:
    assert fit(kind, datetime(2026, 2, 13, 16, 5, tzinfo=UTC)) == "2026年2月14日 00:05"


def test_a_day_has_no_time() -> None:
    assert fit("date", date(2026, 2, 14)) == "2026年2月14日"


def test_a_naive_moment_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="time zone"):
        fit("time", datetime(2026, 2, 14))  # noqa: DTZ001  # that is the mistake


def test_a_type_wechat_does_not_have_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="thingy"):
        fit("thingy", "x")


def test_enums_only_say_what_is_listed() -> None:
    assert fit("enum_string", "网上", ("窗口", "网上")) == "网上"
    assert fit("enum_string", "电话", ("窗口", "网上")) == "窗口"
