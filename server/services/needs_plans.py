"""办一场: from needs that ask for the same to the draft of an activity held for them."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from models import Activity, Expert, Need, NeedCluster, Series, db
from models.activities import ActivityKind, Origin, SeriesMode
from models.needs_clusters import ClusterState
from server.config import CheckinsConfig
from server.errors import Invalid, NotFound
from server.schemas.activities import ActivityIn
from server.schemas.needs_clusters import PlanIn
from server.services import activities, activities_board, needs_links, needs_scope
from server.services import activities_sessions as sessions
from server.services import resources_experts as experts
from server.services.audit import Actor
from server.services.needs_similar import companies_of
from server.services.needs_states import TABLE, Act
from server.services.needs_words import Corpus, Text
from server.services.staff import Scope, Verb

_QUOTED = 8


@dataclass(frozen=True)
class Suggested:
    """An expert whose skills the needs speak of, and the words that say so."""

    expert: Expert
    words: tuple[str, ...]


@dataclass(frozen=True)
class Proposal:
    """What the wizard begins with."""

    needs: list[Need]
    title: str
    theme: str
    body: str
    series: Series | None
    why_series: str
    experts: list[Suggested]

    @property
    def seats(self) -> int:
        """How many places are proposed to be kept: one for everybody who asked."""
        return len(self.needs)


def propose(needs: Sequence[Need], cluster: NeedCluster | None = None) -> Proposal:
    """Return what an activity for these needs might be; at least one need is given."""
    theme = cluster.title if cluster else needs[0].title
    names = Counter(need.category.name for need in needs)
    series, why = _series(needs)
    return Proposal(
        list(needs),
        title=_cut(f"{theme}专场" if cluster else f"{theme}：一起聊一聊"),
        theme=_cut(theme),
        body=_body(needs, names.most_common(1)[0][0]),
        series=series,
        why_series=why,
        experts=suggest_experts(needs),
    )


def usable_experts(space_id: int) -> list[Expert]:
    """Return the experts a Space can ask, by name."""
    return experts.usable_in(space_id)


def suggest_experts(needs: Sequence[Need]) -> list[Suggested]:
    """Return the experts the Space can ask whose skills these needs speak of, the nearest first."""
    said = Text.of(*_texts(needs))
    found = []
    for expert in usable_experts(needs[0].space_id):
        able = Text.of(expert.skills, expert.title)
        words = Corpus([said, able]).shared(able, said)
        if words:
            found.append(Suggested(expert, tuple(sorted(words, key=len, reverse=True)[:3])))
    return sorted(found, key=lambda it: (-sum(map(len, it.words)), it.expert.id))


def hold(
    scope: Scope,
    space_id: int,
    form: PlanIn,
    *,
    cluster: NeedCluster | None = None,
    checkins: CheckinsConfig,
    actor: Actor,
    now: dt.datetime,
) -> Activity:
    """Write the draft with its session and tie the needs to it, all or nothing; places are kept
    for as many owners as `seats` says, the longest waiting first, from its publication on. Return
    the draft. Raises NotFound, Forbidden, Invalid, SessionOver, ZoneTaken, WrongState."""
    scope.require(Verb.EDIT_ACTIVITIES, space_id)
    chosen = _chosen(scope, space_id, form.need_ids)
    expert = _expert(space_id, form.expert_id)
    _require_room(form, len(chosen))
    with db.atomic():
        draft = activities.draft(space_id, _activity(form, expert), actor=actor, now=now)
        sessions.add(draft, form.session(), checkins=checkins, actor=actor, now=now)
        for number, need in enumerate(chosen):
            needs_links.link(
                scope, need.id, draft.id, wants_seat=number < form.seats, actor=actor, now=now
            )
        if cluster is not None and cluster.state is ClusterState.OPEN:
            cluster.change(now=now, by=actor.id, state=ClusterState.PLANNED)
    return activities.get(draft.id)


def _chosen(scope: Scope, space_id: int, need_ids: Sequence[int]) -> list[Need]:
    rows = needs_scope.readable(scope).where(Need.id.in_(list(need_ids)), Need.space == space_id)
    found = list(rows.order_by(Need.received_at, Need.id))
    if len(found) != len(set(need_ids)):
        raise NotFound
    past = [need.no for need in found if need.state not in TABLE[Act.LINK]]
    if past:
        raise Invalid(fields={"need_ids": f"已办结或撤回的不能再办：{'、'.join(past)}"})
    return found


def _require_room(form: PlanIn, needs: int) -> None:
    if form.seats > needs:
        raise Invalid(fields={"seats": f"最多为 {needs} 位提出人各留 1 个位置"})
    if form.capacity is not None and form.seats > form.capacity:
        raise Invalid(fields={"seats": f"名额只有 {form.capacity} 个"})


def _expert(space_id: int, expert_id: int | None) -> Expert | None:
    if expert_id is None:
        return None
    for expert in experts.usable_in(space_id):
        if expert.id == expert_id:
            return expert
    raise Invalid(fields={"expert_id": "请选择本空间可以邀请的专家"})


def _activity(form: PlanIn, expert: Expert | None) -> ActivityIn:
    return ActivityIn.model_validate(
        {
            "series_id": str(form.series_id),
            "title": form.title,
            "theme": form.theme,
            "kind": form.kind,
            "origin": Origin.NEED,
            "body": form.body,
            "venue_id": str(form.venue_id) if form.venue_id is not None else None,
            "experts": [f"{expert.name}　{expert.title}".strip()[:60]] if expert else [],
        }
    )


def _series(needs: Sequence[Need]) -> tuple[Series | None, str]:
    """Return the open series that fits best, and why: what it is for is said in its subtitle."""
    rows = [row for row in activities_board.series() if row.mode in (SeriesMode.OPEN,)]
    said = Text.of(*_texts(needs), *(need.category.name for need in needs))
    best: tuple[int, Series | None, str] = (0, rows[0] if rows else None, "")
    for row in rows:
        able = Text.of(row.subtitle or row.name)
        words = Corpus([said, able]).shared(able, said)
        if len(words) > best[0]:
            best = (len(words), row, f"“{row.subtitle}”与诉求里的“{'、'.join(words)}”相合")
    return best[1], best[2]


def _texts(needs: Sequence[Need]) -> list[str]:
    return [text for need in needs for text in (need.title, need.body)]


def _body(needs: Sequence[Need], category: str) -> str:
    """Return the text of the activity; whose question it was is nobody's business here."""
    who = companies_of(needs)
    lead = f" {who} 家企业" if who > 1 else "有会员"
    asked = "\n".join(
        f"· {title}" for title in dict.fromkeys(need.title for need in needs[:_QUOTED])
    )
    return f"最近{lead}问到{category}方面的问题，我们请人来一次讲清楚，现场可以提问。\n\n大家问得最多的：\n{asked}"


def _cut(text: str) -> str:
    return text[:60]


KINDS = (ActivityKind.LECTURE, ActivityKind.SALON, ActivityKind.CONSULT, ActivityKind.FAIR)
"""What is held for needs."""
