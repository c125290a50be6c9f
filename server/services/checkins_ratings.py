"""What people thought of a session they were at: one tap, once, to be changed for seven days."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from peewee import JOIN, IntegrityError

from models import Activity, Checkin, Rating, Session, Signup, User, db
from models.signups import SignupState
from server.errors import NotFound
from server.schemas.checkins import RatingIn
from server.services.signups import TooLate

EDITABLE = dt.timedelta(days=7)
MOST_SAID = 50
"""How many words about an activity its page shows: as many as somebody reads."""


@dataclass(frozen=True)
class Attendance:
    """The check-in that stands behind an attended signup, and whether it was rated."""

    checkin_id: int
    rated: bool


def attendances(signups: Iterable[Signup]) -> dict[int, Attendance]:
    """Return by its id each signup's attendance, of those somebody was there by, in one query."""
    ids = [signup.id for signup in signups if signup.state == SignupState.ATTENDED]
    if not ids:
        return {}
    rows: Any = (
        Checkin.select(Checkin.signup, Checkin.id, Rating.id)
        .join(Rating, JOIN.LEFT_OUTER)
        .where(Checkin.signup.in_(ids), Checkin.voided_at.is_null())
        .tuples()
    )
    return {
        int(signup_id): Attendance(int(checkin_id), rating_id is not None)
        for signup_id, checkin_id, rating_id in rows
    }


def find(user: User, checkin_id: int) -> Rating | None:
    """Return the person's rating of that check-in, or None."""
    rating: Rating | None = Rating.get_or_none(
        Rating.checkin == checkin_id, Rating.user_id == user.id
    )
    return rating


def rate(user: User, checkin_id: int, form: RatingIn, *, now: dt.datetime) -> Rating:
    """Rate a session by the check-in that proves one was there, or change one's mind within seven
    days; return the rating. Raises NotFound for a check-in voided or somebody else's, TooLate."""
    checkin = Checkin.get_or_none(
        Checkin.id == checkin_id, Checkin.user_id == user.id, Checkin.voided_at.is_null()
    )
    if checkin is None:
        raise NotFound
    try:
        with db.atomic():
            return Rating.add(
                now=now,
                by=user.id,
                space=checkin.space_id,
                session=checkin.session_id,
                checkin=checkin,
                user_id=user.id,
                score=form.score,
                text=form.text,
            )
    except IntegrityError:
        return _change(Rating.get(Rating.checkin == checkin), form, now=now)


def said_of(activity: Activity) -> list[Rating]:
    """Return the latest MOST_SAID ratings of an activity that say something in words, by people who
    were there, newest first."""
    return list(
        Rating.select()
        .join_from(Rating, Session)
        .join_from(Rating, Checkin)
        .where(Session.activity == activity.id, Rating.text != "", Checkin.voided_at.is_null())
        .order_by(Rating.updated_at.desc(), Rating.id.desc())
        .limit(MOST_SAID)
    )


def editable_until(rating: Rating) -> dt.datetime:
    """Return until when the person may change their mind."""
    return rating.created_at + EDITABLE


def _change(rating: Rating, form: RatingIn, *, now: dt.datetime) -> Rating:
    if now > editable_until(rating):
        raise TooLate("评价已超过 7 天，不能再修改")
    # Without a version: of two taps by the same person the later one is what they think.
    Rating.update(
        score=form.score, text=form.text, updated_at=now, version=Rating.version + 1
    ).where(Rating.id == rating.id).execute()
    fresh: Rating = Rating.get_by_id(rating.id)
    return fresh
