"""历史基数: what a Space counted before it worked with Xinyi. It adds to running totals, with a mark."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from models import BaselineFigure, Session, Space, db
from models.activities import SessionState
from server.clock import day_of
from server.errors import Invalid, NotFound
from server.schemas.statistics import BaselineIn
from server.services import audit
from server.services import statistics_counted as counts
from server.services.audit import Actor
from server.services.staff import Scope, Verb
from server.services.statistics_asked import Asked
from server.services.statistics_figures import FIGURES

HEADLINES: Final = ("activities", "enterprises", "person_times")


@dataclass(frozen=True)
class Headline:
    """A running total: what was counted here, and what was brought along."""

    code: str
    name: str
    unit: str
    definition: str
    counted: int
    brought: int
    unverified: bool
    """Whether some of what was brought along nobody has checked."""

    @property
    def total(self) -> int:
        return self.counted + self.brought


def headlines(asked: Asked) -> list[Headline]:
    """Return the three running totals from the beginning to the end of the question."""
    ever = Asked(
        asked.space_ids,
        dt.datetime(2000, 1, 1, tzinfo=dt.UTC),
        asked.ends_at,
        asked.as_of,
        is_past=asked.is_past,
        roots=asked.roots,
    )
    brought = [
        row
        for row in BaselineFigure.select().where(BaselineFigure.space.in_(asked.space_ids))
        if row.ends_on < day_of(asked.ends_at)
        and (not asked.is_past or row.created_at <= asked.as_of)
    ]
    told = []
    for code in HEADLINES:
        mine = [row for row in brought if row.figure == code]
        definition = FIGURES[code]
        told.append(
            Headline(
                code,
                definition.name,
                definition.unit,
                definition.text,
                int(counts.total(code, ever).amount),
                sum(row.value for row in mine),
                any(row.unverified for row in mine),
            )
        )
    return told


def of_spaces(space_ids: Iterable[int]) -> list[BaselineFigure]:
    """Return what was brought along, Space by Space, the latest first."""
    query = BaselineFigure.select(BaselineFigure, Space).join(Space)
    mine = query.where(BaselineFigure.space.in_(list(space_ids)))
    return list(mine.order_by(Space.name, BaselineFigure.ends_on.desc(), BaselineFigure.figure))


def enter(
    scope: Scope,
    space_id: int,
    brought: BaselineIn,
    *,
    actor: Actor,
    now: dt.datetime,
) -> BaselineFigure:
    """Enter what a Space brought along, not checked yet; said again for the same start it takes
    the place of what was said. Raises NotFound, and Invalid where it would count something twice:
    beside another of its days, or beside sessions that are in Xinyi."""
    scope.require(Verb.ENTER_BASELINES, space_id)
    if brought.figure not in HEADLINES:
        raise Invalid(fields={"figure": "请选择指标"})
    if brought.ends_on < brought.starts_on:
        raise Invalid(fields={"ends_on": "截止日不能早于起始日"})
    words: Any = brought.model_dump() | {"unverified": True}
    with db.atomic():
        _require_once(space_id, brought)
        row = BaselineFigure.get_or_none(
            (BaselineFigure.space == space_id)
            & (BaselineFigure.figure == brought.figure)
            & (BaselineFigure.starts_on == brought.starts_on)
        )
        before = {} if row is None else _told(row)
        if row is None:
            row = BaselineFigure.add(now=now, by=actor.id, space=space_id, **words)
        else:
            row.change(now=now, by=actor.id, **words)
        audit.record(
            actor,
            "statistics.enter_baseline",
            row,
            org_unit_id=space_id,
            now=now,
            before=before,
            after=_told(row),
        )
    return row


def verify(scope: Scope, baseline_id: int, *, actor: Actor, now: dt.datetime) -> BaselineFigure:
    """Say that a figure brought along was checked against its source. Raises NotFound."""
    row = BaselineFigure.get_or_none(BaselineFigure.id == baseline_id)
    if row is None:
        raise NotFound
    scope.require(Verb.VERIFY_BASELINES, row.space_id)
    if row.unverified:
        with db.atomic():
            row.change(now=now, by=actor.id, unverified=False)
            told = {"figure": row.figure, "value": row.value}
            audit.record(
                actor,
                "statistics.verify_baseline",
                row,
                org_unit_id=row.space_id,
                now=now,
                after=told,
            )
    return row


def _told(row: BaselineFigure) -> dict[str, object]:
    return {
        "figure": row.figure,
        "starts_on": row.starts_on.isoformat(),
        "ends_on": row.ends_on.isoformat(),
        "value": row.value,
        "source": row.source,
    }


def _require_once(space_id: int, brought: BaselineIn) -> None:
    others = BaselineFigure.select().where(
        BaselineFigure.space == space_id,
        BaselineFigure.figure == brought.figure,
        BaselineFigure.starts_on != brought.starts_on,
        BaselineFigure.starts_on <= brought.ends_on,
        BaselineFigure.ends_on >= brought.starts_on,
    )
    if others.exists():
        raise Invalid(fields={"starts_on": "与已录入的另一段时间重叠，会重复计算"})
    first = (
        Session.select(Session.starts_at)
        .where(Session.space == space_id, Session.state != SessionState.CANCELLED)
        .order_by(Session.starts_at)
        .first()
    )
    if first is not None and brought.ends_on >= day_of(first.starts_at):
        begins = day_of(first.starts_at)
        message = f"系统里从 {begins:%Y年%m月%d日} 起已有活动记录，基数只能录到前一天"
        raise Invalid(fields={"ends_on": message})
