"""What days are, read from what people have: the State Council's notice, lines of a table, a sheet."""

import datetime as dt
import re
from collections.abc import Iterator
from typing import Final

from models.calendar import DayKind
from server.errors import Invalid
from server.services import files_sheets
from server.services.calendar import Wish

MOST_DAYS: Final = 400
"""A year and a few days; more at once is a mistake."""
_HEAD: Final = ("日期", "类型", "名称")
_KINDS: Final = {
    **dict.fromkeys(("休", "休息", "放假", "rest"), DayKind.REST),
    **dict.fromkeys(("班", "上班", "工作", "调休上班", "work"), DayKind.WORK),
}
_LINE: Final = re.compile(r"(\d{4}-\d{1,2}-\d{1,2})[\s,，]+(\w+)(?:[\s,，]+(.*))?")
_FEAST: Final = re.compile(
    r"(?:[一二三四五六七八九十]+、)?\s*([\u4e00-\u9fff、]{2,12})[：:]\s*(.+)"
)
_ASIDE: Final = re.compile(r"（[^）]*）|\([^)]*\)")
_SPAN: Final = re.compile(r"(\d{1,2})月(\d{1,2})日(?:至(?:(\d{1,2})月)?(\d{1,2})日)?")


def read(text: str, year: int) -> list[Wish]:
    """Return the days a text tells: lines `2026-05-15 休息 名称`, or the lines of a notice, which
    say month and day of that year. Raises Invalid with the line nobody can read, for no day at all,
    and for more than MOST_DAYS."""
    found: dict[dt.date, Wish] = {}
    for line in filter(None, (line.strip() for line in text.splitlines())):
        wishes = list(_read_line(line, year))
        if not wishes:
            raise Invalid(fields={"text": f"这一行看不懂：{line[:24]}"})
        for wish in wishes:
            found[wish.day] = wish
        if len(found) > MOST_DAYS:
            raise Invalid(fields={"text": f"一次最多 {MOST_DAYS} 天"})
    if not found:
        raise Invalid(fields={"text": "请粘贴通知正文，或一行一天填写"})
    return [found[day] for day in sorted(found)]


def of_sheet(content: bytes) -> str:
    """Return the days of a workbook with the columns 日期、类型、名称 as lines for `read`. Raises
    Invalid."""
    lines = files_sheets.table(content, _HEAD, most=MOST_DAYS)
    return "\n".join(" ".join(cell.replace("/", "-") for cell in cells) for _, cells in lines)


def told(wishes: list[Wish]) -> str:
    """Return the days as lines `read` reads the same."""
    words = {DayKind.REST: "休息", DayKind.WORK: "上班"}
    return "\n".join(f"{each.day} {words[each.kind]} {each.name}".rstrip() for each in wishes)


def _read_line(line: str, year: int) -> Iterator[Wish]:
    plain = _LINE.fullmatch(line)
    if plain:
        kind = _KINDS.get(plain[2])
        parts = [int(part) for part in plain[1].split("-")]
        if kind is not None:
            yield Wish(_day(line, *parts), kind, (plain[3] or "").strip()[:30])
        return
    feast = _FEAST.fullmatch(line)
    if feast:
        yield from _of_feast(feast[1], _ASIDE.sub("", feast[2]), year)


def _of_feast(name: str, text: str, year: int) -> Iterator[Wish]:
    """Yield the days of one holiday: `1月1日至3日放假调休，共3天。1月4日上班。`"""
    for sentence in text.split("。"):
        is_work = "上班" in sentence and "放假" not in sentence
        if not is_work and "放假" not in sentence:
            continue
        kind = DayKind.WORK if is_work else DayKind.REST
        for month, day, last_month, last_day in _SPAN.findall(sentence):
            first = _day(sentence, year, int(month), int(day))
            last = (
                _day(sentence, year, int(last_month or month), int(last_day)) if last_day else first
            )
            for number in range((last - first).days + 1):
                each = first + dt.timedelta(days=number)
                yield Wish(each, kind, f"{name}调休" if is_work else name)


def _day(line: str, year: int, month: int, day: int) -> dt.date:
    try:
        found = dt.date(year, month, day)
    except ValueError:
        raise Invalid(fields={"text": f"没有这一天：{line[:24]}"}) from None
    if not 2004 <= year <= 2100:
        raise Invalid(fields={"text": f"年份不对：{line[:24]}"})
    return found
