"""A sheet of companies: read against the register, confirmed, written batch by batch."""

import datetime as dt
import io
import threading
import zipfile
from typing import Any

import pytest
from flask import Flask
from openpyxl import Workbook, load_workbook
from stdnum.cn import uscc

import models
from models.enterprises import EnterpriseStatus, ImportState, Verdict
from models.staff import Role
from server.errors import Invalid, NotFound
from server.services import enterprises, enterprises_batches, enterprises_imports
from server.services import enterprises_register as register
from server.services.audit import Actor
from tests import factories

HEAD = list(register.HEAD)


def code(number: int) -> str:
    """A true credit code, another for each number."""
    body = f"91310000MA1F{number:05d}"
    return body + uscc.calc_check_digit(body)


class Formula(str):
    """A cell that is computed, not one that reads so."""


def book(*lines: list[Any], head: list[str] | None = None) -> bytes:
    workbook = Workbook()
    sheet: Any = workbook.active
    for number, line in enumerate([HEAD if head is None else head, *lines], 1):
        sheet.append(line)
        for cell, value in zip(sheet[number], line, strict=False):
            if isinstance(value, str) and not isinstance(value, Formula):
                cell.data_type = "s"
    stored = io.BytesIO()
    workbook.save(stored)
    return stored.getvalue()


class Keeper:
    """Somebody who imports for a Space with one tower."""

    def __init__(self, now: dt.datetime) -> None:
        self.now = now
        self.space = factories.make_space()
        self.reach = frozenset({self.space.id})
        self.tower = factories.make_building(self.space, name="A座")
        self.staff = factories.make_staff(Role.KEEPER, self.space)
        self.actor = Actor("staff", self.staff.id, self.staff.name)

    def create(self, name: str, **values: Any) -> models.Enterprise:
        values = {"building": self.tower} | values
        return enterprises.create(name, actor=self.actor, now=self.now, **values)

    def keep(self, content: bytes) -> models.EnterpriseImport:
        return enterprises_batches.keep(
            content, "企业.xlsx", {self.space.id}, actor=self.actor, now=self.now
        )

    def write(self, sheet: models.EnterpriseImport, *, takes_suspects: bool = False) -> int:
        enterprises_batches.confirm(
            sheet, takes_suspects=takes_suspects, actor=self.actor, now=self.now
        )
        return enterprises_batches.go_on(now=self.now)


@pytest.fixture
def keeper(app: Flask, now: dt.datetime) -> Keeper:
    return Keeper(now)


def told(sheet: models.EnterpriseImport) -> list[tuple[int, Verdict, str]]:
    return [(row.number, row.verdict, row.note) for row in enterprises_batches.rows_of(sheet)]


