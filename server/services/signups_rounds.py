"""Signups decided by staff and by the clock: approvals, offers that lapse, no-shows."""

import datetime as dt
from typing import Any

from models import Activity, Session, Signup, User, db
from models.activities import SessionState, SignupMode
from models.signups import LIVE, SignupState
from server.errors import Conflict, Invalid
from server.services import audit
from server.services import signups_invites as invites
from server.services import signups_noshows as noshows
from server.services import signups_notices as notices
from server.services import signups_seats as seats
from server.services.audit import Actor

NO_SHOW_AFTER = dt.timedelta(hours=2)
"""Only so long after the end is somebody who did not come called a no-show."""


class NotPending(Conflict):
    code, message = "not_pending", "这份报名已经处理过，请刷新"


def approve(signup: Signup, *, actor: Actor, now: dt.datetime) -> Signup:
    """Let a pending signup in and return it; it holds its places already. Raises NotPending."""
    return _decide(signup, SignupState.CONFIRMED, reason="", actor=actor, now=now)


def decline(signup: Signup, reason: str, *, actor: Actor, now: dt.datetime) -> Signup:
    """Refuse a pending signup, free its places and return it; the person is told why. Raises
    NotPending, Invalid without a reason."""
    _require_reason(reason)
    return _decide(signup, SignupState.DECLINED, reason=reason, actor=actor, now=now)


def decide_all(
    session: Session,
    signup_ids: list[int],
    *,
    approved: bool,
    reason: str,
    actor: Actor,
    now: dt.datetime,
) -> int:
    """Do the same for several pending signups of one session, all or none, and return how many.
    Raises NotPending, Invalid when nobody is named or a refusal has no reason."""
    if not approved:
        _require_reason(reason)
    state = SignupState.CONFIRMED if approved else SignupState.DECLINED
    with db.atomic():
        own = Signup.select().where(Signup.session == session, Signup.id.in_(signup_ids))
        signups = list(own.order_by(Signup.id))
        if not signups:
            raise Invalid("请先勾选要处理的报名")
        for signup in signups:
            _decide(signup, state, reason="" if approved else reason, actor=actor, now=now)
    return len(signups)


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise Invalid("不通过时请写明理由，会告诉本人")


def _decide(
    signup: Signup, state: SignupState, *, reason: str, actor: Actor, now: dt.datetime
) -> Signup:
    with db.atomic():
        session = seats.lock(signup.session_id)
        fresh: Signup = Signup.get_by_id(signup.id)
        if fresh.state != SignupState.PENDING:
            raise NotPending
        if fresh.draw_id is not None:
            raise NotPending("抽签报名由抽签决定，不能逐个审核")
        if state == SignupState.DECLINED:
            seats.give_back(session, fresh, state=state, reason=reason, now=now)
        else:
            seats.move(fresh, state, now=now)
        is_in = state == SignupState.CONFIRMED
        notices.tell_decided(
            fresh.user_id,
            session,
            ref=str(fresh.id),
            result="报名已通过" if is_in else "报名未通过",
            tip="名额已为您留好，来不了请提前取消"
            if is_in
            else reason or "名额有限，欢迎参加下一次",
            now=now,
        )
        audit.record(
            actor,
            "signups.decide",
            fresh,
            now=now,
            org_unit_id=fresh.space_id,
            after={"state": state},
            reason=reason,
        )
    return fresh


def cancel_all_of(user: User, *, reason: str, now: dt.datetime) -> int:
    """Give back every place of sessions still to come, for whoever leaves us; return how many."""
    leaving = (SignupState.ATTENDED, SignupState.NO_SHOW)
    rows = (
        Signup.select(Signup.id, Signup.session)
        .join(Session)
        .where(
            Signup.user_id == user.id,
            Signup.state.in_([state for state in LIVE if state not in leaving]),
            Session.ends_at > now,
        )
        .order_by(Signup.session)
    )
    with db.atomic():
        for row in list(rows):
            session = seats.lock(row.session_id)
            signup = Signup.get_by_id(row.id)
            if signup.state in LIVE:
                seats.give_back(session, signup, reason=reason, now=now)
    return len(rows)


def expire_offers(now: dt.datetime) -> int:
    """Put those who let an offered place pass at the end of the line and offer it to the next;
    return how many. Places kept for invited people fall free. For the timetable."""
    overdue = (Signup.state == SignupState.OFFERED) & (Signup.hold_until <= now)
    ids = {row.session_id for row in Signup.select(Signup.session).where(overdue)}
    count = 0
    for session_id in sorted(ids):
        with db.atomic():
            session = seats.lock(session_id)
            rows = Signup.select().where(overdue, Signup.session == session)
            lapsed = list(rows.order_by(Signup.hold_until, Signup.id))
            for signup in lapsed:
                if invites.is_invitation(signup):
                    # They never asked for a place, so they do not wait for one.
                    invites.let_go(session, signup, now=now)
                    continue
                position = seats.last_position(session)
                seats.move(
                    signup, SignupState.WAITLISTED, now=now, position=position, hold_until=None
                )
                seats.free(session, signup.party_size)
            late = frozenset(signup.id for signup in lapsed)
            seats.promote(session, now=now, passing_over=late)
        count += len(lapsed)
    return count


def mark_no_shows(now: dt.datetime) -> int:
    """Mark who had a place and did not come, two hours after the end and not before check-in has
    closed; return how many. Rehearsals and open doors have no no-shows. For the timetable."""
    over = (
        Session.select(Session.id)
        .join(Activity)
        .where(
            Session.ends_at <= now - NO_SHOW_AFTER,
            Session.checkin_closes_at <= now,
            Session.state != SessionState.CANCELLED,
            Activity.is_rehearsal == False,  # noqa: E712
            Activity.signup_mode != SignupMode.NONE,
        )
    )
    absent = (Signup.state == SignupState.CONFIRMED) & Signup.session.in_(over)
    with db.atomic():
        found: Any = Signup.select().where(absent).order_by(Signup.id)
        if db.for_update:
            found = found.for_update("FOR UPDATE SKIP LOCKED")
        # By version: whoever is checked in late meanwhile has come.
        marked = [row for row in list(found) if row.change(now=now, state=SignupState.NO_SHOW)]
        noshows.mark(marked, now=now)
    return len(marked)
