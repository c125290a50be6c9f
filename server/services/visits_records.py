"""What was seen and heard on a visit: written once, mended until it is signed off."""

import datetime as dt
import secrets
from dataclasses import dataclass
from typing import Any

from peewee import IntegrityError

from models import (
    Category,
    Enterprise,
    File,
    Need,
    Space,
    VisitAnswer,
    VisitCampaign,
    VisitNeed,
    VisitRecord,
    VisitTarget,
    db,
)
from models.files import Subject
from models.needs import NeedSource
from models.visits import TargetState
from server.errors import Conflict, Invalid, NotFound, VersionConflict
from server.schemas.visits import NeedHeardIn, VisitIn
from server.schemas.visits_questions import SCALE, VisitQuestionKind
from server.services import activities_questions as questions
from server.services import audit, files, needs_intake, visits, visits_targets
from server.services.audit import Actor
from server.services.needs_intake import Draft
from server.services.staff import Scope, Verb

_CLOCKS = dt.timedelta(minutes=15)
_EARLIEST = dt.datetime(2016, 1, 1, tzinfo=dt.UTC)


class AlreadyRecorded(Conflict):
    code, message = "already_recorded", "这家企业的走访已经有记录，请打开那条记录补充"


class SignedOff(Conflict):
    code, message = "signed_off", "走访记录已经签收，不能再改"


@dataclass(frozen=True)
class Story:
    """A visit with everything that hangs on it. `needs` have Space and category."""

    record: VisitRecord
    answers: dict[str, str]
    needs: list[Need]
    photos: list[File]


def record(
    scope: Scope, target_id: int, given: VisitIn, *, actor: Actor, now: dt.datetime
) -> VisitRecord:
    """Write down a visit, with its answers, its needs and its photos, and return it. Raises
    NotFound, Forbidden, SeasonClosed, AlreadyRecorded, Invalid (of attachments and needs too)."""
    target = visits_targets.get(scope, target_id, Verb.VISIT)
    campaign: VisitCampaign = target.campaign
    visits.require_open(campaign)
    answers = checked_answers(campaign.questions, given.answers)
    try:
        with db.atomic():
            row = _write(target, given, has_answers=bool(answers), actor=actor, now=now)
            _keep_answers(campaign, row, answers)
            raise_needs(scope, row, given.needs, actor=actor, now=now)
            place = target.space_id
            files.attach(actor, given.attachments, Subject.VISIT, row.id, space_id=place)
            told = {"enterprise": target.enterprise.name, "needs": len(given.needs)}
            audit.record(actor, "visits.record", row, now=now, org_unit_id=place, after=told)
    except IntegrityError:
        if VisitRecord.select().where(VisitRecord.target == target.id).exists():
            raise AlreadyRecorded from None
        raise
    return row


def _write(
    target: VisitTarget, given: VisitIn, *, has_answers: bool, actor: Actor, now: dt.datetime
) -> VisitRecord:
    # The record first: its unique index decides which of two who write at once was here.
    row = VisitRecord.add(
        now=now,
        by=actor.id,
        space=target.space_id,
        campaign=target.campaign_id,
        target=target,
        enterprise=target.enterprise_id,
        visited_at=_when(given.visited_at, now),
        met=given.met,
        visitors=given.visitors or actor.name,
        summary=given.summary,
        has_answers=has_answers,
        signed_off_at=now if given.signed_off else None,
        signed_off_by=actor.id if given.signed_off else None,
    )
    VisitTarget.update(
        state=TargetState.DONE,
        state_reason="",
        updated_at=now,
        updated_by=actor.id,
        version=VisitTarget.version + 1,
    ).where(VisitTarget.id == target.id).execute()
    return row


def _when(visited_at: dt.datetime, now: dt.datetime) -> dt.datetime:
    """Return when it was; a phone's clock may run ahead a little. Raises Invalid."""
    if not _EARLIEST <= visited_at <= now + _CLOCKS:
        raise Invalid(fields={"visited_at": "走访时间不能在将来，请检查日期"})
    return min(visited_at, now)


def change(
    scope: Scope,
    visit_id: int,
    given: VisitIn,
    *,
    expected: int,
    actor: Actor,
    now: dt.datetime,
) -> VisitRecord:
    """Write a visit anew until it is signed off, and return it; needs and photos given are added to
    those there are. Answers of an anonymous season stay as they were given: nobody knows any more
    which they are. Raises what `record` raises, SignedOff, VersionConflict."""
    row = get(scope, visit_id, Verb.VISIT)
    campaign: VisitCampaign = row.campaign
    visits.require_open(campaign)
    if row.signed_off_at is not None:
        raise SignedOff
    is_kept = campaign.is_anonymous and row.has_answers
    answers = {} if is_kept else checked_answers(campaign.questions, given.answers)
    values: dict[str, Any] = {
        "visited_at": _when(given.visited_at, now),
        "met": given.met,
        "visitors": given.visitors,
        "summary": given.summary,
        "has_answers": is_kept or bool(answers),
    }
    if given.signed_off:
        values |= {"signed_off_at": now, "signed_off_by": actor.id}
    with db.atomic():
        if not row.change(now=now, by=actor.id, expected=expected, **values):
            raise VersionConflict(current={"version": VisitRecord.get_by_id(row.id).version})
        if not is_kept:
            VisitAnswer.delete().where(VisitAnswer.record == row).execute()
            _keep_answers(campaign, row, answers)
        raise_needs(scope, row, given.needs, actor=actor, now=now)
        place = row.space_id
        files.attach(actor, given.attachments, Subject.VISIT, row.id, space_id=place)
        act = "visits.sign_off" if given.signed_off else "visits.change_record"
        audit.record(actor, act, row, now=now, org_unit_id=place)
    return row


