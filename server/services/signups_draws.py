"""The lottery of a session: its secret promised before anybody enters, drawn once, told to all."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from peewee import IntegrityError

from models import Activity, Checkin, Draw, Enterprise, Session, Signup, db
from models.activities import ActivityState, SessionState, SignupMode
from models.signups import SignupState
from server.clock import iso
from server.errors import Conflict, Invalid
from server.services import activities_buttons as buttons
from server.services import audit, signups_lottery
from server.services import signups_notices as notices
from server.services import signups_seats as seats
from server.services.audit import Actor
from server.services.signups_lottery import NO_GROUP, Drawn, Entry

PRESS_WITHIN = dt.timedelta(hours=1)
"""So long after signing up closes the keeper may press; then the timetable draws."""


class NotLottery(Conflict):
    code, message = "not_lottery", "这个场次不是抽签报名"


class StillOpen(Conflict):
    """`closes_at` says until when."""

    code, message = "still_open", "报名截止后才能抽签"


class AlreadyDrawn(Conflict):
    """`drawn_at` says when."""

    code, message = "already_drawn", "已经抽过签，结果不能更改"


class SessionOff(Conflict):
    code, message = "cancelled", "场次已取消，不再抽签"


def find(session: Session) -> Draw | None:
    """Return the lottery of a session, drawn or not, or None."""
    found: Draw | None = Draw.get_or_none(Draw.session == session)
    return found


def promise(session: Session, *, now: dt.datetime) -> Draw:
    """Return the lottery of a session; the first time make its secret and with it the commitment
    everybody can see from then on. Belongs inside the caller's transaction."""
    standing = find(session)
    if standing is not None:
        return standing
    secret = signups_lottery.new_secret()
    try:
        with db.atomic():
            return Draw.add(
                now=now,
                space=session.space_id,
                session=session.id,
                secret=secret,
                commitment=signups_lottery.commitment_of(session.id, secret),
            )
    except IntegrityError:
        # Somebody promised in the same moment; theirs is the one that counts.
        return Draw.get(Draw.session == session)


def promise_all(activity: Activity, *, now: dt.datetime) -> None:
    """Promise a secret for every session of a lottery that is still to come; nothing for any other
    activity. Belongs inside the transaction that opens it to signups."""
    if activity.signup_mode != SignupMode.LOTTERY:
        return
    rows = Session.select().where(
        Session.activity == activity, Session.state == SessionState.SCHEDULED
    )
    for session in rows.order_by(Session.id):
        promise(session, now=now)


def lacking_for(activity: Activity) -> dict[str, str]:
    """Return what a lottery still lacks, by field: a moment when it closes, early enough before every
    session that the timetable can draw, and a number of places to draw for."""
    lacking = {}
    if activity.signup_closes_at is None:
        lacking["signup_closes_at"] = "抽签报名请填写报名截止时间，截止后抽签"
    for session in Session.select().where(
        Session.activity == activity, Session.state == SessionState.SCHEDULED
    ):
        if session.capacity is None:
            lacking["sessions"] = "抽签报名的每一场都要填写名额"
        closes = activity.signup_closes_at
        if closes is not None and closes + 2 * PRESS_WITHIN > session.starts_at:
            lacking["signup_closes_at"] = "报名截止要比开始早至少 2 小时，留出抽签和通知的时间"
    return lacking


def due_at(activity: Activity, session: Session) -> dt.datetime:
    """Return when the timetable draws if nobody pressed before."""
    return buttons.closes_at(activity, session) + PRESS_WITHIN


def draw(session_id: int, *, actor: Actor, now: dt.datetime) -> Draw:
    """Draw, once and for all, and tell everybody who entered; return the lottery with its result.
    Raises NotFound, NotLottery, SessionOff, StillOpen, AlreadyDrawn."""
    with db.atomic():
        session = seats.lock(session_id)
        lottery = _require_drawable_now(session, now=now)
        signups = _entrants(lottery)
        entries = _entries_of(lottery, session.activity, signups)
        places = _places_left(session, entries)
        cap = session.activity.per_enterprise_cap
        seed = signups_lottery.seed_of(lottery.secret, entries)
        result = signups_lottery.draw(seed, entries, places=places, cap=cap)
        is_first = lottery.change(
            now=now,
            by=actor.id,
            drawn_at=now,
            seed=seed,
            places=places,
            cap=cap,
            entries=[entry.line for entry in signups_lottery.in_order(entries)],
            result=[[each.code, each.won] for each in result],
        )
        if not is_first:
            raise AlreadyDrawn
        _settle(session, lottery, signups, result, now=now)
        after = {"seed": seed, "entries": len(entries), "won": sum(each.won for each in result)}
        audit.record(
            actor, "signups.draw", lottery, org_unit_id=session.space_id, now=now, after=after
        )
    return lottery


def draw_due(now: dt.datetime) -> int:
    """Draw every lottery whose keeper has not pressed in time; return how many. For the
    timetable. Sessions that have begun are left alone: nobody could still come."""
    query = (
        seats.sessions()
        .join_from(Session, Draw, on=(Draw.session == Session.id))
        .where(
            Draw.drawn_at.is_null(),
            Session.state == SessionState.SCHEDULED,
            Session.starts_at > now,
            Activity.state == ActivityState.SCHEDULED,
            Activity.signup_mode == SignupMode.LOTTERY,
            Activity.signup_closes_at <= now - PRESS_WITHIN,
        )
    )
    count = 0
    for session in list(query.order_by(Session.id)):
        try:
            draw(session.id, actor=audit.SYSTEM, now=now)
            count += 1
        except (AlreadyDrawn, SessionOff, StillOpen):
            continue  # pressed, called off or prolonged since we looked
    return count


