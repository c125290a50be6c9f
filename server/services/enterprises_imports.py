"""A sheet of companies read: what each line means against the register, before anything is written."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from models import Building, Enterprise
from models.enterprises import EnterpriseStatus, Verdict
from server.errors import Invalid
from server.services import enterprises, files_sheets
from server.services import enterprises_duplicates as duplicates
from server.services import enterprises_register as register

MOST_ROWS: Final = 10_000
COLUMNS: Final = (
    "name", "short_name", "credit_code", "building", "room", "industry", "size_band",
    "tenancy_from", "tenancy_to", "tags",
)  # fmt: skip
"""The columns of `register.HEAD`, by the names rows keep them under."""
TITLES: Final = dict(zip(COLUMNS, register.HEAD, strict=True))
_LONGEST: Final = {"name": 100, "short_name": 40, "room": 40, "industry": 40, "size_band": 20}
_DAY: Final = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_MOST_TAGS, _LONGEST_TAG = 10, 12


@dataclass
class Judged:
    """A line of the sheet as it was understood: `values` are what the company is to say."""

    number: int
    cells: dict[str, str]
    verdict: Verdict = Verdict.NEW
    note: str = ""
    enterprise: Enterprise | None = None
    values: dict[str, Any] = field(default_factory=dict)


def template() -> bytes:
    """Return an empty workbook with the columns and one example."""
    example = (
        "上海示例科技有限公司（示例，请删除）", "示例科技", "91310000MA1FL0000X", "A 座", "1201",
        "信息技术", "21–50 人", "2024-03-01", "2027-02-28", "专精特新、高新技术",
    )  # fmt: skip
    return files_sheets.workbook("企业", register.HEAD, [example], register.WIDTHS)


def read(content: bytes, space_ids: Iterable[int]) -> list[Judged]:
    """Return the lines of a workbook's first sheet, each with what it means for these Spaces.
    Writes nothing. Raises Invalid for a file that is no such sheet."""
    found = files_sheets.table(content, register.HEAD, most=MOST_ROWS)
    if not found:
        raise Invalid(fields={"file": "表格里没有企业，请填写后再上传"})
    told = [(number, dict(zip(COLUMNS, cells, strict=True))) for number, cells in found]
    rows = judge(told, space_ids)
    _find_twins(rows)
    return rows


def judge(told: Iterable[tuple[int, dict[str, str]]], space_ids: Iterable[int]) -> list[Judged]:
    """Return lines looked over against the register as it stands now."""
    known = Known(space_ids)
    return [_judged(number, cells, known) for number, cells in told]


def alike(name: str, values: dict[str, Any], space_ids: Iterable[int]) -> Enterprise | None:
    """Return a company there is that a new one of this name and these values may be. Raises Invalid
    where there are several of that name, or one with another credit code."""
    known = Known(space_ids)
    return known.meant(name, values) or known.resembles(name, values)


class Known:
    """The whole register at hand, by all that tells a company: thousands of lines are not to be
    asked for one by one."""

    def __init__(self, space_ids: Iterable[int]) -> None:
        spaces = list(space_ids)
        self.towers = {duplicates.key_of(row.name): row for row in register.towers_of(spaces)}
        kept = Enterprise.select(Enterprise.id).where(register.is_kept_by(spaces))
        self.kept = {row.id for row in kept}
        self.by_code: dict[str, Enterprise] = {}
        self.by_name: dict[str, dict[int, Enterprise]] = defaultdict(dict)
        self.by_core: dict[str, Enterprise] = {}
        self.by_initials: dict[tuple[int, str], Enterprise] = {}
        self.towns = {row.id: row.name for row in Building.select(Building.id, Building.name)}
        rows = {row.id: row for row in Enterprise.select().order_by(Enterprise.id)}
        for row in rows.values():
            # What was merged is known by its old name as the company it went into.
            root = rows[row.merged_into_id] if row.merged_into_id else row
            self.by_name[duplicates.key_of(row.name)][root.id] = root
            self.by_core.setdefault(duplicates.core_of(row.name), root)
            if row is root:
                self._add_root(row)

    def _add_root(self, row: Enterprise) -> None:
        if row.credit_code:
            self.by_code[row.credit_code] = row
        initials = duplicates.initials_of(row)
        if row.building_id and initials:
            self.by_initials.setdefault((row.building_id, initials), row)

    def meant(self, name: str, values: dict[str, Any]) -> Enterprise | None:
        """Return the company a line is about, or None. Raises Invalid where that cannot be told."""
        code = values.get("credit_code")
        if code and code in self.by_code:
            return self.by_code[code]
        named = list(self.by_name.get(duplicates.key_of(name), {}).values())
        if len(named) > 1:
            here = [row for row in named if row.building_id == values.get("building_id")]
            if len(here) != 1:
                raise Invalid(f"库里有 {len(named)} 家同名企业，请先合并，或填写统一社会信用代码")
            named = here
        if not named:
            return None
        if code and named[0].credit_code:
            raise Invalid(f"库里同名企业的统一社会信用代码是 {named[0].credit_code}，请核对")
        return named[0]

    def resembles(self, name: str, values: dict[str, Any]) -> Enterprise | None:
        """Return a company a new one may be, entered a little differently."""
        found = self.by_core.get(duplicates.core_of(name))
        if found is None and values.get("building_id"):
            told = Enterprise(initials=enterprises.spelling(name)["initials"])
            found = self.by_initials.get((values["building_id"], duplicates.initials_of(told)))
        both = found and found.credit_code and values.get("credit_code")
        return None if both else found


def _judged(number: int, cells: dict[str, str], known: Known) -> Judged:
    row = Judged(number, cells)
    wrong = list(_read_cells(row, known))
    if not wrong:
        try:
            row.enterprise = known.meant(cells["name"], row.values)
            wrong = list(_out_of_reach(row, known))
        except Invalid as refusal:
            wrong = [refusal.detail]
    if wrong:
        row.verdict, row.note = Verdict.ERROR, "；".join(wrong)
    elif row.enterprise is not None:
        _compare(row, row.enterprise, known)
    elif found := known.resembles(cells["name"], row.values):
        place = known.towns.get(found.building_id or 0, "不在楼里")
        row.verdict, row.note = Verdict.SUSPECT, f"可能就是“{found.name}”（{place}）"
    return row


def _read_cells(row: Judged, known: Known) -> Iterator[str]:
    """Fill in the values a line gives; yield what is wrong with it."""
    cells = row.cells
    if len(duplicates.key_of(cells["name"])) < 2:
        yield "请填写企业名称（合并的单元格请先拆开）"
    for column, most in _LONGEST.items():
        if len(cells[column]) > most:
            yield f"{TITLES[column]}太长，最多 {most} 个字"
        elif cells[column]:
            row.values[column] = cells[column]
    yield from _read_place(row, known)
    yield from _read_days(row)
    yield from _read_tags(row)


def _read_place(row: Judged, known: Known) -> Iterator[str]:
    cells = row.cells
    if cells["credit_code"]:
        try:
            row.values["credit_code"] = enterprises.checked_credit_code(cells["credit_code"])
        except Invalid as refusal:
            yield refusal.facts["errors"][0]["message"]
    if cells["building"]:
        tower = known.towers.get(duplicates.key_of(cells["building"]))
        if tower is None:
            yield f"您负责的楼里没有“{cells['building'][:30]}”"
        else:
            row.values["building_id"] = tower.id


def _read_tags(row: Judged) -> Iterator[str]:
    tags = list(dict.fromkeys(filter(None, re.split(r"[、，,;；\s]+", row.cells["tags"]))))
    if len(tags) > _MOST_TAGS or any(len(tag) > _LONGEST_TAG for tag in tags):
        yield f"标签最多 {_MOST_TAGS} 个，每个不超过 {_LONGEST_TAG} 个字"
    elif tags:
        row.values["tags"] = tags


def _read_days(row: Judged) -> Iterator[str]:
    for column in ("tenancy_from", "tenancy_to"):
        if not row.cells[column]:
            continue
        found = _DAY.fullmatch(row.cells[column])
        try:
            year, month, day = (int(part) for part in found.groups()) if found else (0, 0, 0)
            row.values[column] = dt.date(year, month, day)
        except ValueError:
            yield f"{TITLES[column]}应写成 2026-05-20 这样"
    days = [row.values.get(column) for column in ("tenancy_from", "tenancy_to")]
    if all(days) and days[0] > days[1]:  # type: ignore[operator]  # both are there
        yield "租约到期早于入驻日期"


def _out_of_reach(row: Judged, known: Known) -> Iterator[str]:
    found = row.enterprise
    if found is None:
        if "building_id" not in row.values:
            yield "新企业请填写楼宇"
    elif found.building_id and found.id not in known.kept:
        place = known.towns[found.building_id]
        yield f"这家企业登记在其他空间的楼（{place}），请联系对方空间"
    elif not found.building_id and "building_id" not in row.values and found.id not in known.kept:
        yield "请填写楼宇"


def _compare(row: Judged, found: Enterprise, known: Known) -> None:
    """Keep of the values only what differs; an empty cell leaves what there is."""
    wanted = row.values
    row.values = {name: value for name, value in wanted.items() if getattr(found, name) != value}
    if found.status == EnterpriseStatus.MOVED_OUT:
        row.values["status"] = EnterpriseStatus.ACTIVE
    row.verdict = Verdict.CHANGES if row.values else Verdict.SAME
    told: dict[str, dict[Any, str]] = {"building_id": known.towns}
    told["status"] = {EnterpriseStatus.ACTIVE: "重新入驻"}

    def said(name: str, value: Any) -> str:
        if isinstance(value, list):
            return "、".join(value)
        return str(told.get(name, {}).get(value, value) if value not in (None, "") else "（空）")

    row.note = "；".join(
        f"{TITLES.get(name.removesuffix('_id'), '状态')}："
        + (f"{said(name, getattr(found, name))} → " if name != "status" else "")
        + said(name, value)
        for name, value in row.values.items()
    )


def _find_twins(rows: list[Judged]) -> None:
    """A company that stands in the sheet twice is written once."""
    seen: dict[str, int] = {}
    for row in rows:
        if row.verdict == Verdict.ERROR:
            continue
        keys = {duplicates.key_of(row.cells["name"])}
        keys |= {code} if (code := row.cells["credit_code"].upper()) else set()
        keys |= {str(row.enterprise.id)} if row.enterprise else set()
        twin = min((seen[key] for key in keys if key in seen), default=None)
        if twin is not None:
            row.verdict, row.note = Verdict.ERROR, f"与第 {twin} 行重复"
            continue
        seen |= dict.fromkeys(keys, row.number)
