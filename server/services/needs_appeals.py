"""The submitter's own way to the town (申诉) when we said that it cannot be done."""

import datetime as dt

from models import Escalation, Need, User, db
from models.needs import Outcome
from server.services import needs, needs_escalations
from server.services.audit import Actor
from server.services.needs_states import TABLE, Act, Move, WrongState, current, lock, transition
from server.services.needs_texts import Checker

APPEAL_DAYS = 15
"""Calendar days after the answer in which the submitter may turn to the town."""


class AppealUsed(WrongState):
    code, message = "appeal_used", "这件诉求已经申诉过一次"


class NoAppeal(WrongState):
    code, message = "no_appeal", "答复为“已说明原因”后 15 天内，可以向镇里申诉"


def may_appeal(need: Need, *, now: dt.datetime) -> bool:
    """Say whether the submitter may turn to the town now: we said that it cannot be done, not longer
    than 15 days ago, and they have not appealed yet."""
    return _refusal(need, now) is None


def _refusal(need: Need, now: dt.datetime) -> type[WrongState] | None:
    if need.state not in TABLE[Act.APPEAL] or need.outcome is not Outcome.EXPLAINED:
        return NoAppeal
    if need.answered_at is None or now > need.answered_at + dt.timedelta(days=APPEAL_DAYS):
        return NoAppeal
    appeals = Escalation.select().where(Escalation.need == need, Escalation.is_appeal)
    return AppealUsed if appeals.exists() else None


def appeal(user: User, need_id: int, reason: str, *, checker: Checker, now: dt.datetime) -> Need:
    """Let the submitter turn to the town about an answer that says no, once. Raises NotFound,
    NoAppeal, AppealUsed, ContentRefused, CheckUnavailable."""
    needs.own(user, need_id)
    checker.accept_now(reason)
    with db.atomic():
        need = lock(need_id)
        refused = _refusal(need, now)
        if refused is not None:
            raise refused(current=current(need))
        actor = Actor("member", user.id)
        row = needs_escalations.add(
            need, actor, reason, needs_escalations.DAYS, now, is_appeal=True
        )
        text = f"向{needs_escalations.town_of(need)}申诉：{reason}"
        transition(need, Move(Act.APPEAL, text), actor, now=now)
        needs_escalations.tell_called(row, need, now)
    return needs.get(user, need_id)
