"""Whom to visit: found by the season's rule with the reason told, added and taken off by staff, given to colleagues."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from peewee import JOIN

from models import (
    Building,
    Enterprise,
    Staff,
    VisitCampaign,
    VisitRecord,
    VisitTarget,
    db,
)
from models.enterprises import EnterpriseStatus
from models.visits import TargetState
from server.errors import Conflict, Invalid, NotFound
from server.schemas.visits import VisitCampaignIn, Why
from server.services import audit, enterprises, visits, visits_rules
from server.services.audit import Actor
from server.services.staff import Scope, Verb
from server.services.visits_routes import floor_of
from server.services.visits_staff import visitors_of

BY_HAND = {"why": Why.BY_HAND.value, "text": "人工添加"}


class AlreadyListed(Conflict):
    code, message = "already_listed", "这家企业已经在走访名单里"


class VisitedAlready(Conflict):
    code, message = "visited_already", "已经走访过，不能移出名单"


@dataclass(frozen=True)
class Filters:
    """Which targets to show. `assignee_id` 0: those nobody has."""

    state: TargetState | None = None
    assignee_id: int | None = None
    building_id: int | None = None
    floor: str = ""
    text: str = ""
    is_answered: bool | None = None
    has_needs: bool = False


def plan(
    scope: Scope, wanted: VisitCampaignIn, *, actor: Actor, now: dt.datetime
) -> tuple[VisitCampaign, int]:
    """Add a season with whom its rule finds; return it and how many they are. Raises what
    visits.create raises."""
    with db.atomic():
        campaign = visits.create(scope, wanted, actor=actor, now=now)
        return campaign, _fill(campaign, actor=actor, now=now)


def fill(scope: Scope, campaign_id: int, *, actor: Actor, now: dt.datetime) -> int:
    """Add whom the rule finds now and who is not on the list; who was taken off stays off. Return
    how many were added. Raises NotFound, Forbidden, SeasonClosed."""
    campaign = visits.get_open(scope, campaign_id)
    with db.atomic():
        added = _fill(campaign, actor=actor, now=now)
        place = campaign.space_id
        audit.record(
            actor, "visits.fill", campaign, now=now, org_unit_id=place, after={"added": added}
        )
    return added


def _fill(campaign: VisitCampaign, *, actor: Actor, now: dt.datetime) -> int:
    # Holding the season's row, so that two who press at once do not add the same company twice.
    VisitCampaign.update(version=VisitCampaign.version).where(
        VisitCampaign.id == campaign.id
    ).execute()
    there = {
        row.enterprise_id for row in VisitTarget.select().where(VisitTarget.campaign == campaign)
    }
    found = visits_rules.candidates(campaign.space_id, campaign.rule, now=now)
    fresh = [each for each in found if each.enterprise.id not in there]
    for rank, each in enumerate(fresh, len(there) + 1):
        VisitTarget.add(
            now=now,
            by=actor.id,
            space=campaign.space_id,
            campaign=campaign,
            enterprise=each.enterprise,
            reasons=each.reasons,
            rank=rank,
        )
    return len(fresh)


def add(
    scope: Scope, campaign_id: int, enterprise_id: int, *, actor: Actor, now: dt.datetime
) -> VisitTarget:
    """Put a company on the list by hand, or back on it, and return its row. Raises NotFound,
    Forbidden, SeasonClosed, AlreadyListed."""
    campaign = visits.get_open(scope, campaign_id)
    company = enterprises.get(enterprise_id)
    if company.status is not EnterpriseStatus.ACTIVE:
        raise NotFound("这家企业已经迁出")
    with db.atomic():
        fresh = VisitTarget(
            space=campaign.space_id, campaign=campaign, enterprise=company, reasons=[BY_HAND]
        )
        stamps = {"created_at": now, "created_by": actor.id, "updated_at": now}
        written = (
            VisitTarget.insert(**fresh.__data__, **stamps)
            .on_conflict_ignore()
            .as_rowcount()
            .execute()
        )
        if not written:
            back = VisitTarget.update(removed_at=None, updated_at=now, updated_by=actor.id).where(
                VisitTarget.campaign == campaign,
                VisitTarget.enterprise == company,
                VisitTarget.removed_at.is_null(False),
            )
            if not back.execute():
                raise AlreadyListed
        target: VisitTarget = VisitTarget.get(campaign=campaign, enterprise=company)
        told = {"enterprise": company.name}
        place = campaign.space_id
        audit.record(actor, "visits.add_target", target, now=now, org_unit_id=place, after=told)
    return target


def remove(scope: Scope, target_id: int, *, actor: Actor, now: dt.datetime) -> VisitTarget:
    """Take a company off the list and return its row. Raises NotFound, Forbidden, SeasonClosed,
    VisitedAlready."""
    target = get(scope, target_id, Verb.VISIT)
    visits.require_open(target.campaign)
    with db.atomic():
        gone = VisitTarget.update(
            removed_at=now, updated_at=now, updated_by=actor.id, version=VisitTarget.version + 1
        ).where(VisitTarget.id == target.id, VisitTarget.state != TargetState.DONE)
        if not gone.execute():
            raise VisitedAlready
        told = {"enterprise": target.enterprise.name}
        place = target.space_id
        audit.record(actor, "visits.remove_target", target, now=now, org_unit_id=place, before=told)
    return target


def assign(
    scope: Scope,
    campaign_id: int,
    target_ids: Sequence[int],
    staff_id: int | None,
    *,
    actor: Actor,
    now: dt.datetime,
) -> int:
    """Give targets of a season to one of the Space's staff (None: to nobody); return how many.
    Raises NotFound, Forbidden, SeasonClosed, Invalid."""
    campaign = visits.get_open(scope, campaign_id)
    if not target_ids:
        raise Invalid(fields={"targets": "请先勾选要分配的企业"})
    known = {account.id for account in visitors_of(campaign.space_id, now=now)}
    if staff_id is not None and staff_id not in known:
        raise Invalid(fields={"assignee": "请选择本空间的工作人员"})
    with db.atomic():
        given = VisitTarget.update(
            assignee=staff_id,
            updated_at=now,
            updated_by=actor.id,
            version=VisitTarget.version + 1,
        ).where(
            VisitTarget.campaign == campaign,
            VisitTarget.id.in_(list(target_ids)),
            VisitTarget.removed_at.is_null(),
        )
        count = int(given.execute())
        told = {"targets": count, "assignee": str(staff_id or "")}
        place = campaign.space_id
        audit.record(actor, "visits.assign", campaign, now=now, org_unit_id=place, after=told)
    return count


def get(scope: Scope, target_id: int, verb: Verb = Verb.READ_VISITS) -> VisitTarget:
    """Return a target that is on its list, with season, company, building and assignee. Raises
    NotFound, Forbidden."""
    found: VisitTarget | None = _with_rows().where(VisitTarget.id == target_id).first()
    if found is None:
        raise NotFound
    scope.require(verb, found.space_id)
    return found


def of_campaign(campaign: VisitCampaign, filters: Filters | None = None) -> list[VisitTarget]:
    """Return the targets the filters let through, with company, building and assignee, by rank."""
    filters = filters or Filters()
    query = _with_rows().where(VisitTarget.campaign == campaign)
    if filters.state:
        query = query.where(VisitTarget.state == filters.state)
    if filters.assignee_id is not None:
        mine = VisitTarget.assignee == filters.assignee_id
        query = query.where(mine if filters.assignee_id else VisitTarget.assignee.is_null())
    if filters.building_id:
        query = query.where(Enterprise.building == filters.building_id)
    if filters.text:
        query = query.where(Enterprise.name.contains(filters.text))
    if filters.is_answered is not None:
        query = query.where(VisitRecord.has_answers == filters.is_answered)
    if filters.has_needs:
        query = query.where(VisitRecord.id.in_(visits_rules.records_with_needs(campaign)))
    rows = list(query.order_by(VisitTarget.rank, VisitTarget.id))
    if filters.floor:
        rows = [row for row in rows if floor_of(row.enterprise.room)[1] == filters.floor]
    return rows


def _with_rows() -> Any:
    return (
        VisitTarget.select(VisitTarget, VisitCampaign, Enterprise, Building, Staff, VisitRecord)
        .join_from(VisitTarget, VisitCampaign)
        .join_from(VisitTarget, Enterprise)
        .join_from(Enterprise, Building, JOIN.LEFT_OUTER)
        .join_from(VisitTarget, Staff, JOIN.LEFT_OUTER)
        .join_from(
            VisitTarget,
            VisitRecord,
            JOIN.LEFT_OUTER,
            on=(VisitRecord.target == VisitTarget.id),
            attr="record",
        )
        .where(VisitTarget.removed_at.is_null())
    )
