"""What members find: the activities they may see, each session with its button."""

import datetime as dt
from dataclasses import dataclass, field, replace
from typing import Any

from peewee import fn

from models import Activity, Checkin, File, Series, Session, Signup, User
from models.activities import ActivityState, SharedTo
from models.signups import LIVE, SignupState
from server.clock import day_of, month_bounds
from server.errors import NotFound
from server.paging import Page, keyset
from server.schemas.activities_seen import ButtonOut
from server.services import activities
from server.services import activities_buttons as buttons
from server.services import activities_colleagues as colleagues
from server.services import activities_eligibility as eligibility
from server.services import activities_materials as materials
from server.services import activities_onces as onces
from server.services import activities_sessions as sessions
from server.services import signups_noshows as noshows
from server.services import signups_seats as seats

PUBLIC = (
    ActivityState.SCHEDULED,
    ActivityState.CANCELLED,
    ActivityState.ENDED,
    ActivityState.ARCHIVED,
)
"""States members may see; a draft or a rehearsal is nobody's business but the staff's."""


@dataclass(frozen=True)
class SeenSession:
    """A session, how many wait for it, and the button the person gets."""

    session: Session
    waiting: int
    button: ButtonOut


@dataclass(frozen=True)
class SeenActivity:
    """An activity as one person finds it; `present` counts who has checked in, where a quorum makes
    that matter. Told of one activity only, not in lists: how many colleagues come (None where that
    is not told), and the material, for who came."""

    activity: Activity
    sessions: list[SeenSession]
    present: int = 0
    colleagues: int | None = None
    materials: list[File] = field(default_factory=list)


def is_public(activity: Activity) -> bool:
    """Say whether members may see the activity at all."""
    return activity.state in PUBLIC and not activity.is_rehearsal


def visible_to(user: User, space_id: int | None) -> Any:
    """Return the condition on `Activity` for a member's list: what is public, of the Space asked
    for (else of their own) or shared with the whole town."""
    shown = Activity.state.in_(PUBLIC) & (Activity.is_rehearsal == False)  # noqa: E712
    space_id = space_id or user.home_space_id
    if space_id is None:
        return shown
    return shown & ((Activity.space == space_id) | (Activity.shared_to == SharedTo.TOWN))


def index(
    user: User,
    *,
    space_id: int | None,
    month: str | None,
    series_id: int | None,
    cursor: str | None,
    limit: int,
    now: dt.datetime,
) -> Page[SeenActivity]:
    """Return a page of activities in the order of their first session: of a Shanghai month
    (`YYYY-MM`), or from the beginning of this one on. Raises Invalid on a cursor not ours."""
    first, following = month_bounds(month or day_of(now).strftime("%Y-%m"))
    earlier = Session.alias()
    is_before = (earlier.starts_at < Session.starts_at) | (
        (earlier.starts_at == Session.starts_at) & (earlier.id < Session.id)
    )
    precedes = earlier.select().where(
        earlier.activity == Session.activity, earlier.starts_at >= first, is_before
    )
    # One row per activity: its first session of the time asked for.
    query = seats.sessions().where(
        Session.starts_at >= first, visible_to(user, space_id), ~fn.EXISTS(precedes)
    )
    if month is not None:
        query = query.where(Session.starts_at < following)
    if series_id is not None:
        query = query.where(Series.id == series_id)
    page = keyset(query, by=Session.starts_at, cursor=cursor, limit=limit, newest_first=False)
    return Page(seen_by(user, [row.activity for row in page.items], now=now), page.next)


def get(user: User, activity_id: int, *, now: dt.datetime) -> SeenActivity:
    """Return an activity as the member finds it. Raises NotFound, for drafts too."""
    activity = activities.get(activity_id)
    if not is_public(activity):
        raise NotFound
    return replace(
        seen_by(user, [activity], now=now)[0],
        colleagues=colleagues.count(user, activity),
        materials=materials.for_member(user, activity),
    )


def seen_by(user: User, found: list[Activity], *, now: dt.datetime) -> list[SeenActivity]:
    """Return activities with their sessions and buttons, in the same order, by a fixed number of
    queries however many there are."""
    ids = [activity.id for activity in found]
    by_activity = sessions.of_activities(ids)
    session_ids = [session.id for group in by_activity.values() for session in group]
    waiting = _waiting_in(session_ids)
    own = _signups_in(user, session_ids)
    present = present_in([activity.id for activity in found if activity.quorum])
    someone = eligibility.person(user)
    elsewhere = onces.held_by(user, found)
    marks = noshows.counts_of(user.id, now=now)

    def seen(activity: Activity, session: Session) -> SeenSession:
        signup, position = own.get(session.id, (None, None))
        release = noshows.release_of(activity, session, marks)
        is_later = release != activity.signup_opens_at
        facts = buttons.Facts(
            activity,
            session,
            now,
            signup,
            position,
            waiting.get(session.id, 0),
            eligibility.reason_against(activity, someone)
            or onces.reason_against(elsewhere.get(activity.id), session),
            release,
            noshows.reason_of(marks) if is_later else None,
        )
        return SeenSession(session, facts.waiting, buttons.button(facts))

    return [
        SeenActivity(
            activity,
            [seen(activity, session) for session in by_activity[activity.id]],
            present.get(activity.id, 0),
        )
        for activity in found
    ]


def _waiting_in(session_ids: list[int]) -> dict[int, int]:
    rows: Any = (
        Signup.select(Signup.session, fn.COUNT(Signup.id))
        .where(Signup.session.in_(session_ids), Signup.state == SignupState.WAITLISTED)
        .group_by(Signup.session)
        .tuples()
    )
    return {int(session_id): int(count) for session_id, count in rows}


def present_in(activity_ids: list[int]) -> dict[int, int]:
    """Return how many members have checked in to each activity; nothing for none."""
    if not activity_ids:
        return {}
    rows: Any = (
        Checkin.select(Session.activity, fn.COUNT(Checkin.user_id.distinct()))
        .join(Session)
        .where(Session.activity.in_(activity_ids), Checkin.voided_at.is_null())
        .group_by(Session.activity)
        .tuples()
    )
    return {int(activity_id): int(count) for activity_id, count in rows}


def _signups_in(user: User, session_ids: list[int]) -> dict[int, tuple[Signup, int | None]]:
    """Return the person's live signups by session, with their place in the line; where there is
    none, the one a draw passed over."""
    seen = (*LIVE, SignupState.LOST)
    # Whoever lost may have signed up anew: the later row is the one that stands.
    rows: Any = (
        Signup.select(Signup, seats.rank().alias("rank"))
        .where(Signup.user_id == user.id, Signup.session.in_(session_ids), Signup.state.in_(seen))
        .order_by(Signup.id)
    )
    return {
        signup.session_id: (
            signup,
            int(signup.rank) if signup.state == SignupState.WAITLISTED else None,
        )
        for signup in rows
    }
