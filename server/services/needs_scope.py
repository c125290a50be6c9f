"""Whose eyes a need is for: the desk of its Space, the bodies it was sent to, the level called."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, NamedTuple

from models import Category, Dispatch, Escalation, Need, Space
from models.needs import TextCheck
from models.needs_dispatches import LIVE_DISPATCH
from server.errors import NotFound
from server.services.staff import Scope, Verb


class Side(StrEnum):
    """From where staff look at a need."""

    DESK = "desk"
    TOWN = "town"
    PARTNER = "partner"


class Seen(NamedTuple):
    """A need and the side it is seen from."""

    need: Need
    side: Side


def with_names() -> Any:
    """Return the select of needs whose words may be read at all, with Space and category: once
    WeChat or a person has let the words through."""
    return (
        Need.select(Need, Space, Category)
        .join_from(Need, Space)
        .join_from(Need, Category)
        .where(Need.text_check.in_([TextCheck.PASSED.value, TextCheck.REVIEW.value]))
    )


def readable(scope: Scope) -> Any:
    """Return the needs of the Spaces the staff work in, with Space and category."""
    return with_names().where(Need.space.in_(sorted(scope.space_ids(Verb.WORK_NEEDS))))


def get(scope: Scope, need_id: int) -> Seen:
    """Return a need the staff may read from whichever side, the nearest first. Raises NotFound."""
    sides = (
        (Side.DESK, lambda: Need.space.in_(sorted(scope.space_ids(Verb.WORK_NEEDS)))),
        (Side.TOWN, lambda: Need.id.in_(_called_town(scope))),
        (Side.PARTNER, lambda: Need.id.in_(_sent(scope)) | Need.id.in_(_called(scope))),
    )
    for side, is_theirs in sides:
        need: Need | None = with_names().where(Need.id == need_id, is_theirs()).first()
        if need is not None:
            return Seen(need, side)
    raise NotFound


def _sent(scope: Scope) -> Any:
    return Dispatch.select(Dispatch.need).where(
        Dispatch.partner.in_(sorted(scope.partners)), Dispatch.state.in_(LIVE_DISPATCH)
    )


def _called(scope: Scope) -> Any:
    return Escalation.select(Escalation.need).where(Escalation.partner.in_(sorted(scope.partners)))


def _called_town(scope: Scope) -> Any:
    """Return the needs the town was called to: what it was asked once it may follow to the end."""
    return Escalation.select(Escalation.need).where(
        Escalation.space.in_(sorted(scope.space_ids(Verb.READ_ESCALATED))),
        Escalation.partner.is_null(),
    )
