"""How a need comes in: the promise shown first, the number, the edit before anybody took it up."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from models import Category, Enterprise, Need, NeedCounter, NeedEvent, Space, User, db
from models.enterprises import MemberStatus
from models.files import Subject
from models.needs import ActorKind, NeedSource, NeedState, TextCheck, Urgency
from server.clock import at_shanghai, day_of
from server.errors import Forbidden, Invalid, NotFound, RateLimited
from server.services import audit, calendar, enterprises, files
from server.services.calendar_days import Promise, days_of, promise
from server.services.needs_states import Act, Move, lock, transition
from server.services.needs_texts import Checker, texts_of
from server.services.staff import Scope, Verb

_YES_NO = ("是", "否")


class NoCompany(Forbidden):
    code, message = "no_company", "您还没有加入企业，可以先以个人名义提交"


class CategoryUnknown(NotFound):
    code, message = "category_unknown", "没有这个诉求类别，请重新选择"


@dataclass(frozen=True)
class Draft:
    """What somebody wrote. `for_company`: on behalf of the company they are verified with;
    `attachments`: ids of their own uploads."""

    category: str
    title: str
    body: str
    answers: dict[str, str] = field(default_factory=dict)
    urgency: Urgency = Urgency.NORMAL
    contact_times: str = ""
    for_company: bool = False
    attachments: Sequence[int] = ()


@dataclass(frozen=True)
class Stand:
    """Who stands behind a need: where, whose, by whom it reached us."""

    space: Space
    source: NeedSource
    user_id: int | None
    enterprise_id: int | None
    on_behalf_by: int | None = None
    text_check: TextCheck = TextCheck.PASSED


def categories() -> list[Category]:
    """Return the kinds of need people may choose from, in their order."""
    query = Category.select().where(Category.active == True)  # noqa: E712
    return list(query.order_by(Category.order, Category.id))


def preview(code: str, urgency: Urgency, *, now: dt.datetime) -> Promise:
    """Return what we would promise for something of that category sent now. Raises CategoryUnknown."""
    return _promise(category(code), urgency, now)


def submit(
    user: User,
    space_id: int,
    draft: Draft,
    *,
    source: NeedSource = NeedSource.SELF,
    checker: Checker,
    per_day: int,
    now: dt.datetime,
) -> Need:
    """Take a member's need in and return it; `source` says what made them write. Raises ContentRefused with nothing stored,
    RateLimited after `per_day` in one Shanghai day, NoCompany, Invalid (of attachments too),
    NotFound."""
    space, kind = _open_space(space_id), category(draft.category)
    _check_answers(kind, draft.answers)
    enterprise_id = _own_company(user) if draft.for_company else None
    # WeChat is asked before the transaction: nobody waits for it holding a lock.
    verdict = checker.accept(draft.title, texts_of(draft.body, draft.answers))
    stand = Stand(space, source, user.id, enterprise_id, text_check=verdict)
    actor = audit.Actor("member", user.id)
    with db.atomic():
        number = _next_number(space, now)
        # Counted behind the counter's lock, so that two at once cannot both be the last one.
        _check_daily(user, per_day, now)
        return _create(number, kind, draft, stand, actor=actor, now=now)


def submit_on_behalf(
    scope: Scope,
    space_id: int,
    draft: Draft,
    *,
    source: NeedSource,
    user_id: int | None = None,
    enterprise_id: int | None = None,
    actor: audit.Actor,
    now: dt.datetime,
) -> Need:
    """Take in what staff heard on the phone or on a visit, and return it. Raises NotFound,
    Forbidden, Invalid."""
    scope.require(Verb.SUBMIT_NEED, space_id)
    if source is NeedSource.SELF:
        raise Invalid(fields={"source": "请选择诉求从哪里听来"})
    kind = category(draft.category)
    _check_answers(kind, draft.answers)
    if user_id is not None and not User.select().where(User.id == user_id).exists():
        raise NotFound("没有这位会员")
    if enterprise_id is not None:
        found = enterprises.find(enterprise_id)
        if found is None:
            raise NotFound("没有这家企业")
        enterprise_id = found.id
    space = _open_space(space_id)
    stand = Stand(space, source, user_id, enterprise_id, on_behalf_by=actor.id)
    with db.atomic():
        need = _create(_next_number(space, now), kind, draft, stand, actor=actor, now=now)
        audit.record(actor, "needs.submit_on_behalf", need, now=now, org_unit_id=space_id)
    return need


def edit(
    user: User,
    need_id: int,
    wanted: dict[str, Any],
    *,
    expected: int,
    checker: Checker,
    now: dt.datetime,
) -> Need:
    """Change one's own words while nobody has taken the need up: `title`, `body`, `answers`,
    `urgency`, `contact_times`, `attachments` (all that are to hang on it from now on). Return the
    need. Raises VersionConflict, WrongState, NotFound, ContentRefused, Invalid."""
    need = Need.get_or_none(Need.id == need_id, Need.user_id == user.id)
    if need is None:
        raise NotFound
    values = dict(wanted)
    attached = values.pop("attachments", None)
    kind: Category = need.category
    if "answers" in values:
        _check_answers(kind, values["answers"])
    if values.keys() & {"title", "body", "answers"}:
        texts = texts_of(values.get("body", need.body), values.get("answers", need.answers))
        values["text_check"] = checker.accept(values.get("title", need.title), texts)
    with db.atomic():
        need = lock(need_id)
        if "urgency" in values and values["urgency"] != need.urgency:
            fresh = _promise(kind, values["urgency"], need.received_at)
            values |= promised(fresh, need.received_at)
        move = Move(Act.EDIT, "修改了诉求内容", changes=values)
        actor, place = audit.Actor("member", user.id), need.space_id
        transition(need, move, actor, now=now, expected=expected)
        if attached is not None:
            files.attach_instead(actor, attached, Subject.NEED, need.id, space_id=place, now=now)
    return need


def promised(given: Promise, clock_from: dt.datetime) -> dict[str, Any]:
    """Return the columns of a need that keep a promise."""
    return {
        "respond_days": given.respond_days,
        "resolve_days": given.resolve_days,
        "clock_from": clock_from,
        "clock_days": given.resolve_days,
        "due_respond": given.respond_by,
        "due_resolve": given.resolve_by,
        "promise": list(given.explained),
        "is_provisional": given.provisional,
    }


def _create(
    number: str,
    kind: Category,
    draft: Draft,
    stand: Stand,
    *,
    actor: audit.Actor,
    now: dt.datetime,
) -> Need:
    need = Need.add(
        now=now,
        by=actor.id,
        no=number,
        space=stand.space,
        enterprise_id=stand.enterprise_id,
        user_id=stand.user_id,
        on_behalf_by=stand.on_behalf_by,
        source=stand.source,
        category=kind,
        title=draft.title,
        body=draft.body,
        answers=draft.answers,
        urgency=draft.urgency,
        contact_times=draft.contact_times,
        state=NeedState.SUBMITTED,
        text_check=stand.text_check,
        received_at=now,
        **promised(_promise(kind, draft.urgency, now), now),
    )
    _note_arrival(need, stand, actor=actor, now=now)
    files.attach(actor, draft.attachments, Subject.NEED, need.id, space_id=stand.space.id)
    return need


def _note_arrival(need: Need, stand: Stand, *, actor: audit.Actor, now: dt.datetime) -> None:
    NeedEvent.create(
        space=stand.space,
        need=need,
        at=now,
        actor_kind=ActorKind(actor.kind),
        actor_id=actor.id,
        type=Act.SUBMIT.value,
        text="提交了诉求" if stand.on_behalf_by is None else "工作人员代为登记了诉求",
        after={"state": NeedState.SUBMITTED.value},
    )


def _next_number(space: Space, now: dt.datetime) -> str:
    """Return the next number of the Space's year. The counter's row is held until the transaction
    ends, so numbers are given one by one, and a failed transaction gives its number back."""
    year = day_of(now).year
    mine = (NeedCounter.space == space) & (NeedCounter.year == year)
    NeedCounter.insert(space=space, year=year, last=0).on_conflict_ignore().execute()
    NeedCounter.update(last=NeedCounter.last + 1).where(mine).execute()
    return f"{space.code}-{year}-{NeedCounter.get(mine).last:06d}"


def _check_daily(user: User, per_day: int, now: dt.datetime) -> None:
    today = day_of(now)
    midnight = at_shanghai(today, dt.time())
    sent = Need.select().where(Need.user_id == user.id, Need.received_at >= midnight)
    if sent.count() >= per_day:
        tomorrow = midnight + dt.timedelta(days=1)
        left = max(1, int((tomorrow - now).total_seconds()))
        raise RateLimited(
            left, f"您今天已提交 {per_day} 件诉求，请明天再提，或补充到已提交的诉求里"
        )


def _promise(kind: Category, urgency: Urgency, received: dt.datetime) -> Promise:
    return promise(calendar.load(day_of(received)), received, *days_of(kind, urgency))


def category(code: str) -> Category:
    """Return the kind of need behind a code. Raises CategoryUnknown."""
    found = Category.get_or_none(Category.code == code, Category.active == True)  # noqa: E712
    if found is None:
        raise CategoryUnknown
    return found


def _open_space(space_id: int) -> Space:
    space = Space.get_or_none(Space.id == space_id, Space.active == True)  # noqa: E712
    if space is None:
        raise NotFound
    return space


def _own_company(user: User) -> int:
    """Return the company the person may speak for. Raises NoCompany."""
    member = enterprises.membership_of(user.id)
    if member is None:
        raise NoCompany
    if member.status is not MemberStatus.VERIFIED:
        raise NoCompany("您的企业身份还在核实，可以先以个人名义提交")
    enterprise: Enterprise = member.enterprise
    return enterprise.merged_into_id or enterprise.id


def _check_answers(kind: Category, answers: dict[str, str]) -> None:
    """Hold the answers against the category's own questions. Raises Invalid."""
    questions = {question["key"]: question for question in kind.questions}
    wrong = {f"answers.{key}": "没有这个问题" for key in answers.keys() - questions.keys()}
    for key, question in questions.items():
        given = answers.get(key, "")
        choices = question.get("options") or (_YES_NO if question.get("kind") == "yes_no" else ())
        if not given and question.get("required"):
            wrong[f"answers.{key}"] = f"请回答：{question['label']}"
        elif given and choices and given not in choices:
            wrong[f"answers.{key}"] = f"请从选项中选择：{question['label']}"
    if wrong:
        raise Invalid(fields=wrong)
