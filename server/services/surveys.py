"""问卷: what members are asked, from the draft to the day it closes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from peewee import JOIN

from models import OrgUnit, Space, Survey, SurveyReceipt, User, db
from models.spaces import OrgKind
from models.surveys import SurveyKind
from models.users import UserStatus
from server.clock import day_of
from server.errors import Conflict, Forbidden, Invalid, NotFound, VersionConflict
from server.schemas.surveys import SurveyIn
from server.services import audit
from server.services.audit import Actor
from server.services.notifications import campaigns
from server.services.staff import Scope, Verb

LONGEST = dt.timedelta(days=92)


class AlreadyPublished(Conflict):
    code, message = "survey_published", "问卷已经发布，题目和时间不能再改"


class SurveyClosed(Conflict):
    code, message = "survey_closed", "这份问卷已经结束"


class _NamedTown(Invalid):
    """Nobody in a town may export people: asking by name would promise what nobody can see."""

    def __init__(self) -> None:
        super().__init__(fields={"is_anonymous": "镇里的问卷只能匿名"})


class SurveyState(StrEnum):
    """Where a survey stands on a day."""

    DRAFT = "draft"
    COMING = "coming"
    OPEN = "open"
    OVER = "over"


def state_of(row: Survey, *, now: dt.datetime) -> SurveyState:
    """Return where a survey stands; its days are Shanghai's, the last one included."""
    today = day_of(now)
    if row.closed_at is not None or (row.published_at is not None and today > row.ends_on):
        return SurveyState.OVER
    if row.published_at is None:
        return SurveyState.DRAFT
    return SurveyState.COMING if today < row.starts_on else SurveyState.OPEN


def with_places() -> Any:
    """Return a select of surveys with the knot of the tree, and the Space where it is one's."""
    query = Survey.select(Survey, OrgUnit, Space).join(OrgUnit).switch(Survey)
    return query.join(Space, JOIN.LEFT_OUTER, on=(Survey.space == Space.id))


def of_scope(scope: Scope) -> list[Survey]:
    """Return the surveys the staff may run, with their places, the newest first."""
    rows = with_places().order_by(Survey.starts_on.desc(), Survey.id.desc())
    units = [unit.id for unit in units_of(scope)]
    return list(rows.where(Survey.org_unit.in_(units)))


def units_of(scope: Scope) -> list[OrgUnit]:
    """Return the Spaces and towns whose members the staff may ask, towns first, by name."""
    spaces = Space.select(Space.id).where(Space.id.in_(list(scope.space_ids(Verb.RUN_SURVEYS))))
    towns = OrgUnit.select().where(OrgUnit.kind == OrgKind.TOWN, OrgUnit.active == True)  # noqa: E712
    held = [unit for unit in towns if scope.holds(Verb.RUN_TOWN_SURVEYS, unit.path)]
    units = [*held, *OrgUnit.select().where(OrgUnit.id.in_(spaces))]
    return sorted(units, key=lambda unit: (unit.kind is OrgKind.SPACE, unit.name, unit.id))


def get(scope: Scope, survey_id: int) -> Survey:
    """Return a survey with its places. Raises NotFound, Forbidden where they only see the Space."""
    found: Survey | None = with_places().where(Survey.id == survey_id).first()
    if found is None:
        raise NotFound
    _require(scope, found.org_unit)
    return found


def require_export(scope: Scope, row: Survey) -> None:
    """Let pass who may take the answers along: of an anonymous survey whoever runs it, of one by
    name who may export people. Raises Forbidden."""
    if not (row.is_anonymous or scope.holds(Verb.EXPORT_PEOPLE, row.org_unit.path)):
        raise Forbidden


def create(scope: Scope, wanted: SurveyIn, *, actor: Actor, now: dt.datetime) -> Survey:
    """Add a draft and return it. Raises NotFound, Forbidden, Invalid."""
    unit = OrgUnit.get_or_none(OrgUnit.id == wanted.org_unit_id)
    if unit is None:
        raise NotFound
    _require(scope, unit)
    if unit.kind not in (OrgKind.SPACE, OrgKind.TOWN):
        raise Invalid(fields={"org_unit_id": "请选择空间或镇"})
    if unit.kind is OrgKind.TOWN and not wanted.is_anonymous:
        raise _NamedTown
    _check_span(wanted)
    space_id = unit.id if unit.kind is OrgKind.SPACE else None
    with db.atomic():
        row = Survey.add(now=now, by=actor.id, org_unit=unit, space=space_id, **_columns(wanted))
        _note(actor, "surveys.create", row, now, after={"title": row.title})
    return row


def change(
    row: Survey,
    wanted: SurveyIn,
    *,
    actor: Actor,
    now: dt.datetime,
    expected: int | None = None,
) -> Survey:
    """Write a draft anew and return it; whom it asks stays. Raises AlreadyPublished, Invalid,
    VersionConflict."""
    if row.published_at is not None:
        raise AlreadyPublished
    if row.space_id is None and not wanted.is_anonymous:
        raise _NamedTown
    _check_span(wanted)
    with db.atomic():
        if not row.change(now=now, by=actor.id, expected=expected, **_columns(wanted)):
            raise VersionConflict(current={"version": row.version})
        _note(actor, "surveys.change", row, now, after={"title": row.title})
    return row


