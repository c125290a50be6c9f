"""People on a list without an account: written down by staff, found again by their phone number."""

import datetime as dt
from typing import Any, Final

from models import Checkin, NoShowMark, Session, Signup, User, db
from models.signups import LIVE, SignupState
from models.users import UserStatus
from server.services import signups_seats as seats

_KEPT: Final = dt.timedelta(days=90)
_WIPED: Final[dict[str, Any]] = {
    "nickname": "",
    "phone_enc": None,
    "phone_hash": None,
    "status": UserStatus.ERASED,
}


def _is_guest() -> object:
    """The condition on `User` that staff wrote the person down and they never logged in."""
    return (
        User.openid_enc.is_null()
        & User.created_by.is_null(False)
        & (User.status == UserStatus.ACTIVE)
    )


def adopt(user: User, *, now: dt.datetime) -> int:
    """Hand a member, whose phone was just verified, the places written down under that number;
    return how many. Where they signed up themselves too, their own signup stands and the other is
    given back. Belongs inside the caller's transaction."""
    if user.phone_hash is None:
        return 0
    same = User.phone_hash == user.phone_hash
    guests = list(User.select().where(same, User.id != user.id, _is_guest()))
    count = 0
    for guest in guests:
        rows = Signup.select(Signup.id, Signup.session).where(
            Signup.user_id == guest.id, Signup.state.in_(LIVE)
        )
        for row in list(rows.order_by(Signup.session)):
            count += _hand_over(row, user, now=now)
        guest.change(now=now, by=user.id, erased_at=now, **_WIPED)
    return count


def _hand_over(row: Signup, user: User, *, now: dt.datetime) -> bool:
    session = seats.lock(row.session_id)
    signup: Signup = Signup.get_by_id(row.id)
    if signup.state not in LIVE:
        return False
    if seats.live_signup(session, user.id):
        if signup.state not in (SignupState.ATTENDED, SignupState.NO_SHOW):
            seats.give_back(session, signup, reason="本人另有报名", now=now)
        return False
    Checkin.update(user_id=user.id).where(Checkin.signup == signup).execute()
    NoShowMark.update(user_id=user.id).where(NoShowMark.signup == signup).execute()
    return signup.change(now=now, by=user.id, user_id=user.id)


def forget_old(*, now: dt.datetime) -> int:
    """Forget people who were only ever on lists, 90 days after the last session they were on one
    for; return how many. Their places stay as anonymous counts."""
    recent = (
        Signup.select(Signup.user_id)
        .join(Session)
        .where(Session.ends_at > now - _KEPT, Signup.user_id == User.id)
    )
    old = User.select().where(_is_guest(), User.created_at <= now - _KEPT, User.id.not_in(recent))
    count = 0
    with db.atomic():
        for guest in list(old):
            count += guest.change(now=now, erased_at=now, **_WIPED)
    return count