def refuse_change(activity: Activity, values: dict[str, Any]) -> None:
    """Let pass a change that leaves people's signups what they were: how places are given out is
    settled by the first signup. Raises Invalid."""
    settled = {
        "signup_mode": "已有人报名，不能再改报名方式",
        "first_timer_tickets": "已有人报名，不能再改抽签的签数",
    }
    wrong = {
        name: text
        for name, text in settled.items()
        if name in values and values[name] != getattr(activity, name)
    }
    if not wrong:
        return
    sessions = Session.select(Session.id).where(Session.activity == activity)
    if Signup.select().where(Signup.session.in_(sessions)).exists():
        raise Invalid(fields=wrong)


def code_of(signup: Signup) -> str | None:
    """Return the name of a signup's entry in the public list; None if it is in no lottery."""
    if signup.draw_id is None:
        return None
    return signups_lottery.code_of(signup.draw_id, signup.id)


def entries_count(lottery: Draw) -> int:
    """Return how many parties are in a lottery: now, or when it was drawn."""
    return len(lottery.entries) if lottery.drawn_at else len(_entrants(lottery))


def _places_left(session: Session, entries: list[Entry]) -> int:
    if session.capacity is None:  # the limit was lifted meanwhile: everybody gets in
        return sum(entry.party for entry in entries)
    return max(0, session.capacity - session.seats_taken)


def _require_drawable_now(session: Session, *, now: dt.datetime) -> Draw:
    if session.activity.signup_mode != SignupMode.LOTTERY:
        raise NotLottery
    lottery = promise(session, now=now)
    if lottery.drawn_at is not None:
        raise AlreadyDrawn(drawn_at=iso(lottery.drawn_at))
    off = (SessionState.CANCELLED, ActivityState.CANCELLED)
    if session.state in off or session.activity.state in off:
        raise SessionOff
    closes = buttons.closes_at(session.activity, session)
    if now < closes:
        raise StillOpen(closes_at=iso(closes))
    return lottery


def _entrants(lottery: Draw) -> list[Signup]:
    query = Signup.select().where(Signup.draw_id == lottery.id, Signup.state == SignupState.PENDING)
    return list(query.order_by(Signup.id))


def _entries_of(lottery: Draw, activity: Activity, signups: list[Signup]) -> list[Entry]:
    """Return the signups as the draw sees them, without a name."""
    been = _been_here(activity.space_id, [signup.user_id for signup in signups])
    groups = _groups(activity, lottery, signups)
    return [
        Entry(
            code=signups_lottery.code_of(lottery.id, signup.id),
            party=signup.party_size,
            tickets=1 if signup.user_id in been else activity.first_timer_tickets,
            group=groups.get(signup.id, NO_GROUP),
        )
        for signup in signups
    ]


def _been_here(space_id: int, user_ids: Iterable[int]) -> set[int]:
    """Return who of these people has ever checked in at the Space."""
    rows = Checkin.select(Checkin.user_id).where(
        Checkin.space == space_id, Checkin.voided_at.is_null(), Checkin.user_id.in_(list(user_ids))
    )
    return {row.user_id for row in rows.distinct()}


def _groups(activity: Activity, lottery: Draw, signups: list[Signup]) -> dict[int, str]:
    """Return the group of each signup with a company, where a cap makes companies matter: G1, G2 …
    in the order of the codes, which says nothing about the company."""
    if activity.per_enterprise_cap is None:
        return {}
    roots = _roots({signup.enterprise_id for signup in signups if signup.enterprise_id})
    names: dict[int, str] = {}
    groups = {}
    for signup in sorted(signups, key=lambda it: signups_lottery.code_of(lottery.id, it.id)):
        if signup.enterprise_id:
            root = roots.get(signup.enterprise_id, signup.enterprise_id)
            groups[signup.id] = names.setdefault(root, f"G{len(names) + 1}")
    return groups


def _roots(enterprise_ids: set[int]) -> dict[int, int]:
    rows = Enterprise.select(Enterprise.id, Enterprise.merged_into).where(
        Enterprise.id.in_(enterprise_ids)
    )
    return {row.id: row.merged_into_id or row.id for row in rows}


def _settle(
    session: Session, lottery: Draw, signups: list[Signup], result: list[Drawn], *, now: dt.datetime
) -> None:
    """Give each signup what the draw gave it, in the order of the draw, and tell its person."""
    by_code = {signups_lottery.code_of(lottery.id, signup.id): signup for signup in signups}
    waiting = 0
    for each in result:
        signup = by_code[each.code]
        ref = f"draw:{signup.id}"
        if each.won:
            seats.take(session, signup.party_size)
            seats.move(signup, SignupState.CONFIRMED, now=now)
            said = ("抽中了", f"{signup.party_size} 个名额已为您留好，来不了请及时取消")
        elif signup.would_wait:
            waiting += 1
            position = seats.last_position(session)
            seats.move(signup, SignupState.WAITLISTED, now=now, position=position)
            said = ("未中签，已候补", f"按抽签顺序候补第 {waiting} 位，有名额会通知您")
        else:
            seats.move(signup, SignupState.LOST, now=now, ended_at=now, end_reason="抽签未中")
            said = ("未中签", "开始前仍可在活动页加入候补")
        notices.tell_decided(signup.user_id, session, ref=ref, result=said[0], tip=said[1], now=now)
    seats.promote(session, now=now)
