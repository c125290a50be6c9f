"""Spreadsheets people bring and take along: read with care, written so that text stays text."""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple
from xml.etree.ElementTree import ParseError

from server.errors import Invalid

_LARGEST: Final = 20 * 1024 * 1024
"""Bytes of a workbook unpacked; a file that swells beyond it is no list people made."""
_WIDEST: Final = 40
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


def table(content: bytes, titles: Sequence[str], *, most: int) -> list[tuple[int, list[str]]]:
    """Return the filled lines of a workbook's first sheet, each with its number in the sheet and
    its cells in the order of `titles`, which are looked for in the first filled line; the first of
    them must be there, a missing one reads as empty. Raises Invalid for a file that is no workbook,
    for one without these titles, and for more than `most` lines."""
    lines = [
        (number, cells)
        for number, cells in enumerate(_lines(content, most + 50), 1)
        if any(cell not in (None, "") for cell in cells)
    ]
    # People mark a column that must be filled with an asterisk.
    header = [text_of(cell).strip("*＊ ") for cell in lines[0][1]] if lines else []
    if titles[0] not in header:
        raise Invalid(fields={"file": f"第一行应为表头，且至少有“{titles[0]}”一列，请下载模板"})
    places = [header.index(title) if title in header else None for title in titles]
    found = [(number, [_cell(cells, place) for place in places]) for number, cells in lines[1:]]
    if len(found) > most:
        raise Invalid(fields={"file": f"一次最多 {most} 行，请分几次导入"})
    return found


def _cell(cells: tuple[Any, ...], place: int | None) -> str:
    return text_of(cells[place]) if place is not None and place < len(cells) else ""


def text_of(cell: Any) -> str:
    """Return a cell as people see it: a phone number kept as a number has no `.0`, a day no
    midnight."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return _CONTROL.sub("", "" if cell is None else str(cell)).strip().removesuffix(" 00:00:00")


def _lines(content: bytes, most: int) -> Iterator[tuple[Any, ...]]:
    from openpyxl import load_workbook  # loaded by whoever needs it: most processes never do
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(item.file_size for item in packed.infolist()) > _LARGEST:
                raise Invalid(fields={"file": "文件太大，请只保留名单一张表"})
        # What a formula comes to, never the formula: a name is not to be computed here.
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        yield from sheet.iter_rows(max_row=most, max_col=_WIDEST, values_only=True)
    except (
        zipfile.BadZipFile,
        InvalidFileException,
        ParseError,
        KeyError,
        IndexError,
        ValueError,
        TypeError,
        AttributeError,
        EOFError,
        OSError,
        NotImplementedError,
        RuntimeError,
    ):
        raise Invalid(fields={"file": "无法读取，请上传 .xlsx 格式的表格"}) from None


class Sheet(NamedTuple):
    """One sheet of a workbook: its name, its first line, the others, how wide the columns are."""

    title: str
    head: Sequence[str]
    lines: Iterable[Sequence[Any]]
    widths: Sequence[int]


def workbook(
    title: str, head: Sequence[str], lines: Iterable[Sequence[Any]], widths: Sequence[int]
) -> bytes:
    """Return a workbook of one sheet in which what people wrote stays what they wrote: a text that
    looks like a formula is a text, a phone number keeps its digits."""
    return book_of([Sheet(title, head, lines, widths)])


def book_of(sheets: Iterable[Sheet]) -> bytes:
    """Return a workbook of several sheets, written like `workbook`'s one."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)

    def cell(sheet: Any, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        written = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", value))
        written.data_type, written.number_format = "s", "@"
        return written

    for each in sheets:
        sheet: Any = book.create_sheet(each.title)
        for column, width in enumerate(each.widths, 1):
            sheet.column_dimensions[get_column_letter(column)].width = width
        sheet.freeze_panes = "A2"
        for values in (each.head, *each.lines):
            sheet.append([cell(sheet, value) for value in values])
    stored = io.BytesIO()
    book.save(stored)
    return stored.getvalue()
