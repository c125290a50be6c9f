"""聚类: needs of a Space that ask for the same, grouped by hand; each stays a need of its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from models import Need, NeedCluster, Space, db
from models.needs_clusters import ClusterState
from server.errors import Invalid, NotFound, VersionConflict
from server.services import audit, needs_links, needs_scope
from server.services.audit import Actor
from server.services.needs_effects import Effect, of_ties
from server.services.needs_similar import companies_of
from server.services.needs_states import OPEN, Act, Move, lock, transition
from server.services.staff import Scope, Verb

MOST = 100
"""More needs than this in one group are several themes."""


@dataclass(frozen=True)
class Card:
    """A cluster with its needs and what was done about them."""

    cluster: NeedCluster
    needs: list[Need]
    companies: int
    effect: Effect

    @property
    def still_open(self) -> int:
        """How many of its needs still wait for an answer."""
        return sum(need.state in OPEN for need in self.needs)

    @property
    def says(self) -> str:
        """`7 家企业问到税务发票`; needs nobody's company stands behind are counted as such."""
        who = f"{self.companies} 家企业" if self.companies else f"{len(self.needs)} 位会员"
        return f"{who}问到{self.cluster.title}" if self.needs else "还没有诉求"


def of_scope(
    scope: Scope,
    *,
    space_id: int | None = None,
    state: ClusterState | None = None,
    now: dt.datetime,
) -> list[Card]:
    """Return the clusters of the staff's Spaces, those still to be dealt with first, then the
    latest."""
    query = _readable(scope)
    if space_id is not None:
        query = query.where(NeedCluster.space == space_id)
    if state is not None:
        query = query.where(NeedCluster.state == state)
    order = list(ClusterState)
    found = sorted(query.order_by(NeedCluster.id.desc()), key=lambda row: order.index(row.state))
    return _cards(scope, found, now)


def get(scope: Scope, cluster_id: int) -> NeedCluster:
    """Return a cluster of a Space whose needs the staff work on. Raises NotFound."""
    cluster: NeedCluster | None = _readable(scope).where(NeedCluster.id == cluster_id).first()
    if cluster is None:
        raise NotFound
    return cluster


def card(scope: Scope, cluster_id: int, *, now: dt.datetime) -> Card:
    """Return a cluster with its needs, the longest waiting first. Raises NotFound."""
    return _cards(scope, [get(scope, cluster_id)], now)[0]


def of_need(scope: Scope, need: Need) -> NeedCluster | None:
    """Return the cluster a need is in, or None."""
    found: NeedCluster | None = _readable(scope).where(NeedCluster.id == need.cluster_id).first()
    return found


def create(
    scope: Scope,
    space_id: int,
    title: str,
    need_ids: Sequence[int],
    *,
    note: str = "",
    actor: Actor,
    now: dt.datetime,
) -> NeedCluster:
    """Group needs of a Space under a title and return the cluster; one that was in another group
    moves over. Raises NotFound, Forbidden, Invalid."""
    scope.require(Verb.WORK_NEEDS, space_id)
    with db.atomic():
        cluster = NeedCluster.add(now=now, by=actor.id, space=space_id, title=title, note=note)
        _record(actor, "clusters.create", cluster, now=now, after={"title": title})
        _put(scope, cluster, need_ids, actor=actor, now=now)
    return get(scope, cluster.id)


def edit(
    scope: Scope,
    cluster_id: int,
    values: dict[str, Any],
    *,
    expected: int,
    actor: Actor,
    now: dt.datetime,
) -> NeedCluster:
    """Change title, note or state of a cluster and return it. Raises NotFound, VersionConflict."""
    cluster = get(scope, cluster_id)
    before = {name: str(getattr(cluster, name)) for name in values}
    with db.atomic():
        if not cluster.change(now=now, by=actor.id, expected=expected, **values):
            fresh = get(scope, cluster_id)
            raise VersionConflict(
                current={"id": str(fresh.id), "version": fresh.version, "title": fresh.title}
            )
        after = {name: str(value) for name, value in values.items()}
        _record(actor, "clusters.edit", cluster, now=now, before=before, after=after)
    return get(scope, cluster_id)


