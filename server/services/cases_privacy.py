"""案例 when somebody of the story asks for a copy of it, or leaves (注销)."""

import datetime as dt
from typing import Any, Final

from peewee import Expression

from models import CaseStory, Need, Session, Signup
from server.clock import iso
from server.services import audit

_LEFT: Final = "案例中的会员已注销账号"


def copy_of(need: Need) -> list[dict[str, Any]]:
    """Return what was told about a need in published cases, for its submitter's copy."""
    rows = CaseStory.select().where(CaseStory.need == need, CaseStory.published_at.is_null(False))
    return [
        {
            "title": row.title,
            "before": row.before,
            "doing": row.doing,
            "after": row.after,
            "at": iso(row.published_at) if row.published_at else None,
        }
        for row in rows.order_by(CaseStory.id)
    ]


def forget(user_id: int, *, now: dt.datetime) -> None:
    """Cut what leads from a case to the person; belongs inside the transaction of their erasure.

    A case tells nothing about anybody and stays. One that was published although it named somebody
    is taken back, for the Space to look at again: the name may be theirs.
    """
    needs = Need.select(Need.id).where(Need.user_id == user_id)
    told = CaseStory.need.in_(needs)
    been = Session.select(Session.activity).join(Signup).where(Signup.user_id == user_id)
    _take_back(told | CaseStory.activity.in_(been), now)
    CaseStory.update(need=None, version=CaseStory.version + 1, updated_at=now).where(told).execute()


def _take_back(theirs: Expression, now: dt.datetime) -> None:
    named = CaseStory.select().where(
        theirs,
        CaseStory.is_named == True,  # noqa: E712
        CaseStory.published_at.is_null(False),
    )
    for row in list(named.order_by(CaseStory.id)):
        CaseStory.update(published_at=None, version=CaseStory.version + 1, updated_at=now).where(
            CaseStory.id == row.id
        ).execute()
        audit.record(
            audit.SYSTEM,
            "cases.withdraw",
            row,
            org_unit_id=row.space_id,
            reason=_LEFT,
            after={"title": row.title},
            now=now,
        )
