"""诉求 of somebody who asks for a copy of it, or leaves (注销): their words go, what we counted stays."""

import datetime as dt
from typing import Any, Final

from models import (
    Dispatch,
    Escalation,
    Extension,
    Need,
    NeedActivityLink,
    NeedEvent,
    NeedRating,
    Space,
    Staff,
)
from models.needs import ActorKind, NeedState, Outcome
from models.needs_dispatches import DispatchState, ExtensionState
from server.clock import iso
from server.services import cases_privacy, notifications
from server.services.audit import SYSTEM
from server.services.needs_states import OPEN, Act, Move, lock, transition

ERASED: Final = "提交人已注销账号，内容已删除"
_WITHDRAWN: Final = "提交人已注销账号，诉求随之撤回"
_WORDLESS: Final[dict[str, Any]] = {
    "title": "内容已随账号注销删除",
    "body": ERASED,
    "answers": {},
    "attachments": [],
    "contact_times": "",
    "staff_summary": "",  # the same words, told by us
}


_RETELLING: Final = (Act.EXTEND_ASK, Act.EXTEND, Act.ESCALATE, Act.ADVISE, Act.UPHOLD, Act.REVISIT)


def besides(need: Need) -> dict[str, Any]:
    """Return what else of a need goes into its submitter's copy: appeals, days given on top, and
    what was told of it to others."""
    return {
        "appeals": _appeals_of(need),
        "extensions": _extensions_of(need),
        "cases": cases_privacy.copy_of(need),
    }


def _appeals_of(need: Need) -> list[dict[str, Any]]:
    rows = Escalation.select().where(Escalation.need == need, Escalation.is_appeal)
    return [
        {
            "text": row.reason,
            "at": iso(row.created_at),
            "answer": row.text,
            "answered_at": iso(row.answered_at) if row.answered_at else None,
        }
        for row in rows.order_by(Escalation.id)
    ]


def _extensions_of(need: Need) -> list[dict[str, Any]]:
    # As the submitter was told: what was only asked for is between colleagues.
    rows = Extension.select().where(
        Extension.need == need, Extension.state == ExtensionState.APPROVED
    )
    return [
        {
            "days": row.days,
            "reason": row.reason,
            "until": iso(row.due_after) if row.due_after else None,
        }
        for row in rows.order_by(Extension.id)
    ]


def forget(user_id: int, *, now: dt.datetime) -> None:
    """Erase what a person wrote in needs, and take back those nobody has answered yet; belongs
    inside the transaction of their erasure.

    Number, Space, company, category, state, deadlines and marks stay: they are counts of ours and
    name nobody. Staff at work on a need are told, for they would otherwise meet an empty page.
    """
    needs = list(Need.select(Need.id).where(Need.user_id == user_id).order_by(Need.id))
    for row in needs:
        need = lock(row.id)
        if need.state in OPEN:
            _take_back(need, now)
    ids = [row.id for row in needs]
    Need.update(version=Need.version + 1, updated_at=now, **_WORDLESS).where(
        Need.id.in_(ids)
    ).execute()
    # On colleagues' needs too: somebody of the company may have added to them.
    theirs = (NeedEvent.actor_kind == ActorKind.MEMBER) & (NeedEvent.actor_id == user_id)
    NeedEvent.update(text=ERASED).where(theirs, NeedEvent.text != "").execute()
    NeedEvent.update(before={}, after={}).where(theirs).execute()
    NeedRating.update(text="").where(NeedRating.need.in_(ids)).execute()
    NeedActivityLink.update(comment="").where(NeedActivityLink.user_id == user_id).execute()
    # An appeal is theirs; why we called somebody or want more days tells the matter over again, here
    # and in the history.
    Escalation.update(reason=ERASED, text="").where(Escalation.need.in_(ids)).execute()
    Extension.update(reason=ERASED, decision="").where(Extension.need.in_(ids)).execute()
    retold = NeedEvent.need.in_(ids) & NeedEvent.type.in_([act.value for act in _RETELLING])
    NeedEvent.update(text=ERASED).where(retold, NeedEvent.text != "").execute()
    cases_privacy.forget(user_id, now=now)


def _take_back(need: Need, now: dt.datetime) -> None:
    changes: dict[str, Any] = {
        "outcome": Outcome.WITHDRAWN,
        "closed_at": now,
        "paused_on": None,
        "paused_days": None,
    }
    was_read = need.state is not NeedState.SUBMITTED
    transition(need, Move(Act.WITHDRAW, _WITHDRAWN, changes=changes), SYSTEM, now=now)
    for user_id in _at_work(need) if was_read else []:
        notifications.tell(
            user_id,
            kind="notice",
            subject_type="need",
            subject_id=need.id,
            dedupe_key=f"need_erased:{need.id}",
            title="诉求已随账号注销撤回",
            body=f"{Space.get_by_id(need.space_id).name}的诉求 {need.no}：{_WITHDRAWN}，不用再办理。",
            page="",
            fields={},
            space_id=need.space_id,
            now=now,
        )


def _at_work(need: Need) -> list[int]:
    """The members behind the staff who hold the need now."""
    rows = (
        Staff.select(Staff.user_id)
        .distinct()
        .join(Dispatch, on=(Dispatch.staff == Staff.id))
        .where(
            Dispatch.need == need,
            Dispatch.state.in_((DispatchState.SENT, DispatchState.ACCEPTED)),
            Staff.active,
            Staff.user_id.is_null(False),
            Staff.user_id != need.user_id,
        )
    )
    return [row.user_id for row in rows if row.user_id is not None]
