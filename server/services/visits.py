"""走访: seasons of visits, and when a company was visited."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from peewee import IntegrityError, fn

from models import (
    Enterprise,
    Space,
    VisitAnswer,
    VisitCampaign,
    VisitRecord,
    VisitTarget,
    db,
)
from models.visits import VisitKind
from server.errors import Conflict, Invalid, NotFound, VersionConflict
from server.schemas.visits import VisitCampaignIn
from server.services import audit
from server.services.audit import Actor
from server.services.staff import Scope, Verb

_LONGEST = dt.timedelta(days=400)


class SpringPlanned(Conflict):
    code, message = "spring_planned", "这个空间当年的新春走访季已经建好了"


class SeasonClosed(Conflict):
    code, message = "season_closed", "这一季走访已经结束，不能再改；需要时请先重新打开"


class QuestionsAnswered(Conflict):
    code, message = "questions_answered", "已经有企业作答，问卷和匿名方式不能再改"


def of_spaces(space_ids: Iterable[int]) -> list[VisitCampaign]:
    """Return the seasons of these Spaces with their Space, the newest first."""
    rows: Any = (
        VisitCampaign.select(VisitCampaign, Space)
        .join(Space)
        .where(VisitCampaign.space.in_(list(space_ids)))
        .order_by(VisitCampaign.starts_on.desc(), VisitCampaign.id.desc())
    )
    return list(rows)


def get(scope: Scope, campaign_id: int, verb: Verb = Verb.READ_VISITS) -> VisitCampaign:
    """Return a season with its Space. Raises NotFound, Forbidden where they may not do this."""
    found: VisitCampaign | None = (
        VisitCampaign.select(VisitCampaign, Space)
        .join(Space)
        .where(VisitCampaign.id == campaign_id)
        .first()
    )
    if found is None:
        raise NotFound
    scope.require(verb, found.space_id)
    return found


def get_open(scope: Scope, campaign_id: int) -> VisitCampaign:
    """Return a season one may work on. Raises NotFound, Forbidden, SeasonClosed."""
    campaign = get(scope, campaign_id, Verb.VISIT)
    require_open(campaign)
    return campaign


def require_open(campaign: VisitCampaign) -> None:
    """Let pass a season that is not over. Raises SeasonClosed."""
    if campaign.closed_at is not None:
        raise SeasonClosed


def create(
    scope: Scope, wanted: VisitCampaignIn, *, actor: Actor, now: dt.datetime
) -> VisitCampaign:
    """Add a season without anybody to visit yet and return it. Raises NotFound, Forbidden, Invalid,
    SpringPlanned."""
    scope.require(Verb.VISIT, wanted.space_id)
    _check_span(wanted)
    try:
        with db.atomic():
            campaign = VisitCampaign.add(
                now=now, by=actor.id, space=wanted.space_id, **_columns(wanted)
            )
            told = {"title": campaign.title, "kind": campaign.kind.value}
            audit.record(
                actor, "visits.create", campaign, now=now, org_unit_id=wanted.space_id, after=told
            )
    except IntegrityError:
        raise SpringPlanned from None
    return campaign


def change(
    campaign: VisitCampaign,
    wanted: VisitCampaignIn,
    *,
    actor: Actor,
    now: dt.datetime,
    expected: int | None = None,
) -> VisitCampaign:
    """Write the season anew and return it; its Space stays, and once somebody answered so do the
    questions. Raises SeasonClosed, QuestionsAnswered, SpringPlanned, Invalid, VersionConflict."""
    require_open(campaign)
    _check_span(wanted)
    values = _columns(wanted)
    is_asked_anew = any(values[name] != getattr(campaign, name) for name in _ASKED)
    try:
        with db.atomic():
            if not campaign.change(now=now, by=actor.id, expected=expected, **values):
                raise VersionConflict(current={"version": campaign.version})
            # After the write, which holds the row: nobody answers in between.
            if is_asked_anew and has_answers(campaign):
                raise QuestionsAnswered
            told = {"title": campaign.title}
            place = campaign.space_id
            audit.record(actor, "visits.change", campaign, now=now, org_unit_id=place, after=told)
    except IntegrityError:
        raise SpringPlanned from None
    return campaign


_ASKED = ("questions", "is_anonymous")


def has_answers(campaign: VisitCampaign) -> bool:
    """Say whether anybody answered its questions."""
    return bool(VisitAnswer.select().where(VisitAnswer.campaign == campaign).exists())


def close(
    campaign: VisitCampaign, *, actor: Actor, now: dt.datetime, is_over: bool = True
) -> VisitCampaign:
    """End a season, or open it again, and return it. Raises VersionConflict."""
    if (campaign.closed_at is not None) == is_over:
        return campaign
    with db.atomic():
        if not campaign.change(now=now, by=actor.id, closed_at=now if is_over else None):
            raise VersionConflict
        act = "visits.close" if is_over else "visits.reopen"
        audit.record(actor, act, campaign, now=now, org_unit_id=campaign.space_id)
    return campaign


def of_enterprise(enterprise_id: int, space_ids: Iterable[int]) -> list[VisitRecord]:
    """Return the visits of a company, and of those merged into it, by these Spaces: with season
    and target, the last one first."""
    rows: Any = (
        VisitRecord.select(VisitRecord, VisitCampaign, VisitTarget)
        .join_from(VisitRecord, VisitCampaign)
        .join_from(VisitRecord, VisitTarget)
        .join_from(VisitRecord, Enterprise)
        .where(
            (Enterprise.id == enterprise_id) | (Enterprise.merged_into == enterprise_id),
            VisitRecord.space.in_(list(space_ids)),
        )
        .order_by(VisitRecord.visited_at.desc(), VisitRecord.id.desc())
    )
    return list(rows)


def last_visited(enterprise_ids: Iterable[int]) -> dict[int, dt.datetime]:
    """Return when each company was last visited, by whichever Space; those never visited are not
    in it. A visit to a company merged into another is one to the other."""
    ids = list(enterprise_ids)
    rows: Any = (
        VisitRecord.select(Enterprise.id, Enterprise.merged_into, fn.MAX(VisitRecord.visited_at))
        .join(Enterprise)
        .where(Enterprise.id.in_(ids) | Enterprise.merged_into.in_(ids))
        .group_by(Enterprise.id, Enterprise.merged_into)
        .tuples()
    )
    found: dict[int, dt.datetime] = {}
    for own, root, at in rows:
        key = root or own
        found[key] = max(at, found.get(key, at))
    return found


def _columns(wanted: VisitCampaignIn) -> dict[str, Any]:
    return {
        "kind": wanted.kind,
        "year": wanted.starts_on.year,
        "title": wanted.title,
        "starts_on": wanted.starts_on,
        "ends_on": wanted.ends_on,
        "rule": wanted.rule.model_dump(mode="json"),
        "questions": [question.model_dump(mode="json") for question in wanted.questions],
        "is_anonymous": wanted.is_anonymous,
    }


def _check_span(wanted: VisitCampaignIn) -> None:
    if wanted.ends_on < wanted.starts_on:
        raise Invalid(fields={"ends_on": "结束日期不能早于开始日期"})
    if wanted.ends_on - wanted.starts_on > _LONGEST:
        raise Invalid(fields={"ends_on": "一季走访最长一年，请检查年份"})
    if not 2016 <= wanted.starts_on.year <= 2100:
        raise Invalid(fields={"starts_on": "年份不对，请检查"})
    if wanted.is_anonymous and not wanted.questions:
        raise Invalid(fields={"is_anonymous": "没有问卷，不需要匿名"})
    if wanted.kind is VisitKind.RESEARCH and not wanted.questions:
        raise Invalid(fields={"questions": "大调研需要至少一个问题"})
