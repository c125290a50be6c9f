"""The catalogue of kinds of needs, kept as data: what is asked and how many days are promised. A
change is for what comes in from now on; a promise that was made keeps its days."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from peewee import IntegrityError

from models import Category, db
from server.errors import Conflict, Forbidden, Invalid, NotFound, VersionConflict
from server.services import audit
from server.services.audit import Actor
from server.services.staff import ROLE_VERBS, Scope, Verb

MOST_DAYS = 60
MOST_QUESTIONS = 10


class CodeTaken(Conflict):
    code, message = "category_code_taken", "这个代码已经用过，请换一个"


@dataclass(frozen=True)
class Kind:
    """What a category says; the days are working days, questions as `Category` keeps them."""

    name: str
    hint: str = ""
    contact_days: int = 1
    resolve_days: int = 5
    urgent_days: int = 3
    cross_days: int = 15
    order: int = 0
    active: bool = True
    questions: list[dict[str, Any]] = field(default_factory=list)


def may_change(scope: Scope) -> bool:
    """Say whether the account keeps the catalogue, which all Spaces share."""
    return any(Verb.SETTINGS in ROLE_VERBS[role] for role in scope.roles)


def search() -> list[Category]:
    """Return every category, closed ones too, in their order."""
    return list(Category.select().order_by(Category.order, Category.id))


def get(scope: Scope, category_id: int) -> Category:
    """Return a category to change. Raises NotFound for who may not."""
    found: Category | None = Category.get_or_none(Category.id == category_id)
    if found is None or not may_change(scope):
        raise NotFound
    return found


def add(scope: Scope, code: str, kind: Kind, *, actor: Actor, now: dt.datetime) -> Category:
    """Add a category and return it. Raises Forbidden, CodeTaken, Invalid."""
    _check(scope, kind)
    try:
        with db.atomic():
            row = Category.add(now=now, by=actor.id, code=code, **vars(kind))
            audit.record(actor, "needs.add_category", row, now=now, after=_told(row))
    except IntegrityError:
        raise CodeTaken from None
    return row


def change(
    scope: Scope, row: Category, kind: Kind, *, expected: int, actor: Actor, now: dt.datetime
) -> None:
    """Change a category for what comes in from now on. Raises Forbidden, VersionConflict, Invalid."""
    _check(scope, kind)
    before = _told(row)
    with db.atomic():
        if not row.change(now=now, by=actor.id, expected=expected, **vars(kind)):
            raise VersionConflict
        audit.record(actor, "needs.change_category", row, now=now, before=before, after=_told(row))


def _check(scope: Scope, kind: Kind) -> None:
    if not may_change(scope):
        raise Forbidden
    names = ("contact_days", "resolve_days", "urgent_days", "cross_days")
    wrong = {
        name: f"请填写 1 至 {MOST_DAYS} 个工作日"
        for name in names
        if not 1 <= getattr(kind, name) <= MOST_DAYS
    }
    if not 0 <= kind.order <= 999:
        wrong["order"] = "请填写 0 至 999"
    if kind.urgent_days > kind.resolve_days and not wrong:
        wrong["urgent_days"] = "紧急诉求的天数不能比一般的多"
    if len(kind.questions) > MOST_QUESTIONS:
        wrong["q_label"] = f"最多 {MOST_QUESTIONS} 个问题"
    if any(row["kind"] == "choice" and len(row["options"]) < 2 for row in kind.questions):
        wrong["q_label"] = "单选题至少要有两个选项"
    if wrong:
        raise Invalid(fields=wrong)


def _told(row: Category) -> dict[str, Any]:
    names = ("name", "contact_days", "resolve_days", "urgent_days", "cross_days", "active")
    return {name: getattr(row, name) for name in names} | {"questions": len(row.questions)}
