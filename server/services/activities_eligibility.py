"""Whom an activity is for, and whether somebody is one of them."""

from dataclasses import dataclass

from models import Activity, User
from models.enterprises import MemberStatus
from server.errors import Forbidden
from server.schemas.activities import Rule
from server.services import enterprises


class NotEligible(Forbidden):
    """The message is the public reason the activity states."""

    code, message = "not_eligible", "您不在本次活动的参与范围内"


@dataclass(frozen=True)
class Person:
    """What the rules look at: the person, the company they work in now (its root), and what they
    chose to say of themselves."""

    user_id: int
    home_space_id: int | None
    enterprise_id: int | None
    is_verified: bool
    tags: frozenset[str] = frozenset()


def person(user: User) -> Person:
    """Return what the rules need to know about a member."""
    tags = frozenset(user.self_tags)
    member = enterprises.membership_of(user.id)
    if member is None:
        return Person(user.id, user.home_space_id, None, False, tags)
    root = member.enterprise.merged_into_id or member.enterprise_id
    is_verified = member.status == MemberStatus.VERIFIED
    return Person(user.id, user.home_space_id, root, is_verified, tags)


def reason_against(activity: Activity, someone: Person) -> str | None:
    """Return why the person is not meant, in the public words of the activity; None if they are."""
    if _is_meant(activity, someone):
        return None
    return activity.eligibility_reason or NotEligible.message


def require(activity: Activity, someone: Person) -> None:
    """Let pass whom the activity is for. Raises NotEligible with the public reason."""
    reason = reason_against(activity, someone)
    if reason is not None:
        raise NotEligible(reason)


def is_restricted(activity: Activity) -> bool:
    """Say whether the activity is not simply for everyone, and so owes a public reason."""
    return rule_of(activity) != Rule.EVERYONE


def rule_of(activity: Activity) -> Rule:
    """Return the rule; an activity that states none is for everyone."""
    return Rule(activity.eligibility.get("rule", Rule.EVERYONE))


def _is_meant(activity: Activity, someone: Person) -> bool:
    named = set(activity.eligibility.get("ids", ()))
    # A company somebody merely claims opens no door: it must have been verified by the Space.
    company = someone.enterprise_id if someone.is_verified else None
    match rule_of(activity):
        case Rule.HOME_SPACE:
            return someone.home_space_id == activity.space_id
        case Rule.EMPLOYEES:
            return company is not None
        case Rule.FREELANCERS:
            return someone.enterprise_id is None
        case Rule.ENTERPRISES:
            return company in named
        case Rule.MEMBERS:
            return someone.user_id in named
        case Rule.TAGS:
            return not someone.tags.isdisjoint(activity.eligibility.get("tags", ()))
        case _:
            return True
