"""Which needs seem to ask for the same, and why: for one need, and for a whole board."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from models import Enterprise, Need, NeedCluster
from models.needs_clusters import ClusterState
from server.services import needs_scope
from server.services.needs_states import OPEN
from server.services.needs_words import Corpus, Text
from server.services.staff import Scope

MOST = 300
"""So many of a Space's open needs are compared, the latest."""
AT_ONCE = 6
_WORDS = 3
_LEAST = 3
"""Fewer than this are no theme of the board."""
_ALIKE = 2


@dataclass(frozen=True)
class Similar:
    """A need that seems to ask for the same; `reasons` say why in words."""

    need: Need
    score: float
    words: tuple[str, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Theme:
    """Needs nobody has grouped yet that share words, and the group they might join."""

    title: str
    reason: str
    needs: list[Need]
    companies: int
    cluster: NeedCluster | None = None


@dataclass
class _Board:
    """The needs of one Space that are compared, by id, with what they say."""

    needs: dict[int, Need]
    texts: dict[int, Text] = field(default_factory=dict)
    corpus: Corpus = field(init=False)
    roots: dict[int, int] = field(init=False)

    def __post_init__(self) -> None:
        self.texts = {key: Text.of(need.title, need.body) for key, need in self.needs.items()}
        self.corpus = Corpus(self.texts.values())
        self.roots = roots_of(self.needs.values())

    def compare(self, one: Need, other: Need) -> Similar | None:
        """Return how alike two needs are; None where that is too little to say so."""
        shared = self.corpus.shared(self.texts[one.id], self.texts[other.id])
        words = tuple(sorted(shared, key=lambda word: (-shared[word], word))[:_WORDS])
        is_category = one.category_id == other.category_id
        is_company = self._company(one) is not None and self._company(one) == self._company(other)
        if not (len(shared) >= 2 or (shared and is_category) or (is_company and is_category)):
            return None
        reasons = (
            f"都提到 {'、'.join(words)}" if words else "",
            f"同属“{one.category.name}”" if is_category else "",
            "来自同一家企业" if is_company else "",
        )
        score = sum(shared.values()) + is_category + is_company
        return Similar(other, score, words, tuple(filter(None, reasons)))

    def _company(self, need: Need) -> int | None:
        return self.roots.get(need.enterprise_id) if need.enterprise_id else None


def roots_of(needs: Any) -> dict[int, int]:
    """Return, for the companies of these needs, which company each is today."""
    ids = {need.enterprise_id for need in needs if need.enterprise_id}
    rows = Enterprise.select(Enterprise.id, Enterprise.merged_into).where(Enterprise.id.in_(ids))
    return {row.id: row.merged_into_id or row.id for row in rows}


def companies_of(needs: Sequence[Need]) -> int:
    """Return how many companies stand behind the needs; merged ones count as one."""
    return len(set(roots_of(needs).values()))


def to(scope: Scope, need: Need, *, limit: int = AT_ONCE) -> list[Similar]:
    """Return the open needs of the same Space most like this one, the likest first."""
    board = _Board({row.id: row for row in _open(scope, need.space_id)} | {need.id: need})
    found = [
        similar
        for key, other in board.needs.items()
        if key != need.id and (similar := board.compare(need, other))
    ]
    return sorted(found, key=lambda it: (-it.score, it.need.id))[:limit]


def themes(scope: Scope, space_id: int) -> list[Theme]:
    """Return what several ungrouped needs of a Space have in common, the largest first; needs that
    fit a standing cluster are suggested for it."""
    board = _Board({row.id: row for row in _open(scope, space_id)})
    edges = _edges(board)
    found = _joining(board, edges, space_id)
    taken = {need.id for theme in found for need in theme.needs}
    free = [key for key, need in board.needs.items() if need.cluster_id is None]
    left = [key for key in free if key not in taken]
    while left:
        around = {key: [each for each in left if (key, each) in edges] for key in left}
        centre = max(left, key=lambda key: (len(around[key]), -key))
        group = [centre, *around[centre]]
        if len(group) < _LEAST:
            break
        # Who is like two of them asks for the same in other words than the one in the middle.
        group += [
            key
            for key in left
            if key not in group and sum(each in group for each in around[key]) >= _ALIKE
        ]
        found.append(_theme(board, edges, group))
        left = [key for key in left if key not in group]
    return found


def _edges(board: _Board) -> dict[tuple[int, int], Similar]:
    """Return which needs are alike in what they say, both ways; a company alone makes no theme."""
    keys = list(board.needs)
    edges = {}
    for at, one in enumerate(keys):
        for other in keys[at + 1 :]:
            similar = board.compare(board.needs[one], board.needs[other])
            if similar and similar.words:
                edges[one, other] = edges[other, one] = similar
    return edges


def _theme(board: _Board, edges: dict[tuple[int, int], Similar], group: list[int]) -> Theme:
    inside = set(group)
    words = {word for pair, it in edges.items() if set(pair) <= inside for word in it.words}
    needs = [board.needs[key] for key in group]
    said = {
        word: sum(word in f"{need.title}\n{need.body}".lower() for need in needs) for word in words
    }
    top = sorted(said, key=lambda word: (-said[word], -len(word), word))[:_WORDS]
    told = "、".join(f"{word}（{said[word]} 件）" for word in top)
    return Theme("、".join(top[:2]), f"因为都提到 {told}", needs, companies_of(needs))


def _joining(board: _Board, edges: dict[tuple[int, int], Similar], space_id: int) -> list[Theme]:
    """Return, per standing cluster, the ungrouped needs like one of its own."""
    rows = NeedCluster.select().where(
        NeedCluster.space == space_id, NeedCluster.state != ClusterState.CLOSED
    )
    found = []
    taken: set[int] = set()
    for cluster in rows.order_by(NeedCluster.id):
        own = [key for key, need in board.needs.items() if need.cluster_id == cluster.id]
        near = {
            key: next(edges[mine, key] for mine in own if (mine, key) in edges)
            for key, need in board.needs.items()
            if need.cluster_id is None
            and key not in taken
            and any((mine, key) in edges for mine in own)
        }
        if not near:
            continue
        taken |= near.keys()
        words = Counter(word for similar in near.values() for word in similar.words)
        needs = [board.needs[key] for key in near]
        told = "、".join(word for word, _ in words.most_common(_WORDS))
        found.append(Theme(cluster.title, f"也提到 {told}", needs, companies_of(needs), cluster))
    return found


def _open(scope: Scope, space_id: int) -> list[Need]:
    rows = needs_scope.readable(scope).where(
        Need.space == space_id, Need.state.in_([state.value for state in OPEN])
    )
    return list(rows.order_by(Need.received_at.desc(), Need.id.desc()).limit(MOST))
