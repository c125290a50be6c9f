"""How far a season is, on the whole and per colleague: every number is the count of rows that the
list of targets shows under the same filter."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from peewee import fn

from models import Staff, VisitCampaign, VisitNeed, VisitRecord, VisitTarget
from models.visits import TargetState


@dataclass
class Standing:
    """Counts of targets by state; of the visits, on how many the questions were answered
    (`answered`), and how many needs were born on them (`needs`)."""

    todo: int = 0
    done: int = 0
    refused: int = 0
    unreachable: int = 0
    answered: int = 0
    needs: int = 0

    @property
    def targets(self) -> int:
        """How many companies are on the list."""
        return self.todo + self.done + self.refused + self.unreachable


@dataclass(frozen=True)
class Share:
    """What one of the staff has to do; no id: what nobody has."""

    assignee_id: int | None
    name: str
    standing: Standing


def of_campaigns(campaigns: Iterable[VisitCampaign]) -> dict[int, Standing]:
    """Return how far each season is, by its id."""
    ids = [campaign.id for campaign in campaigns]
    found = {campaign_id: Standing() for campaign_id in ids}
    for (campaign_id, _), standing in _standings(ids).items():
        _add(found[campaign_id], standing)
    return found


def left_of(campaigns: Iterable[VisitCampaign]) -> dict[int, int]:
    """Return how many companies of each season are still to be visited, by its id; a season with
    none is not in it."""
    ids = [campaign.id for campaign in campaigns]
    if not ids:
        return {}
    rows: Any = (
        VisitTarget.select(VisitTarget.campaign, fn.COUNT(VisitTarget.id))
        .where(
            VisitTarget.campaign.in_(ids),
            VisitTarget.state == TargetState.TODO,
            VisitTarget.removed_at.is_null(),
        )
        .group_by(VisitTarget.campaign)
    )
    return {int(campaign_id): int(count) for campaign_id, count in rows.tuples()}


def by_assignee(campaign: VisitCampaign) -> list[Share]:
    """Return how far everybody is, by name; what nobody has comes last."""
    found = {who: standing for (_, who), standing in _standings([campaign.id]).items()}
    names = {row.id: row.name for row in Staff.select().where(Staff.id.in_([*found]))}
    shares = [Share(who, names.get(who or 0, "未分配"), each) for who, each in found.items()]
    return sorted(shares, key=lambda share: (share.assignee_id is None, share.name))


def _standings(campaign_ids: list[int]) -> dict[tuple[int, int | None], Standing]:
    """Return the counts by season and assignee. A target taken off the list counts nowhere."""
    listed = VisitTarget.campaign.in_(campaign_ids) & VisitTarget.removed_at.is_null()
    found: dict[tuple[int, int | None], Standing] = {}

    def count(query: Any, keys: tuple[Any, ...], name: str | None = None) -> None:
        rows = query.where(listed).group_by(*keys).tuples()
        for campaign_id, assignee_id, *rest in rows:
            standing = found.setdefault((campaign_id, assignee_id), Standing())
            setattr(standing, name or TargetState(rest[0]).value, int(rest[-1]))

    whose = (VisitTarget.campaign, VisitTarget.assignee)
    keys = (*whose, VisitTarget.state)
    count(VisitTarget.select(*keys, fn.COUNT(VisitTarget.id)), keys)
    recorded = VisitRecord.select(*whose, fn.COUNT(VisitRecord.id)).join(VisitTarget)
    count(recorded.where(VisitRecord.has_answers == True), whose, "answered")  # noqa: E712
    born = VisitNeed.select(*whose, fn.COUNT(VisitNeed.id)).join(VisitRecord).join(VisitTarget)
    count(born, whose, "needs")
    return found


def _add(to: Standing, more: Standing) -> None:
    for name in vars(more):
        setattr(to, name, getattr(to, name) + getattr(more, name))
