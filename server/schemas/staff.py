"""Shapes of staff accounts."""

from server.schemas.base import Id, Out


class StaffSpaceOut(Out):
    """A Space somebody works for, and what they may do there."""

    id: Id
    name: str
    verbs: list[str]


class StaffOut(Out):
    id: Id
    name: str
    roles: list[str]
    spaces: list[StaffSpaceOut]
