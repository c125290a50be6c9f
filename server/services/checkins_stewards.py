"""Who stands at the door, and what they are told when something is not theirs to decide."""

from dataclasses import dataclass

from server.errors import Forbidden
from server.services import signups_admission as admission
from server.services.audit import Actor
from server.services.checkins_flags import Trace

OVER_CAPACITY = "over_capacity"


@dataclass(frozen=True)
class Steward:
    """Who stands at the door: `can_admit` may search, let walk-ins in and void, who may only scan
    may not; `can_override` may go beyond the capacity, with a reason."""

    actor: Actor
    can_admit: bool
    can_override: bool
    trace: Trace


def require_admitting(steward: Steward) -> None:
    if not steward.can_admit:
        raise Forbidden("您的角色只能扫码，查人和现场报名请找现场负责人")


def full(steward: Steward) -> admission.NoPlaces:
    """Return the refusal that tells this steward what they can do about it."""
    told = "名额已满，确需加座请填写原因" if steward.can_override else "名额已满，加座请找掌门人"
    return admission.NoPlaces(told, can_join_waitlist=False, can_override=steward.can_override)
