"""Which companies a season's rule chooses, in which order, and why each."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from peewee import JOIN, fn

from models import (
    Building,
    Checkin,
    Enterprise,
    Need,
    SpaceBuilding,
    VisitCampaign,
    VisitNeed,
    VisitRecord,
)
from models.enterprises import EnterpriseStatus
from models.needs import NeedState
from server.clock import day_of
from server.schemas.visits import RuleIn, Why
from server.services import visits

SETTLED = (NeedState.ANSWERED, NeedState.CLOSED, NeedState.WITHDRAWN)
"""States in which nobody waits for us any more."""

_MONTH = 30.44  # days


@dataclass(frozen=True)
class Candidate:
    """A company the rule chooses; `reasons` as a target keeps them, the one that counts first."""

    enterprise: Enterprise
    reasons: list[dict[str, str]]


@dataclass(frozen=True)
class _Known:
    """What is known about the companies of a Space, each by its id."""

    visited: dict[int, dt.datetime]
    heard: dict[int, dt.datetime]
    open_needs: dict[int, int]
    today: dt.date

    def last_contact(self, company_id: int) -> dt.date | None:
        moments = [each[company_id] for each in (self.visited, self.heard) if company_id in each]
        return day_of(max(moments)) if moments else None


def candidates(space_id: int, rule: dict[str, Any], *, now: dt.datetime) -> list[Candidate]:
    """Return the active companies in the Space's buildings that the rule finds a reason for:
    by the first reason in the rule's order, then the longest silent first."""
    wanted = RuleIn.model_validate(rule)
    companies = _of_space(space_id)
    known = _look([company.id for company in companies], now=now)
    found = []
    for company in companies:
        reasons = _reasons(company, wanted, known)
        if reasons:
            found.append((_weight(company, reasons, wanted, known), Candidate(company, reasons)))
    return [each for _, each in sorted(found, key=lambda pair: pair[0])]


def open_needs(enterprise_ids: Iterable[int]) -> dict[int, int]:
    """Return how many needs of each company wait for us; companies without one are not in it."""
    ids = list(enterprise_ids)
    rows: Any = (
        Need.select(Enterprise.id, Enterprise.merged_into, fn.COUNT(Need.id))
        .join(Enterprise, on=Need.enterprise_id == Enterprise.id)
        .where(
            Enterprise.id.in_(ids) | Enterprise.merged_into.in_(ids),
            Need.state.not_in([state.value for state in SETTLED]),
        )
        .group_by(Enterprise.id, Enterprise.merged_into)
        .tuples()
    )
    found: dict[int, int] = {}
    for own, root, count in rows:
        found[root or own] = found.get(root or own, 0) + int(count)
    return found


def records_with_needs(campaign: VisitCampaign) -> Any:
    """Return the select of the season's visits on which needs were born, for an IN."""
    return (
        VisitNeed.select(VisitNeed.record).join(VisitRecord).where(VisitRecord.campaign == campaign)
    )


def _of_space(space_id: int) -> list[Enterprise]:
    towers = SpaceBuilding.select(SpaceBuilding.building).where(SpaceBuilding.space == space_id)
    rows: Any = (
        Enterprise.select(Enterprise, Building)
        .join(Building, JOIN.LEFT_OUTER)
        .where(Enterprise.building.in_(towers), Enterprise.status == EnterpriseStatus.ACTIVE)
        .order_by(Enterprise.id)
    )
    return list(rows)


def _look(ids: list[int], *, now: dt.datetime) -> _Known:
    heard: dict[int, dt.datetime] = {}
    for table, moment in ((Checkin, Checkin.occurred_at), (Need, Need.received_at)):
        rows: Any = (
            table.select(Enterprise.id, Enterprise.merged_into, fn.MAX(moment))
            .join(Enterprise, on=table.enterprise_id == Enterprise.id)
            .where(Enterprise.id.in_(ids) | Enterprise.merged_into.in_(ids))
            .group_by(Enterprise.id, Enterprise.merged_into)
            .tuples()
        )
        for own, root, at in rows:
            heard[root or own] = max(at, heard.get(root or own, at))
    return _Known(visits.last_visited(ids), heard, open_needs(ids), day_of(now))


def _reasons(company: Enterprise, rule: RuleIn, known: _Known) -> list[dict[str, str]]:
    found = []
    for why in dict.fromkeys(rule.order):
        text = _TOLD[why](company, rule, known) if why in _TOLD else None
        if text:
            found.append({"why": why.value, "text": text})
    if not found and Why.REST in rule.order:
        found.append({"why": Why.REST.value, "text": "例行走访"})
    return found


def _never(company: Enterprise, rule: RuleIn, known: _Known) -> str | None:
    return None if company.id in known.visited else "从未走访"


def _waiting(company: Enterprise, rule: RuleIn, known: _Known) -> str | None:
    count = known.open_needs.get(company.id, 0)
    return f"有 {count} 件诉求未办结" if count else None


def _silent(company: Enterprise, rule: RuleIn, known: _Known) -> str | None:
    last = known.last_contact(company.id)
    if last is None:
        return "从未来往"
    months = int((known.today - last).days / _MONTH)
    return f"{months} 个月没有来往" if months >= rule.silent_months else None


def _new(company: Enterprise, rule: RuleIn, known: _Known) -> str | None:
    since = company.tenancy_from
    if since is None or not 0 <= (known.today - since).days <= rule.new_months * _MONTH:
        return None
    return f"{since.year}年{since.month}月新入驻"


def _leaving(company: Enterprise, rule: RuleIn, known: _Known) -> str | None:
    until = company.tenancy_to
    if until is None or not 0 <= (until - known.today).days <= rule.lease_months * _MONTH:
        return None
    return f"租期到 {until.year}年{until.month}月{until.day}日"


_TOLD = {
    Why.NEVER: _never,
    Why.OPEN_NEEDS: _waiting,
    Why.SILENT: _silent,
    Why.NEW: _new,
    Why.LEASE: _leaving,
}


def _weight(
    company: Enterprise, reasons: list[dict[str, str]], rule: RuleIn, known: _Known
) -> tuple[int, dt.date, int]:
    first = rule.order.index(Why(reasons[0]["why"]))
    return first, known.last_contact(company.id) or dt.date.min, company.id