def mark(
    scope: Scope,
    target_id: int,
    state: TargetState,
    reason: str,
    *,
    actor: Actor,
    now: dt.datetime,
    expected: int | None = None,
) -> VisitTarget:
    """Say that a company would not be visited or could not be reached, and why; or that it is to be
    visited after all. Return the target. Raises NotFound, Forbidden, SeasonClosed, AlreadyRecorded,
    Invalid, VersionConflict."""
    target = visits_targets.get(scope, target_id, Verb.VISIT)
    visits.require_open(target.campaign)
    if target.state is TargetState.DONE:
        raise AlreadyRecorded
    if state is TargetState.DONE:
        raise Invalid(fields={"state": "走访过的请填写走访记录"})
    if state is not TargetState.TODO and len(reason) < 2:
        raise Invalid(fields={"reason": "请写明原因，下次去的人要知道"})
    told = {"before": {"state": target.state.value}, "after": {"state": state.value}}
    kept = "" if state is TargetState.TODO else reason
    with db.atomic():
        if not target.change(
            now=now, by=actor.id, expected=expected, state=state, state_reason=kept
        ):
            raise VersionConflict
        place = target.space_id
        audit.record(actor, "visits.mark", target, now=now, org_unit_id=place, reason=kept, **told)
    return target


def get(scope: Scope, visit_id: int, verb: Verb = Verb.READ_VISITS) -> VisitRecord:
    """Return a visit with season, target and company. Raises NotFound, Forbidden."""
    found: VisitRecord | None = (
        VisitRecord.select(VisitRecord, VisitCampaign, VisitTarget, Enterprise)
        .join_from(VisitRecord, VisitCampaign)
        .join_from(VisitRecord, VisitTarget)
        .join_from(VisitRecord, Enterprise)
        .where(VisitRecord.id == visit_id)
        .first()
    )
    if found is None:
        raise NotFound
    scope.require(verb, found.space_id)
    return found


def story(row: VisitRecord) -> Story:
    """Return what hangs on a visit; the answers are empty where nobody knows whose they are."""
    kept: VisitAnswer | None = VisitAnswer.get_or_none(VisitAnswer.record == row)
    needs: Any = (
        Need.select(Need, Space, Category)
        .join_from(Need, Space)
        .join_from(Need, Category)
        .join_from(Need, VisitNeed, on=VisitNeed.need == Need.id)
        .where(VisitNeed.record == row)
        .order_by(Need.id)
    )
    photos = files.of(Subject.VISIT, [row.id]).get(row.id, [])
    return Story(row, kept.answers if kept else {}, list(needs), photos)


def raise_needs(
    scope: Scope,
    row: VisitRecord,
    heard: list[NeedHeardIn],
    *,
    actor: Actor,
    now: dt.datetime,
) -> None:
    """Take in what the company asked for, on its behalf, inside the caller's transaction. Raises
    Invalid naming which of them is wrong, Forbidden, NotFound."""
    for number, each in enumerate(heard):
        try:
            need = needs_intake.submit_on_behalf(
                scope,
                row.space_id,
                Draft(**each.model_dump()),
                source=NeedSource.VISIT,
                enterprise_id=row.enterprise_id,
                actor=actor,
                now=now,
            )
        except Invalid as error:
            told = {
                f"needs.{number}.{item['field']}": item["message"]
                for item in error.facts["errors"] or []
            }
            raise Invalid(error.detail, fields=told) from None
        VisitNeed.create(space=row.space_id, record=row, need=need)


def checked_answers(wanted: list[dict[str, Any]], answers: dict[str, str]) -> dict[str, str]:
    """Return the answers given, without empty ones; none at all when nobody was asked. Raises
    Invalid naming each that is wrong."""
    given = {key: answer for key, answer in answers.items() if answer}
    asked = {question["key"]: question for question in wanted}
    wrong = {f"answers.{key}": "没有这个问题" for key in given.keys() - asked.keys()}
    if given:
        for key, question in asked.items():
            fault = _wrong(question, given.get(key, ""))
            if fault:
                wrong[f"answers.{key}"] = fault
    if wrong:
        raise Invalid(fields=wrong)
    return given


def _wrong(question: dict[str, Any], answer: str) -> str | None:
    if question["kind"] == VisitQuestionKind.SCALE and answer:
        return None if answer in SCALE else "请选择 1 到 5 分"
    kind = "text" if question["kind"] == VisitQuestionKind.SCALE else question["kind"]
    return questions.wrong_answer(question | {"kind": kind}, answer, party_size=1)


def _keep_answers(campaign: VisitCampaign, row: VisitRecord, answers: dict[str, str]) -> None:
    if not answers:
        return
    if campaign.is_anonymous:
        # Ids of ours tell when a row was made; this one must not.
        VisitAnswer.create(
            id=secrets.randbits(62), space=row.space_id, campaign=campaign, answers=answers
        )
    else:
        VisitAnswer.create(space=row.space_id, campaign=campaign, record=row, answers=answers)
