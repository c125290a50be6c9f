"""活动系列: their names, colours, signs and ways of taking part, as data."""

from typing import Annotated, Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import Field

from models import Series
from models.activities import SeriesMode
from server.clock import utcnow
from server.console import door
from server.console.forms import Fields, Form, Number, Ticked
from server.context import actor, current_scope
from server.errors import NotFound, ServiceError
from server.schemas.base import Line, OptionalLine
from server.schemas.needs import Code
from server.services import activities_series
from server.services.staff import Verb

bp = door.word("activities_series")

_MODES = (
    (SeriesMode.OPEN, "公开报名"),
    (SeriesMode.CLOSED, "面向特定企业"),
    (SeriesMode.SLOTS, "分时段预约"),
    (SeriesMode.CLASS, "连续课程"),
    (SeriesMode.SERVICE, "驻点服务"),
    (SeriesMode.MEETING, "会议"),
)
_SIGNS = (
    ("lamp", "灯"),
    ("signpost-split", "路标"),
    ("door-open", "门"),
    ("water", "水"),
    ("heart-pulse", "心跳"),
    ("flower1", "花"),
    ("music-note-beamed", "音符"),
)
"""The signs the mini-program draws; it takes no others."""


class SeriesForm(Fields):
    """A series as the form sends it."""

    name: Annotated[Line, Field(max_length=20)]
    subtitle: Annotated[OptionalLine, Field(max_length=40)] = ""
    color: Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]
    icon: str
    mode: SeriesMode
    order: Annotated[Number, Field(ge=0, le=999)] = 0
    active: Ticked = False


class CodeForm(Fields):
    code: Code


@bp.get("/settings/series")
def index() -> ResponseReturnValue:
    """Show every series."""
    door.required(Verb.SETTINGS)
    return render_template(
        "console/activities_series/index.html",
        rows=activities_series.search(),
        used=activities_series.used(),
        modes=dict(_MODES),
    )


@bp.route("/settings/series/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Add a series."""
    door.required(Verb.SETTINGS)
    return _edit(None)


@bp.route("/settings/series/<id:series_id>", methods=["GET", "POST"])
def edit(series_id: int) -> ResponseReturnValue:
    """Change a series, or retire it."""
    if not current_scope().space_ids(Verb.SETTINGS):
        raise NotFound
    return _edit(activities_series.get(series_id))


def _edit(row: Series | None) -> ResponseReturnValue:
    usual = {"color": "#1f5a52", "mode": SeriesMode.OPEN, "order": 0, "active": True}
    given = {name: getattr(row, name) for name in SeriesForm.model_fields} if row else usual
    form, status = Form(request.form or None, **given), 200
    if request.method == "POST":
        try:
            _save(form, row)
        except ServiceError as error:
            form, status = form.blame(error), error.status
        else:
            flash("系列已保存", "good")
            return redirect(url_for(".index"), 303)
    page = render_template(
        "console/activities_series/edit.html", row=row, form=form, modes=_MODES, signs=_SIGNS
    )
    return page, status


def _save(form: Form, row: Series | None) -> None:
    values: dict[str, Any] = form.read(SeriesForm).model_dump()
    if values["icon"] not in dict(_SIGNS):
        values["icon"] = _SIGNS[0][0]
    if row is None:
        code = form.read(CodeForm).code
        activities_series.add(code, values, actor=actor(), now=utcnow())
        return
    activities_series.change(row, values, expected=form.version, actor=actor(), now=utcnow())
