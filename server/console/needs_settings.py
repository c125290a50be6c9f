"""诉求: the catalogue of kinds with their promises, and the texts staff answer with."""

from typing import Annotated, Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import Field

from models import AnswerTemplate, Category
from server.clock import utcnow
from server.console import door
from server.console.forms import Fields, Form, Number, Ticked
from server.context import actor, current_scope
from server.errors import Invalid, NotFound, ServiceError
from server.schemas.base import OptionalLine, OptionalLongLine, Paragraph, ShortLine
from server.schemas.needs import Code
from server.services import needs_categories, needs_templates
from server.services.needs_categories import Kind
from server.services.needs_templates import PLACEHOLDERS, Wording
from server.services.staff import Verb

bp = door.word("needs_settings")

_BLANK_QUESTIONS = 2
_KINDS = ("text", "choice", "yes_no")


class TemplateForm(Fields):
    title: ShortLine
    text: Paragraph
    space_id: str = ""
    category_id: str = ""
    order: Number = 0
    active: Ticked = False


class CategoryForm(Fields):
    name: Annotated[ShortLine, Field(max_length=20)]
    hint: OptionalLongLine = ""
    contact_days: Number
    resolve_days: Number
    urgent_days: Number
    cross_days: Number
    order: Number = 0
    active: Ticked = False
    q_key: list[str] = []
    q_label: list[OptionalLine] = []
    q_kind: list[str] = []
    q_options: list[OptionalLongLine] = []
    q_required: list[str] = []


class CodeForm(Fields):
    code: Code


@bp.get("/needs/templates")
def index() -> ResponseReturnValue:
    """Show the texts the account sees; those it keeps can be changed."""
    scope = current_scope()
    _keeps_texts()
    return render_template(
        "console/needs/templates.html",
        rows=needs_templates.search(scope),
        may_change=lambda row: needs_templates.may_change(scope, row.space_id),
    )


@bp.route("/needs/templates/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Write a text."""
    _keeps_texts()
    return _template(None)


@bp.route("/needs/templates/<id:template_id>", methods=["GET", "POST"])
def edit(template_id: int) -> ResponseReturnValue:
    """Change a text, or take it out of use."""
    return _template(needs_templates.get(current_scope(), template_id))


def _keeps_texts() -> None:
    """Let pass who has a text to keep anywhere. Raises NotFound."""
    scope = current_scope()
    if not (needs_templates.may_share(scope) or scope.space_ids(Verb.WORK_NEEDS)):
        raise NotFound


def _template(row: AnswerTemplate | None) -> ResponseReturnValue:
    names = ("title", "text", "space_id", "category_id", "order", "active", "version")
    given = {name: getattr(row, name) for name in names} if row else {"order": 0, "active": True}
    form, status = Form(request.form or None, **given), 200
    if request.method == "POST":
        try:
            typed = form.read(TemplateForm)
            wording = Wording(
                title=typed.title,
                text=typed.text,
                space_id=door.id_in(typed.space_id) if typed.space_id else None,
                category_id=door.id_in(typed.category_id) if typed.category_id else None,
                order=min(typed.order, 999),
                active=typed.active,
            )
            needs_templates.write(
                current_scope(),
                wording,
                template=row,
                expected=form.version if row else None,
                actor=actor(),
                now=utcnow(),
            )
        except ServiceError as error:
            form, status = form.blame(error), error.status
        else:
            flash("模板已保存", "good")
            return redirect(url_for(".index"), 303)
    page = render_template(
        "console/needs/template.html",
        row=row,
        form=form,
        spaces=door.spaces_of(Verb.WORK_NEEDS),
        shares=needs_templates.may_share(current_scope()),
        categories=needs_categories.search(),
        placeholders=PLACEHOLDERS,
    )
    return page, status


@bp.get("/needs/categories")
def categories() -> ResponseReturnValue:
    """Show the catalogue."""
    _keeps_catalogue()
    return render_template("console/needs/categories.html", rows=needs_categories.search())


@bp.route("/needs/categories/new", methods=["GET", "POST"])
def new_category() -> ResponseReturnValue:
    """Add a kind of need."""
    _keeps_catalogue()
    return _category(None)


@bp.route("/needs/categories/<id:category_id>", methods=["GET", "POST"])
def edit_category(category_id: int) -> ResponseReturnValue:
    """Change a kind of need for what comes in from now on."""
    return _category(needs_categories.get(current_scope(), category_id))


def _keeps_catalogue() -> None:
    """Let pass who keeps the catalogue. Raises NotFound."""
    if not needs_categories.may_change(current_scope()):
        raise NotFound


def _category(row: Category | None) -> ResponseReturnValue:
    names = [name for name in CategoryForm.model_fields if not name.startswith("q_")]
    usual = {name: getattr(Kind(""), name) for name in names}
    given: dict[str, Any] = {name: getattr(row, name) for name in names} if row else usual
    form, status = Form(request.form or None, **given), 200
    if request.method == "POST":
        try:
            _save(form, row)
        except ServiceError as error:
            form, status = form.blame(error), error.status
        else:
            flash("类别已保存；已作出的承诺不受影响", "good")
            return redirect(url_for(".categories"), 303)
    shown = _asked(form) if request.form else list(row.questions if row else [])
    blanks = [{"key": "", "label": "", "kind": "text", "options": [], "required": False}]
    page = render_template(
        "console/needs/category.html",
        row=row,
        form=form,
        questions=shown + blanks * _BLANK_QUESTIONS,
    )
    return page, status


def _save(form: Form, row: Category | None) -> None:
    typed = form.read(CategoryForm)
    said = {name: value for name, value in typed.model_dump().items() if not name.startswith("q_")}
    kind = Kind(**said, questions=_asked(form))
    if row is None:
        code = form.read(CodeForm).code
        needs_categories.add(current_scope(), code, kind, actor=actor(), now=utcnow())
        return
    needs_categories.change(
        current_scope(), row, kind, expected=form.version, actor=actor(), now=utcnow()
    )


def _asked(form: Form) -> list[dict[str, Any]]:
    """Return the questions as the form has them; a line without words is none. A question keeps its
    key, so that answers given before still belong to it. Raises Invalid."""
    columns = [form.all(f"q_{name}") for name in ("key", "label", "kind", "options", "required")]
    if len({len(column) for column in columns}) != 1:
        raise Invalid("请从页面上的按钮提交")
    lines = [line for line in zip(*columns, strict=True) if line[1].strip()]
    taken = {key for key, *_ in lines}
    free = (f"q{number}" for number in range(1, 99) if f"q{number}" not in taken)
    found = []
    for key, label, kind, options, required in lines:
        known = key.isascii() and key.isidentifier() and len(key) <= 20
        choices = [text.strip() for text in options.replace("，", ",").split(",") if text.strip()]
        found.append(
            {
                "key": key if known else next(free),
                "label": label.strip()[:60],
                "kind": kind if kind in _KINDS else "text",
                "options": choices if kind == "choice" else [],
                "required": required == "yes",
            }
        )
    return found
