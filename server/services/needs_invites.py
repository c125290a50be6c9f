"""Who asked is asked first: when an activity held for needs goes out, their owners are invited."""

from __future__ import annotations

import datetime as dt

from models import Activity, Enterprise, EnterpriseMember, Need, NeedActivityLink, Session, User
from models.activities import SessionState
from models.enterprises import MemberRole, MemberStatus
from models.users import UserStatus
from server.services import notifications, signups_invites
from server.services import signups_notices as notices
from server.services import signups_seats as seats
from server.services.audit import Actor
from server.services.calendar_days import moment_label
from server.services.needs_states import TABLE, Act, Move, lock, transition


def invite(activity: Activity, *, actor: Actor, now: dt.datetime) -> int:
    """Invite the owners of the needs a published activity is tied to, once each, and keep places
    for those who are to have one; return how many links were dealt with. Belongs inside the
    transaction that publishes, so that nobody can be quicker than who asked. Places go by who has
    waited longest."""
    rows = (
        NeedActivityLink.select(NeedActivityLink, Need)
        .join(Need)
        .where(NeedActivityLink.activity == activity, NeedActivityLink.invited_at.is_null())
        .order_by(Need.received_at, Need.id)
    )
    links = list(rows)
    coming = _coming(activity, now) if links else []
    return sum(_invite(link, coming, actor=actor, now=now) for link in links)


def owner_of(need: Need) -> User | None:
    """Return who speaks for a need on a phone: its submitter, else the verified contact of its
    company; None where there is nobody."""
    ids = [need.user_id] if need.user_id else _contacts(need.enterprise_id)
    found: User | None = (
        User.select()
        .where(User.id.in_(ids), User.status == UserStatus.ACTIVE)
        .order_by(User.id)
        .first()
    )
    return found


def _contacts(enterprise_id: int | None) -> list[int]:
    if enterprise_id is None:
        return []
    own = Enterprise.get_by_id(enterprise_id)
    family = Enterprise.select(Enterprise.id).where(
        (Enterprise.id == (own.merged_into_id or own.id))
        | (Enterprise.merged_into == (own.merged_into_id or own.id))
    )
    rows = EnterpriseMember.select(EnterpriseMember.user_id).where(
        EnterpriseMember.enterprise.in_(family),
        EnterpriseMember.role == MemberRole.CONTACT,
        EnterpriseMember.status == MemberStatus.VERIFIED,
    )
    return [row.user_id for row in rows]


def _coming(activity: Activity, now: dt.datetime) -> list[Session]:
    """Return the sessions still to come, locked in the order of their ids, as everybody locks
    several, and given in the order they take place."""
    rows = Session.select(Session.id).where(
        Session.activity == activity,
        Session.state == SessionState.SCHEDULED,
        Session.starts_at > now,
    )
    locked = [seats.lock(key) for key in sorted(row.id for row in rows)]
    return sorted(locked, key=lambda session: (session.starts_at, session.id))


def _invite(
    link: NeedActivityLink, coming: list[Session], *, actor: Actor, now: dt.datetime
) -> bool:
    need = lock(link.need_id)
    if need.state not in TABLE[Act.LINK] or not coming:
        return False
    owner = owner_of(need)
    place = _hold(link, owner, coming, actor=actor, now=now) if owner else None
    session, until = place or (coming[0], None)
    text = _words(session, until, is_reachable=owner is not None)
    transition(need, Move(Act.LINK, text), actor, now=now)
    link.change(
        now=now,
        by=actor.id,
        invited_at=now,
        user_id=owner.id if owner else None,
        seats_held_until=until,
    )
    if owner:
        _tell(owner, need, session, link, text, now=now)
    return True


def _hold(
    link: NeedActivityLink, owner: User, coming: list[Session], *, actor: Actor, now: dt.datetime
) -> tuple[Session, dt.datetime | None] | None:
    """Return the session with a place kept for the owner and until when; one place for all needs
    of a person. None where there is none to keep."""
    for session in coming:
        standing = signups_invites.find(session, owner.id, now=now)
        if standing:
            return session, standing.hold_until
    if not link.wants_seat:
        return None
    for session in coming:
        kept = signups_invites.hold(session, owner, by=actor.id, now=now)
        if kept:
            return session, kept.hold_until
    return None


def _words(session: Session, until: dt.datetime | None, *, is_reachable: bool) -> str:
    text = (
        f"为这件诉求安排了活动《{session.activity.title}》，{moment_label(session.starts_at)}开始。"
    )
    if until:
        return text + f"为您留了 1 个位置，保留到 {moment_label(until)}。"
    return text + ("请在活动页报名。" if is_reachable else "提出人没有小程序账号，请电话告知。")


def _tell(
    owner: User,
    need: Need,
    session: Session,
    link: NeedActivityLink,
    text: str,
    *,
    now: dt.datetime,
) -> None:
    notifications.tell(
        owner.id,
        kind="need_answered",
        subject_type="activity",
        subject_id=session.activity_id,
        dedupe_key=f"need_invited:{link.id}",
        title=f"您问的事，我们办一场：{session.activity.title}",
        body=f"{need.title}：{text}",
        page=notices.page_of(session.activity_id),
        fields={
            "number": need.no,
            "title": need.title,
            "summary": f"请您参加《{session.activity.title}》",
            "answered_at": now,
        },
        space_id=need.space_id,
        now=now,
    )