def test_each_line_is_told_what_it_means(keeper: Keeper) -> None:
    other = factories.make_building(factories.make_space(), name="远楼")
    keeper.create("上海启明信息技术有限公司", room="801", credit_code=code(1))
    keeper.create("上海澜海文化有限公司", room="901")
    keeper.create("上海星野智能装备有限公司")
    keeper.create("别处有限公司", building=other)
    for _ in range(2):
        models.Enterprise.add(now=keeper.now, name="双胞有限公司", building=keeper.tower)
    sheet = keeper.keep(
        book(
            ["上海启明信息技术有限公司", "启明", code(1), "Ａ座", "802", "", "", "2024/3/1"],
            ["上海澜海文化有限公司", "", "", "A座", "901"],
            [
                "=1+1有限公司",
                "",
                code(2),
                "a 座",
                1201.0,
                "",
                "",
                dt.datetime(2025, 1, 2),  # noqa: DTZ001  # a cell knows no zone
                "",
                "甲、乙",
            ],
            ["澜海文化（上海）有限公司", "", "", "A座"],
            ["上海星业智能装备有限公司", "", "", "A座"],
            ["新的有限公司", "", code(3)[:-1] + "!", "没有这座", "", "", "", "前年", ""],
            [None, None, None, "A座"],
            [],
            ["新的有限公司", "", "", ""],
            ["别处有限公司", "", "", "A座"],
            ["双胞有限公司", "", "", ""],
            ["=1+1有限公司", "", "", "A座"],
            ["上海澜海文化有限公司", "", code(1), "A座"],
            [Formula("=CONCATENATE(1,2)"), "", "", "A座"],
        )
    )
    found = told(sheet)
    assert [(number, verdict.value) for number, verdict, _ in found] == [
        (2, "changes"), (3, "same"), (4, "new"), (5, "suspect"), (6, "suspect"), (7, "error"),
        (8, "error"), (10, "error"), (11, "error"), (12, "error"), (13, "error"), (14, "error"),
        (15, "error"),
    ]  # fmt: skip
    notes = {number: note for number, _, note in found}
    assert notes[2] == "简称：（空） → 启明；房间号：801 → 802；入驻日期：（空） → 2024-03-01"
    assert "上海澜海文化有限公司" in notes[5]
    assert "A座" in notes[6]
    assert all(part in notes[7] for part in ("统一社会信用代码", "没有这座", "入驻日期"))
    assert "拆开" in notes[8]
    assert "楼宇" in notes[10]
    assert "远楼" in notes[11]
    assert "2 家同名" in notes[12]
    assert notes[13] == "与第 4 行重复"
    assert notes[14] == "与第 2 行重复"
    assert models.Enterprise.select().count() == 6, "a preview writes no company"


def test_a_confirmed_sheet_is_written_and_again_changes_nothing(keeper: Keeper) -> None:
    gone = keeper.create("回来有限公司", status=EnterpriseStatus.MOVED_OUT)
    old = keeper.create("上海澜海文化有限公司", industry="文化")
    content = book(
        [
            "上海启明信息技术有限公司",
            "启明",
            code(1).lower(),
            "A座",
            "801",
            "信息",
            "",
            "",
            "",
            "甲",
        ],
        ["澜海文化（上海）有限公司", "", "", "A座"],
        ["上海澜海文化有限公司", "", "", "", "1003"],
        ["回来有限公司"],
        ["错", "", "1", "A座"],
    )
    sheet = keeper.keep(content)
    assert keeper.write(sheet) == 5
    outcomes = [row.outcome for row in enterprises_batches.rows_of(sheet)]
    assert outcomes == ["created", "left", "changed", "changed", "left"]
    new = models.Enterprise.get(models.Enterprise.credit_code == code(1))
    assert (new.building_id, new.room, new.tags) == (keeper.tower.id, "801", ["甲"])
    assert "qiming" in new.pinyin
    assert new.created_by == keeper.staff.id
    changed = models.Enterprise.get_by_id(old.id)
    assert (changed.room, changed.industry) == ("1003", "文化"), (
        "an empty cell leaves what there is"
    )
    assert models.Enterprise.get_by_id(gone.id).status == EnterpriseStatus.ACTIVE
    trail = [row.action for row in models.AuditLog.select().order_by(models.AuditLog.id)]
    assert trail.count("enterprises.change") == 2
    assert trail[-1] == "enterprises.import_done"
    with pytest.raises(enterprises_batches.ImportStarted):
        keeper.write(sheet)

    before = models.Enterprise.select().count()
    again = keeper.keep(content)
    assert [verdict.value for _, verdict, _ in told(again)] == [
        "same", "suspect", "same", "same", "error"
    ]  # fmt: skip
    keeper.write(again, takes_suspects=True)
    assert models.Enterprise.select().count() == before + 1
    done = enterprises_batches.get(again.id, keeper.reach)
    assert (done.state, done.done) == (ImportState.DONE, 5)
    with pytest.raises(NotFound):
        enterprises_batches.get(again.id, frozenset({keeper.space.id + 1}))

    result = load_workbook(io.BytesIO(enterprises_batches.result(again))).worksheets[0]
    lines = [[cell.value for cell in row] for row in result.iter_rows()]
    assert lines[0][:4] == ["行", "结果", "说明", "企业名称"]
    assert [line[1] for line in lines[1:]] == ["无变化", "已新增", "无变化", "无变化", "未导入"]


