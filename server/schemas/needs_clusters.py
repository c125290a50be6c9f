"""Shapes of clusters, of activities held for needs, and of what their owners say of them."""

from typing import Annotated, Any, Self

from pydantic import AwareDatetime, Field

from models import Need, NeedCluster
from models.activities import ActivityKind
from models.needs import NeedState
from models.needs_clusters import ClusterState
from server.schemas.activities import Places, SessionIn
from server.schemas.base import (
    Bool,
    Id,
    In,
    Line,
    OptionalParagraph,
    Out,
    Whole,
)
from server.schemas.needs_dispatches import Version

CLUSTER_STATE_NAMES = {
    ClusterState.OPEN: "待安排",
    ClusterState.PLANNED: "已安排活动",
    ClusterState.CLOSED: "已收尾",
}
NeedIds = Annotated[list[Id], Field(max_length=100)]
Note = Annotated[OptionalParagraph, Field(max_length=300)]
Seats = Annotated[int, Field(ge=0, le=100), Whole]


class ClusterPath(In):
    cluster_id: Id


class ClustersQuery(In):
    """Which Space's, in which state; empty means all."""

    space: Id | None = None
    state: ClusterState | None = None


class ThemesQuery(In):
    space: Id


class ClusterIn(In):
    space_id: Id
    title: Line
    note: Note = ""
    need_ids: NeedIds = []


class ClusterPatchIn(In):
    """What is left out stays as it is."""

    version: Version
    title: Line | None = None
    note: Note | None = None
    state: ClusterState | None = None


class ClusterNeedsIn(In):
    """Needs to put in and to take out."""

    add: NeedIds = []
    remove: NeedIds = []


class PlanIn(In):
    """An activity held for needs: `seats` places are kept 48 hours for those who asked, the longest
    waiting first, from its publication on."""

    need_ids: Annotated[list[Id], Field(min_length=1, max_length=100)]
    series_id: Id
    title: Line
    theme: Line
    kind: ActivityKind = ActivityKind.LECTURE
    body: OptionalParagraph = ""
    expert_id: Id | None = None
    venue_id: Id | None = None
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    capacity: Places | None = None
    seats: Seats

    def session(self) -> SessionIn:
        """Return its session."""
        return SessionIn(starts_at=self.starts_at, ends_at=self.ends_at, capacity=self.capacity)


class PlannedOut(Out):
    """The draft that was written; publish it to invite those who asked."""

    activity_id: Id
    needs: int
    seats: int


class LinkIn(In):
    version: Version
    activity_id: Id
    hold_seat: Bool = True


class ClusterNeedOut(Out):
    id: Id
    no: str
    title: str
    state: NeedState
    cluster_id: Id | None

    @classmethod
    def of(cls, need: Need) -> Self:
        return cls(**{name: getattr(need, name) for name in cls.model_fields})


class EffectOut(Out):
    """What was held for the needs and what their owners say; needs count once."""

    line: str
    activities: int
    needs: int
    yes: int
    partly: int
    no: int
    waiting: int


class ClusterOut(Out):
    """A group of needs; each of them keeps its own state, owner and promise."""

    id: Id
    space_id: Id
    title: str
    note: str
    state: ClusterState
    version: int
    says: str
    companies: int
    open: int
    effect: EffectOut
    needs: list[ClusterNeedOut]

    @classmethod
    def of(cls, cluster: NeedCluster, **more: Any) -> Self:
        same = ("id", "space_id", "title", "note", "state", "version")
        return cls(**{name: getattr(cluster, name) for name in same}, **more)


class ClustersOut(Out):
    items: list[ClusterOut]


class ThemeOut(Out):
    """Needs nobody has grouped yet, why they might belong together, and the group they might join."""

    title: str
    reason: str
    companies: int
    cluster_id: Id | None
    needs: list[ClusterNeedOut]


class ThemesOut(Out):
    items: list[ThemeOut]


class SimilarOut(Out):
    need: ClusterNeedOut
    words: list[str]
    reasons: list[str]


class SimilarsOut(Out):
    items: list[SimilarOut]
