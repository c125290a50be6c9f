"""楼宇: the towers of the town, their grid, and which Spaces look after them."""

from typing import Annotated, Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import Field

from server.clock import utcnow
from server.console import door
from server.console.forms import Fields, Form, Number, RowId
from server.context import actor, current_scope
from server.errors import Forbidden, ServiceError
from server.schemas.base import Line, OptionalLine, OptionalLongLine
from server.services import spaces_buildings
from server.services.spaces_buildings import Tower
from server.services.staff import Verb

bp = door.word("spaces_buildings")

_FACTS = ("name", "address", "grid_code", "floors")


class BuildingForm(Fields):
    """A tower as the form sends it."""

    name: Line
    address: OptionalLongLine = ""
    grid_code: Annotated[OptionalLine, Field(max_length=30)] = ""
    floors: Annotated[Number, Field(ge=1, le=200)] | None = None
    spaces: Annotated[list[RowId], Field(max_length=100)] = []

    def values(self) -> dict[str, Any]:
        """Return the columns."""
        told = self.model_dump(include=set(_FACTS))
        return told | {"grid_code": self.grid_code or None}


@bp.get("/buildings")
def index() -> ResponseReturnValue:
    """Show the towers."""
    text = door.asked_text("text")
    return render_template(
        "console/spaces_buildings/index.html",
        towers=spaces_buildings.search(door.required(Verb.EDIT_BUILDINGS), text),
        text=text,
    )


@bp.get("/buildings/new")
def new() -> ResponseReturnValue:
    """Show the empty form."""
    return _edit(None, Form())


@bp.post("/buildings/new")
def create() -> ResponseReturnValue:
    """Add a tower."""
    spaces, form = door.required(Verb.EDIT_BUILDINGS), Form(request.form)
    try:
        typed = form.read(BuildingForm)
        spaces_buildings.create(typed.values(), typed.spaces, spaces, actor=actor(), now=utcnow())
    except ServiceError as error:
        return _edit(None, form.blame(error)), error.status
    flash("已新增楼宇", "good")
    return redirect(url_for(".index"), 303)


@bp.get("/buildings/<id:building_id>")
def edit(building_id: int) -> ResponseReturnValue:
    """Show the form."""
    tower = _tower(building_id)
    values = {name: getattr(tower.building, name) for name in _FACTS}
    return _edit(tower, Form(spaces=[space.id for space in tower.spaces], **values))


@bp.post("/buildings/<id:building_id>")
def update(building_id: int) -> ResponseReturnValue:
    """Write what was changed."""
    tower, form = _tower(building_id), Form(request.form)
    try:
        typed = form.read(BuildingForm)
        spaces_buildings.change(
            tower,
            typed.values(),
            typed.spaces,
            door.required(Verb.EDIT_BUILDINGS),
            expected=form.version,
            actor=actor(),
            now=utcnow(),
        )
    except ServiceError as error:
        return _edit(_tower(building_id), form.blame(error)), error.status
    flash("已保存", "good")
    return redirect(url_for(".index"), 303)


def _tower(building_id: int) -> Tower:
    scope = current_scope()
    # Whoever sees it from one of its Spaces is told that it is not theirs to change.
    tower = spaces_buildings.get(building_id, scope.space_ids(Verb.SEE))
    if not {space.id for space in tower.spaces} & scope.space_ids(Verb.EDIT_BUILDINGS):
        raise Forbidden
    return tower


def _edit(tower: Tower | None, form: Form) -> str:
    door.required(Verb.EDIT_BUILDINGS)
    return render_template(
        "console/spaces_buildings/edit.html",
        tower=tower,
        form=form,
        spaces=door.spaces_of(Verb.EDIT_BUILDINGS),
    )
