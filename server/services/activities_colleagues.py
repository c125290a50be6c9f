"""How many colleagues of somebody's company come to an activity: a number, never a name."""

from typing import Any, Final

from peewee import fn

from models import Activity, Session, Signup, User
from models.activities import SeriesMode
from models.signups import SignupState
from server.schemas.activities import Rule
from server.services import activities_eligibility as eligibility
from server.services import enterprises

FEWEST: Final = 3
"""Fewer are not told. In a small office one or two colleagues are as good as named."""

_SOCIAL = (SeriesMode.OPEN, SeriesMode.CLASS)
_BROAD = (Rule.EVERYONE, Rule.HOME_SPACE, Rule.EMPLOYEES, Rule.ENTERPRISES)


def count(user: User, activity: Activity) -> int | None:
    """Return how many other people of the person's company have a place; None where that is not
    told: fewer than FEWEST, the person is not verified as one of the company (anybody could claim
    to be), or having a place says something private, as with a doctor's slot, the nursing room, or
    an activity for a list of people, a tag, or for whom only its words say."""
    if not _is_harmless(activity):
        return None
    someone = eligibility.person(user)
    if someone.enterprise_id is None or not someone.is_verified:
        return None
    family = enterprises.family_of(enterprises.get(someone.enterprise_id))
    rows: Any = (
        Signup.select(fn.COUNT(Signup.user_id.distinct()))
        .join(Session)
        .where(
            Session.activity == activity,
            Signup.state.in_([SignupState.CONFIRMED.value, SignupState.ATTENDED.value]),
            Signup.enterprise_id.in_(family),
            Signup.user_id != user.id,
        )
    )
    found = int(rows.scalar() or 0)
    return found if found >= FEWEST else None


def _is_harmless(activity: Activity) -> bool:
    return activity.series.mode in _SOCIAL and eligibility.rule_of(activity) in _BROAD
