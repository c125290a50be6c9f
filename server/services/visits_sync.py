"""What phones without a network bring back from visits: one last word on every item of the queue."""

import datetime as dt
from dataclasses import dataclass

from peewee import IntegrityError
from pydantic import ValidationError

from models import VisitTarget, VisitVerdict, db
from models.visits import TargetState
from server.errors import Invalid, ServiceError
from server.schemas.base import field_errors
from server.schemas.visits import HandedIn, SyncedVisitIn, VisitSyncIn
from server.services import visits_records
from server.services.audit import Actor
from server.services.staff import Scope

RECORDED, MARKED = "recorded", "marked"
IN = (RECORDED, MARKED)
KEPT = dt.timedelta(days=90)


@dataclass(frozen=True)
class Verdict:
    """The last word on one item. `result` is one of `IN`, else the code of the refusal."""

    client_ref: str
    result: str
    detail: str
    visit_id: int | None


def sync(batch: VisitSyncIn, scope: Scope, *, actor: Actor, now: dt.datetime) -> list[Verdict]:
    """Return the verdict on each item, in their order. An item that was sent before gets the one it
    got then; each is settled by itself, and what is wrong with one holds up no other."""
    said = _said(scope.staff_id, {item.client_ref for item in batch.items})
    for item in batch.items:
        if item.client_ref not in said:
            said[item.client_ref] = _settle(item, scope, actor=actor, now=now)
    return [said[item.client_ref] for item in batch.items]


def forget_old(*, now: dt.datetime) -> int:
    """Delete verdicts no phone waits for any more; return how many."""
    return int(VisitVerdict.delete().where(VisitVerdict.at < now - KEPT).execute())


def _said(staff_id: int, refs: set[str]) -> dict[str, Verdict]:
    rows = VisitVerdict.select().where(
        VisitVerdict.staff == staff_id, VisitVerdict.client_ref.in_(sorted(refs))
    )
    return {row.client_ref: _verdict(row) for row in rows}


def _verdict(row: VisitVerdict) -> Verdict:
    return Verdict(row.client_ref, row.result, row.detail, row.record_id)


def _settle(item: SyncedVisitIn, scope: Scope, *, actor: Actor, now: dt.datetime) -> Verdict:
    """Return the verdict on an item that has none."""
    try:
        try:
            with db.atomic():
                # The verdict lies in the transaction of the act: both are there, or neither.
                return _take(item, scope, actor=actor, now=now)
        except ServiceError as refusal:
            with db.atomic():
                return _say(item, refusal.code, scope, detail=_why(refusal), now=now)
    except IntegrityError:
        # The same batch, sent twice at the same moment: the other gave the verdict.
        said = _said(scope.staff_id, {item.client_ref})
        if not said:
            raise
        return said[item.client_ref]


def _take(item: SyncedVisitIn, scope: Scope, *, actor: Actor, now: dt.datetime) -> Verdict:
    form = _read(item)
    if form.visit is None:
        state = TargetState(form.state)
        visits_records.mark(scope, form.target_id, state, form.reason, actor=actor, now=now)
        return _say(item, MARKED, scope, target_id=form.target_id, now=now)
    row = visits_records.record(scope, form.target_id, form.visit, actor=actor, now=now)
    return _say(item, RECORDED, scope, target_id=form.target_id, record_id=row.id, now=now)


def _read(item: SyncedVisitIn) -> HandedIn:
    try:
        form = HandedIn.model_validate(item.model_dump())
    except ValidationError as error:
        raise Invalid(fields=field_errors(error)) from None
    if (form.state == "done") != (form.visit is not None):
        raise Invalid(fields={"visit": "走访过的要有走访记录，没走访的不能有"})
    return form


def _why(refusal: ServiceError) -> str:
    wrong = refusal.facts.get("errors") or []
    told = "；".join(dict.fromkeys(each["message"] for each in wrong)) or refusal.detail
    return told[:200]


def _say(
    item: SyncedVisitIn,
    result: str,
    scope: Scope,
    *,
    now: dt.datetime,
    detail: str = "",
    target_id: int | None = None,
    record_id: int | None = None,
) -> Verdict:
    target: VisitTarget | None = (
        VisitTarget.get_or_none(VisitTarget.id == target_id) if target_id else None
    )
    row = VisitVerdict.create(
        space=target.space_id if target else None,
        staff=scope.staff_id,
        client_ref=item.client_ref,
        at=now,
        result=result,
        detail=detail,
        target_id=target_id,
        record_id=record_id,
    )
    return _verdict(row)