def test_names_that_look_like_formulas_stay_text(keeper: Keeper, now: dt.datetime) -> None:
    keeper.create('=HYPERLINK("http://x","公司")')
    keeper.create("+86 有限公司")
    content = register.workbook(
        {keeper.space.id}, register.Filters(), "核对名单", actor=keeper.actor, now=now
    )
    sheet = load_workbook(io.BytesIO(content)).worksheets[0]
    assert {(cell.value, cell.data_type) for cell in sheet["A"][1:]} == {
        ('=HYPERLINK("http://x","公司")', "s"),
        ("+86 有限公司", "s"),
    }
    assert [verdict for _, verdict, _ in told(keeper.keep(content))] == [Verdict.SAME] * 2
    with pytest.raises(Invalid):
        register.workbook({keeper.space.id}, register.Filters(), " ", actor=keeper.actor, now=now)


def _bomb() -> bytes:
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * 30_000_000)
    return stored.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04nothing",
        "企业名称\n新的".encode(),
        _bomb(),
        book(["新的"], head=["公司", "电话"]),
        book(),
        book(*[[f"公司{number}"] for number in range(10_001)]),
    ],
    ids=["empty", "cut", "csv", "bomb", "titles", "no lines", "too many"],
)
def test_what_is_no_such_sheet_is_refused(keeper: Keeper, content: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        keeper.keep(content)
    assert refused.value.facts["errors"][0]["field"] == "file"
    assert models.EnterpriseImport.select().count() == 0


def test_a_run_cut_short_goes_on_and_two_at_once_write_once(keeper: Keeper) -> None:
    lines = [[f"批量{number:04d}号有限公司", "", "", "A座"] for number in range(1200)]
    sheet = keeper.keep(book(*lines))
    enterprises_batches.confirm(sheet, takes_suspects=True, actor=keeper.actor, now=keeper.now)
    assert enterprises_batches.write_batch(sheet.id, now=keeper.now) == 500
    assert enterprises_batches.get(sheet.id, keeper.reach).done == 500

    def go() -> None:
        with models.db.connection_context():
            enterprises_batches.go_on(now=keeper.now)

    threads = [threading.Thread(target=go) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done = enterprises_batches.get(sheet.id, keeper.reach)
    assert (done.state, done.done) == (ImportState.DONE, 1200)
    assert models.Enterprise.select().count() == 1200
    assert enterprises_batches.counts(sheet)["did_created"] == 1200


def test_old_sheets_are_forgotten(keeper: Keeper) -> None:
    kept, dropped, done = (keeper.keep(book(["新的有限公司", "", "", "A座"])) for _ in range(3))
    keeper.write(done)
    day = dt.timedelta(days=1)
    models.EnterpriseImport.update(created_at=keeper.now - 2 * day).where(
        models.EnterpriseImport.id.in_([dropped.id, done.id])
    ).execute()
    assert enterprises_batches.forget_old(now=keeper.now) == 1
    assert {row.id for row in models.EnterpriseImport.select()} == {kept.id, done.id}
    assert enterprises_batches.forget_old(now=keeper.now + 91 * day) == 2
    assert models.EnterpriseImportRow.select().count() == 0
    assert models.Enterprise.select().count() == 1


def test_a_sheet_is_written_with_the_rights_of_today(keeper: Keeper) -> None:
    sheet = keeper.keep(book(["新的有限公司", "", "", "A座"]))
    models.Grant.update(revoked_at=keeper.now).execute()
    keeper.write(sheet)
    assert models.Enterprise.select().count() == 0
    assert [row.outcome for row in enterprises_batches.rows_of(sheet)] == ["left"]


def test_the_template_is_such_a_sheet(keeper: Keeper) -> None:
    [row] = enterprises_imports.read(enterprises_imports.template(), {keeper.space.id})
    assert row.cells["tags"] == "专精特新、高新技术"
