"""Answer templates: texts to begin an answer with, shared by all or a Space's own."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from peewee import JOIN

from models import AnswerTemplate, Category, Need, Space, db
from server.errors import Forbidden, Invalid, NotFound, VersionConflict
from server.services import audit
from server.services.audit import Actor
from server.services.calendar_days import moment_label
from server.services.staff import ROLE_VERBS, Scope, Verb

PLACEHOLDERS = {
    "{称呼}": "提交人或企业的名称",
    "{编号}": "诉求编号",
    "{标题}": "诉求标题",
    "{空间}": "空间名称",
    "{期限}": "答复期限",
    "{经办}": "您的姓名",
}
"""What may stand in a template, and what it becomes."""


@dataclass(frozen=True)
class Wording:
    """What a template says. `space_id` None: for every Space; `category_id` None: for every kind."""

    title: str
    text: str
    space_id: int | None = None
    category_id: int | None = None
    order: int = 0
    active: bool = True


def may_share(scope: Scope) -> bool:
    """Say whether the account keeps the texts every Space has."""
    return any(Verb.SETTINGS in ROLE_VERBS[role] for role in scope.roles)


def search(scope: Scope) -> list[AnswerTemplate]:
    """Return the templates the account sees: the shared ones and those of its Spaces."""
    return list(_seen(scope).order_by(AnswerTemplate.order, AnswerTemplate.id))


def get(scope: Scope, template_id: int) -> AnswerTemplate:
    """Return a template the account may change. Raises NotFound."""
    found: AnswerTemplate | None = _seen(scope).where(AnswerTemplate.id == template_id).first()
    if found is None or not may_change(scope, found.space_id):
        raise NotFound
    return found


def may_change(scope: Scope, space_id: int | None) -> bool:
    """Say whether the account keeps the texts of the Space, or, for None, of all."""
    return may_share(scope) if space_id is None else scope.allows(Verb.WORK_NEEDS, space_id)


def _seen(scope: Scope) -> Any:
    own = AnswerTemplate.space.in_(sorted(scope.space_ids(Verb.WORK_NEEDS)))
    return (
        AnswerTemplate.select(AnswerTemplate, Space, Category)
        .join_from(AnswerTemplate, Space, JOIN.LEFT_OUTER)
        .join_from(AnswerTemplate, Category, JOIN.LEFT_OUTER)
        .where(AnswerTemplate.space.is_null() | own)
    )


def write(
    scope: Scope,
    wording: Wording,
    *,
    template: AnswerTemplate | None = None,
    expected: int | None = None,
    actor: Actor,
    now: dt.datetime,
) -> AnswerTemplate:
    """Add a template, or change one, and return it. Raises Forbidden, VersionConflict, Invalid."""
    if not may_change(scope, wording.space_id):
        raise Forbidden
    if wording.category_id and not Category.select().where(Category.id == wording.category_id):
        raise Invalid(fields={"category_id": "请从列表中选择类别"})
    values = vars(wording)
    with db.atomic():
        if template is None:
            template = AnswerTemplate.add(now=now, by=actor.id, **values)
        elif not template.change(now=now, by=actor.id, expected=expected, **values):
            raise VersionConflict
        audit.record(
            actor,
            "needs.write_template",
            template,
            now=now,
            org_unit_id=wording.space_id,
            after={"title": wording.title, "active": wording.active},
        )
    return template


def offered(need: Need, *, name: str, by: str) -> list[tuple[AnswerTemplate, str]]:
    """Return the templates that fit a need, its own kind's first, each with its text filled in.
    `name`: how the submitter is called; `by`: who answers."""
    fits = (
        (AnswerTemplate.active == True)  # noqa: E712
        & (AnswerTemplate.space.is_null() | (AnswerTemplate.space == need.space_id))
        & (AnswerTemplate.category.is_null() | (AnswerTemplate.category == need.category_id))
    )
    rows = AnswerTemplate.select().where(fits).order_by(AnswerTemplate.order, AnswerTemplate.id)
    values = {
        "{称呼}": name or "您",
        "{编号}": need.no,
        "{标题}": need.title,
        "{空间}": need.space.name,
        "{期限}": moment_label(need.due_resolve),
        "{经办}": by,
    }
    ordered = sorted(rows, key=lambda row: row.category_id is None)
    return [(row, _filled(row.text, values)) for row in ordered]


def _filled(text: str, values: dict[str, str]) -> str:
    for mark, value in values.items():
        text = text.replace(mark, value)
    return text
