"""Shapes of the trail."""

from typing import Annotated, Any

from pydantic import Field

from server.schemas.base import Day, Id, Moment, Out, PageQuery, Plain


class AuditQuery(PageQuery):
    """Which lines are asked for."""

    who: Annotated[Plain, Field(max_length=40)] = ""
    word: Annotated[str, Field(max_length=20, pattern=r"^[a-z]*$")] = ""
    object_type: Annotated[str, Field(max_length=30, pattern=r"^[A-Za-z]*$")] = ""
    object_id: Id | None = None
    from_on: Day | None = None
    to_on: Day | None = None


class AuditChangeOut(Out):
    """One fact that changed."""

    name: str
    before: Any
    after: Any


class AuditLineOut(Out):
    """One act that left a trace, as far as the reader may see it."""

    id: Id
    at: Moment
    actor_kind: str
    actor_name: str
    action: str
    object_type: str
    object_id: Id | None
    place: str
    changes: list[AuditChangeOut]
    reason: str
    request_id: str