def publish(row: Survey, *, actor: Actor, now: dt.datetime) -> Survey:
    """Let members answer from the first day on, and tell them when it has come; return the survey.
    Raises AlreadyPublished, Invalid when its last day is past, VersionConflict."""
    if row.published_at is not None:
        raise AlreadyPublished
    if row.ends_on < day_of(now):
        raise Invalid("截止日期已经过去，请先修改日期")
    with db.atomic():
        if not row.change(now=now, by=actor.id, published_at=now):
            raise VersionConflict
        _note(actor, "surveys.publish", row, now, after={"title": row.title})
        if row.starts_on <= day_of(now):
            invite(row, now=now)
    return row


def close(row: Survey, *, actor: Actor, now: dt.datetime) -> Survey:
    """End a survey for good and return it: a second opening of an anonymous one would show what
    the few who came later answered. Who had answered is forgotten. Raises SurveyClosed,
    VersionConflict."""
    if row.closed_at is not None:
        raise SurveyClosed
    with db.atomic():
        # Holds the row, so that nobody answers in between.
        if not row.change(now=now, by=actor.id, closed_at=now, members=members_of(row)):
            raise VersionConflict
        SurveyReceipt.delete().where(SurveyReceipt.survey == row).execute()
        _note(actor, "surveys.close", row, now, after={"title": row.title})
    return row


def invite(row: Survey, *, now: dt.datetime) -> None:
    """Put the survey into the inbox of every member it asks; belongs inside the caller's
    transaction. A second time nothing happens."""
    if not row.change(now=now, invited_at=now):
        raise VersionConflict
    who = "匿名，" if row.is_anonymous else "具名，"
    last = f"{row.ends_on.month}月{row.ends_on.day}日"
    for space_id in space_ids_of(row):
        campaigns.start(
            space_id,
            kind="notice",
            subject_type="survey",
            subject_id=row.id,
            dedupe_key=f"survey:{row.id}",
            title=f"请您填写：{row.title}"[:80],
            body=f"{len(row.questions)} 个问题，{who}填到{last}。",
            page=f"pages/surveys/answer/answer?id={row.id}",
            fields={},
            activity_ids=None,
            now=now,
        )


def space_ids_of(row: Survey) -> list[int]:
    """Return the Spaces whose members are asked."""
    if row.space_id is not None:
        return [row.space_id]
    inside = Space.select(Space.id).join(OrgUnit).where(OrgUnit.parent == row.org_unit_id)
    return [space.id for space in inside.where(Space.active == True).order_by(Space.id)]  # noqa: E712


def members_of(row: Survey) -> int:
    """Return how many may answer: once it closed, as many as there were then."""
    if row.members is not None:
        return row.members
    return int(
        User.select()
        .where(User.home_space.in_(space_ids_of(row)), User.status == UserStatus.ACTIVE)
        .count()
    )


def keep_time(*, now: dt.datetime) -> dict[str, int]:
    """Invite to the surveys whose first day has come and close those whose last one is past;
    return how many of each. A row somebody else changes meanwhile waits for the next turn."""
    today = day_of(now)
    live = Survey.published_at.is_null(False) & Survey.closed_at.is_null()
    waiting = Survey.select().where(
        live, Survey.invited_at.is_null(), Survey.starts_on <= today, Survey.ends_on >= today
    )
    past = Survey.select().where(live, Survey.ends_on < today)
    told = closed = 0
    for row in list(waiting):
        with db.atomic():
            invite(row, now=now)
        told += 1
    for row in list(past):
        close(row, actor=audit.SYSTEM, now=now)
        closed += 1
    return {"invited": told, "closed": closed}


def _note(actor: Actor, act: str, row: Survey, now: dt.datetime, **told: Any) -> None:
    audit.record(actor, act, row, now=now, org_unit_id=row.org_unit_id, **told)


def _require(scope: Scope, unit: OrgUnit) -> None:
    verb = Verb.RUN_TOWN_SURVEYS if unit.kind is OrgKind.TOWN else Verb.RUN_SURVEYS
    if scope.holds(verb, unit.path):
        return
    if scope.holds(Verb.SEE, unit.path):
        raise Forbidden
    raise NotFound


def _columns(wanted: SurveyIn) -> dict[str, Any]:
    return {
        "kind": SurveyKind.SURVEY,
        "title": wanted.title,
        "intro": wanted.intro,
        "questions": [question.model_dump(mode="json") for question in wanted.questions],
        "is_anonymous": wanted.is_anonymous,
        "starts_on": wanted.starts_on,
        "ends_on": wanted.ends_on,
    }


def _check_span(wanted: SurveyIn) -> None:
    if wanted.ends_on < wanted.starts_on:
        raise Invalid(fields={"ends_on": "截止日期不能早于开始日期"})
    if wanted.ends_on - wanted.starts_on > LONGEST:
        raise Invalid(fields={"ends_on": "一份问卷最长开放三个月，请检查日期"})
    if not 2016 <= wanted.starts_on.year <= 2100:
        raise Invalid(fields={"starts_on": "年份不对，请检查"})


def open_for(user: User, *, now: dt.datetime) -> Iterable[Survey]:
    """Return the surveys the member may answer today, with their places, the first to end first."""
    today = day_of(now)
    if user.home_space_id is None:
        return []
    town = OrgUnit.select(OrgUnit.parent).where(OrgUnit.id == user.home_space_id)
    mine = (Survey.space == user.home_space_id) | (
        Survey.space.is_null() & Survey.org_unit.in_(town)
    )
    rows: list[Survey] = list(
        with_places()
        .where(
            mine,
            Survey.published_at.is_null(False),
            Survey.closed_at.is_null(),
            Survey.starts_on <= today,
            Survey.ends_on >= today,
        )
        .order_by(Survey.ends_on, Survey.id)
    )
    return rows
