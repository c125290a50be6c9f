"""After an activity held for needs: their owners are asked whether it solved them, and say so."""

from __future__ import annotations

import datetime as dt
from typing import Any

from peewee import fn

from models import Activity, Checkin, Need, NeedActivityLink, Session, User, db
from models.activities import ActivityState, SessionState
from models.needs import NeedState, Outcome, Solved, TextCheck
from server.errors import Conflict, NotFound
from server.services import audit, needs, needs_clock, needs_leads, needs_links, notifications
from server.services.audit import Actor
from server.services.needs_invites import owner_of
from server.services.needs_states import OPEN, Act, Move, lock, transition
from server.services.needs_texts import Checker
from server.services.staff import Scope

AFTER = dt.timedelta(hours=2)
"""So long after the end those who were there are home, and those who were not are known."""
UNTIL = dt.timedelta(days=30)
"""What was tied to an activity later than this is not asked about any more."""
_SAYS = {Solved.YES: "解决了", Solved.PARTLY: "部分解决", Solved.NO: "没有解决"}


class NotAsked(Conflict):
    code, message = "not_asked", "活动结束后才能回答问题解决了没有"


class AlreadyAnswered(Conflict):
    code, message = "already_answered", "您已经回答过了"


def ask(*, now: dt.datetime) -> int:
    """Ask the owners of needs whose activity is over, once each, those who did not come too;
    return how many links were asked about. For the timetable."""
    over = (
        Session.select(Session.activity)
        .join(Activity)
        .where(
            Session.state != SessionState.CANCELLED,
            Activity.state.not_in([ActivityState.DRAFT.value, ActivityState.CANCELLED.value]),
            Activity.is_rehearsal == False,  # noqa: E712
        )
        .group_by(Session.activity)
        .having(fn.MAX(Session.ends_at) <= now - AFTER, fn.MAX(Session.ends_at) > now - UNTIL)
    )
    rows = (
        NeedActivityLink.select(NeedActivityLink.id)
        .join(Need)
        .where(
            NeedActivityLink.asked_at.is_null(),
            NeedActivityLink.activity.in_(over),
            Need.state != NeedState.WITHDRAWN,
            Need.text_check.in_([TextCheck.PASSED.value, TextCheck.REVIEW.value]),
        )
        .order_by(NeedActivityLink.id)
    )
    return sum(_ask(row.id, now) for row in list(rows))


def _ask(link_id: int, now: dt.datetime) -> bool:
    with db.atomic():
        link = _locked(link_id)
        if link.asked_at is not None:
            return False
        owner = User.get_or_none(User.id == link.user_id) or owner_of(link.need)
        came = owner is not None and _was_there(link, owner)
        link.change(now=now, asked_at=now, came=came, user_id=owner.id if owner else None)
        if owner is not None:
            _tell(owner, link, came=came, now=now)
    return True


def _was_there(link: NeedActivityLink, owner: User) -> bool:
    """Say whether the owner checked in to any session of the activity."""
    held = Session.select(Session.id).where(Session.activity == link.activity_id)
    return bool(
        Checkin.select()
        .where(Checkin.session.in_(held), Checkin.user_id == owner.id, Checkin.voided_at.is_null())
        .exists()
    )


def _tell(owner: User, link: NeedActivityLink, *, came: bool, now: dt.datetime) -> None:
    need, title = link.need, link.activity.title
    said = f"谢谢您来《{title}》。" if came else f"《{title}》已经办完，这次没有见到您。"
    notifications.tell(
        owner.id,
        kind="need_answered",
        subject_type="need",
        subject_id=need.id,
        dedupe_key=f"need_asked:{link.id}",
        title="问题解决了吗？",
        body=f"{need.title}：{said}点开说一声：解决了、部分解决还是没有解决，没解决我们接着办。",
        page=f"pages/needs/detail/detail?id={need.id}",
        fields={
            "number": need.no,
            "title": need.title,
            "summary": "活动办完了，问题解决了吗",
            "answered_at": now,
        },
        space_id=need.space_id,
        now=now,
    )


def answer(
    user: User,
    need_id: int,
    activity_id: int,
    solved: Solved,
    *,
    text: str = "",
    checker: Checker,
    now: dt.datetime,
) -> Need:
    """Keep what the owner says of the activity and return the need: solved closes it, anything
    else keeps it open or opens it again as far as reopening goes. Raises NotFound, NotAsked,
    AlreadyAnswered, ContentRefused, CheckUnavailable."""
    needs.own(user, need_id)
    checker.accept_now(text)
    found = NeedActivityLink.get_or_none(
        NeedActivityLink.need == need_id, NeedActivityLink.activity == activity_id
    )
    if found is None:
        raise NotFound
    with db.atomic():
        _keep(found.id, solved, text, Actor("member", user.id), now=now)
    return needs.get(user, need_id)


def note(
    scope: Scope, link_id: int, solved: Solved, *, text: str = "", actor: Actor, now: dt.datetime
) -> None:
    """Write down what an owner without an account said on the phone. Whoever has one speaks for
    themselves. Raises NotFound, NotAsked, AlreadyAnswered."""
    found = needs_links.get(scope, link_id)
    if found.user_id is not None:
        raise NotAsked("提出人可以在小程序里自己回答")
    with db.atomic():
        link = _keep(found.id, solved, text, actor, now=now)
        after = {"solved": solved.value, "activity_id": str(link.activity_id)}
        place = link.space_id
        audit.record(actor, "needs.verdict", link.need, now=now, org_unit_id=place, after=after)


def _keep(
    link_id: int, solved: Solved, text: str, actor: Actor, *, now: dt.datetime
) -> NeedActivityLink:
    link = _locked(link_id)
    if link.asked_at is None:
        raise NotAsked
    if link.answered_at is not None:
        raise AlreadyAnswered
    link.change(now=now, by=actor.id, result=solved, comment=text, answered_at=now)
    words = f"活动《{link.activity.title}》之后：{_SAYS[solved]}" + (f"。{text}" if text else "")
    _follow(link.need, solved, words, actor, now=now)
    return link


def _follow(need: Need, solved: Solved, words: str, actor: Actor, *, now: dt.datetime) -> None:
    """Let the need go where the answer leads, with a line everybody sees."""
    if solved is Solved.YES:
        transition(need, Move(Act.RESOLVE, words, changes=_resolved(need, now)), actor, now=now)
    elif need.state not in OPEN and needs.can_reopen(need, now=now):
        move = Move(Act.REOPEN, words, changes=needs_clock.again(need, now))
        transition(need, move, actor, now=now)
        needs_leads.wake(need, now=now)
    else:
        transition(need, Move(Act.FEEDBACK, words), actor, now=now)


def _resolved(need: Need, now: dt.datetime) -> dict[str, Any]:
    """Return the columns of a need its owner calls solved; what was closed before keeps its end."""
    if need.state is NeedState.CLOSED:
        return {}
    return {
        "outcome": Outcome.SOLVED,
        "answered_at": need.answered_at or now,
        "closed_at": now,
        "paused_on": None,
        "paused_days": None,
    }


def _locked(link_id: int) -> NeedActivityLink:
    """Return a link with its activity and its need, held by the need's lock."""
    need = lock(NeedActivityLink.get_by_id(link_id).need_id)
    link: NeedActivityLink = (
        NeedActivityLink.select(NeedActivityLink, Activity)
        .join(Activity)
        .where(NeedActivityLink.id == link_id)
        .get()
    )
    link.need = need
    return link