def put_in(
    scope: Scope, cluster_id: int, need_ids: Sequence[int], *, actor: Actor, now: dt.datetime
) -> NeedCluster:
    """Put needs into a cluster and return it; those in it already stay. Raises NotFound, Invalid."""
    cluster = get(scope, cluster_id)
    with db.atomic():
        _put(scope, cluster, need_ids, actor=actor, now=now)
    return cluster


def take_out(
    scope: Scope, cluster_id: int, need_ids: Sequence[int], *, actor: Actor, now: dt.datetime
) -> NeedCluster:
    """Take needs out of a cluster and return it. Raises NotFound for one that is not in it."""
    cluster = get(scope, cluster_id)
    with db.atomic():
        for need_id in sorted(set(need_ids)):
            need = lock(_need(scope, cluster, need_id).id)
            if need.cluster_id != cluster.id:
                raise NotFound
            text = f"移出聚类“{cluster.title}”"
            _move(need, text, None, actor=actor, now=now)
        after = {"out": [str(each) for each in sorted(set(need_ids))]}
        _record(actor, "clusters.take_out", cluster, now=now, after=after)
    return cluster


def rearrange(
    scope: Scope,
    cluster_id: int,
    *,
    add: Sequence[int] = (),
    remove: Sequence[int] = (),
    actor: Actor,
    now: dt.datetime,
) -> NeedCluster:
    """Put needs in and take others out, all or none, and return the cluster. Raises NotFound,
    Invalid."""
    with db.atomic():
        if remove:
            take_out(scope, cluster_id, remove, actor=actor, now=now)
        if add:
            put_in(scope, cluster_id, add, actor=actor, now=now)
    return get(scope, cluster_id)


def _put(
    scope: Scope,
    cluster: NeedCluster,
    need_ids: Sequence[int],
    *,
    actor: Actor,
    now: dt.datetime,
) -> None:
    inside = Need.select().where(Need.cluster_id == cluster.id).count()
    if inside + len(set(need_ids)) > MOST:
        raise Invalid(fields={"need_ids": f"一个聚类最多 {MOST} 件诉求"})
    # In the order of their ids, as everybody locks several needs.
    for need_id in sorted(set(need_ids)):
        need = lock(_need(scope, cluster, need_id).id)
        if need.cluster_id != cluster.id:
            text = f"归入聚类“{cluster.title}”"
            _move(need, text, cluster.id, actor=actor, now=now)
    after = {"in": [str(each) for each in sorted(set(need_ids))]}
    _record(actor, "clusters.put_in", cluster, now=now, after=after)


def _move(need: Need, text: str, cluster_id: int | None, *, actor: Actor, now: dt.datetime) -> None:
    move = Move(Act.NOTE, text, is_public=False, changes={"cluster_id": cluster_id})
    transition(need, move, actor, now=now)


def _need(scope: Scope, cluster: NeedCluster, need_id: int) -> Need:
    mine = needs_scope.readable(scope).where(Need.id == need_id, Need.space == cluster.space_id)
    need: Need | None = mine.first()
    if need is None:
        raise NotFound
    return need


def _cards(scope: Scope, clusters: list[NeedCluster], now: dt.datetime) -> list[Card]:
    ids = [cluster.id for cluster in clusters]
    rows = needs_scope.readable(scope).where(Need.cluster_id.in_(ids))
    inside: dict[int, list[Need]] = {key: [] for key in ids}
    for need in rows.order_by(Need.received_at, Need.id):
        inside[need.cluster_id].append(need)
    ties = needs_links.of_needs([need.id for group in inside.values() for need in group], now=now)
    return [
        Card(
            cluster,
            inside[cluster.id],
            companies_of(inside[cluster.id]),
            of_ties([tie for tie in ties if tie.need.cluster_id == cluster.id]),
        )
        for cluster in clusters
    ]


def _readable(scope: Scope) -> Any:
    spaces = sorted(scope.space_ids(Verb.WORK_NEEDS))
    return NeedCluster.select(NeedCluster, Space).join(Space).where(NeedCluster.space.in_(spaces))


def _record(actor: Actor, action: str, cluster: NeedCluster, **rest: Any) -> None:
    audit.record(actor, action, cluster, org_unit_id=cluster.space_id, **rest)
