"""Shapes of the register of companies as staff see it: files, merges, sheets."""

import datetime as dt
from typing import Annotated, Self

from pydantic import Field

from models import Enterprise, EnterpriseImport, EnterpriseImportRow, EnterpriseMerge
from models.enterprises import EnterpriseStatus, ImportState, Verdict
from server.schemas.base import Bool, Id, In, Line, Moment, Out, PageQuery, Plain
from server.schemas.enterprises import EnterpriseRef


class RegisterQuery(PageQuery):
    """Which companies; without anything all that are there."""

    q: Annotated[
        Plain, Field(max_length=60, description="As for members; also a name of before a merge.")
    ] = ""
    building_id: Id | None = None
    status: EnterpriseStatus = EnterpriseStatus.ACTIVE
    has_contact: bool | None = None
    silent_months: Annotated[int, Field(ge=1, le=120)] | None = None
    lease_months: Annotated[int, Field(ge=1, le=120)] | None = None


class EnterprisePath(In):
    enterprise_id: Id


class EnterpriseOut(EnterpriseRef):
    """A company with all its facts."""

    short_name: str
    credit_code: str | None
    building_id: Id | None
    building: str | None
    room: str
    industry: str
    size_band: str
    tenancy_from: dt.date | None
    tenancy_to: dt.date | None
    status: EnterpriseStatus
    tags: list[str]
    version: int

    @classmethod
    def of(cls, enterprise: Enterprise) -> Self:
        own = {name: getattr(enterprise, name) for name in cls.model_fields if name != "building"}
        building = enterprise.building
        return cls(**own, building=building.name if building else None)


class EnterpriseFigureOut(Out):
    """A number of the file; its rows are the timeline of that `code`."""

    code: str
    name: str
    unit: str
    value: int


class EventOut(Out):
    """One thing that happened; `row_id` is of what `kind` says, a visit's is its target's."""

    kind: str
    at: Moment
    title: str
    detail: str
    row_id: Id
    weight: int


class FileQuery(In):
    """Which part of the timeline: the code of a figure, or all; which page of it."""

    kind: Annotated[str, Field(pattern="^[a-z_]{0,20}$")] = ""
    page: Annotated[int, Field(ge=1, le=10_000)] = 1


class EnterpriseFileOut(Out):
    """A company on one page (一企一档), as far as the asking staff may see it."""

    enterprise: EnterpriseOut
    figures: list[EnterpriseFigureOut]
    last_at: Moment | None
    former: list[EnterpriseRef]
    timeline: list[EventOut]
    pages: int


class RestatedOut(Out):
    """企业数 of a Space and month that reads differently since a merge."""

    space_id: Id
    month: str
    before: int
    after: int


class MergeQuery(In):
    target_id: Id


class MergeIn(In):
    """Which company stays, and why the two are one."""

    target_id: Id
    reason: Line


class MergePreviewOut(Out):
    """What a merge would do; nothing is written."""

    source: EnterpriseOut
    target: EnterpriseOut
    counts: dict[str, int]
    fills: list[str]
    warnings: list[str]
    restated: list[RestatedOut]


class MergePath(In):
    merge_id: Id


class MergeOut(Out):
    id: Id
    source: EnterpriseRef
    target: EnterpriseRef
    reason: str
    merged_at: Moment
    undo_until: Moment
    undone_at: Moment | None
    restated: list[RestatedOut]

    @classmethod
    def of(cls, merge: EnterpriseMerge, restated: list[RestatedOut]) -> Self:
        return cls(
            id=merge.id,
            source=EnterpriseRef.of(merge.source),
            target=EnterpriseRef.of(merge.target),
            reason=merge.reason,
            merged_at=merge.created_at,
            undo_until=merge.undo_until,
            undone_at=merge.undone_at,
            restated=restated,
        )


class SheetPath(In):
    sheet_id: Id


class ConfirmIn(In):
    """`takes_suspects`: also add the lines that look like a company there is."""

    takes_suspects: Bool = False


class SheetRowOut(Out):
    number: int
    name: str
    verdict: Verdict
    note: str
    enterprise_id: Id | None
    outcome: str | None

    @classmethod
    def of(cls, row: EnterpriseImportRow) -> Self:
        names = ("number", "verdict", "note", "enterprise_id", "outcome")
        return cls(name=row.cells["name"], **{name: getattr(row, name) for name in names})


class SheetQuery(PageQuery):
    verdict: Verdict | None = None


class SheetOut(Out):
    """A sheet of companies: how many lines of each verdict, how far the writing has come, and a
    page of its lines."""

    id: Id
    file_name: str
    state: ImportState
    total: int
    done: int
    counts: dict[str, int]
    rows: list[SheetRowOut]
    next: str | None

    @classmethod
    def of(
        cls,
        sheet: EnterpriseImport,
        counts: dict[str, int],
        rows: list[EnterpriseImportRow],
        following: str | None,
    ) -> Self:
        names = ("id", "file_name", "state", "total", "done")
        own = {name: getattr(sheet, name) for name in names}
        return cls(**own, counts=counts, rows=[SheetRowOut.of(row) for row in rows], next=following)
