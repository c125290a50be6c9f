"""空间设置: what a Space says of itself, its venues and zones; its keepers write it."""

import datetime as dt
from collections.abc import Callable
from typing import Annotated, Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import Field

from models import Space, Venue, Zone
from models.spaces import VenueRole
from server.clock import utcnow
from server.console import door
from server.console.activities_forms import Day
from server.console.forms import Fields, Form, Number, Ticked
from server.context import actor, current_scope
from server.errors import Invalid, ServiceError
from server.schemas.base import Line, OptionalLine, OptionalLongLine, OptionalParagraph
from server.services import spaces, spaces_settings
from server.services.staff import Verb

bp = door.word("spaces_settings")

_MOST_GOALS, _MOST_MILESTONES = 5, 30
_Room = Annotated[Line, Field(max_length=40)]
_Seats = Annotated[Number, Field(ge=1, le=100_000)] | None


class ProfileForm(Fields):
    """What a Space says of itself."""

    name: _Room
    address: OptionalLongLine = ""
    founded_on: Day | None = None
    supervisor: OptionalLine = ""
    intro: OptionalParagraph = ""
    five_goals: OptionalParagraph = ""
    opening_hours: OptionalLongLine = ""
    phone: Annotated[OptionalLine, Field(max_length=30)] = ""
    milestones: OptionalParagraph = ""


class VenueForm(Fields):
    """A venue as the form sends it."""

    name: _Room
    role: VenueRole
    floor: Annotated[OptionalLine, Field(max_length=10)] = ""
    area_m2: _Seats = None
    capacity: _Seats = None
    address: OptionalLongLine = ""
    opening_hours: OptionalLongLine = ""


class ZoneForm(Fields):
    """A zone as the form sends it."""

    name: _Room
    purpose: OptionalLongLine = ""
    capacity: _Seats = None
    order: Annotated[Number, Field(ge=0, le=999)] = 0


class InUse(Fields):
    """Whether what stands there already goes on."""

    active: Ticked = False


@bp.get("/settings/spaces")
def index() -> ResponseReturnValue:
    """Show the Spaces there are; who keeps one alone is led to it."""
    door.required(Verb.EDIT_SPACE)
    rows = door.spaces_of(Verb.EDIT_SPACE)
    if len(rows) == 1:
        return redirect(url_for(".show", space_id=rows[0].id), 303)
    return render_template("console/spaces_settings/index.html", rows=rows)


@bp.route("/settings/spaces/<id:space_id>", methods=["GET", "POST"])
def show(space_id: int) -> ResponseReturnValue:
    """Show a Space with its venues and zones, and write what it says of itself."""
    space = _space(space_id)
    names = set(ProfileForm.model_fields) - {"five_goals", "milestones"}
    given = {name: getattr(space, name) for name in names} | {
        "five_goals": "\n".join(space.five_goals),
        "milestones": "\n".join(f"{each['on']} {each['text']}" for each in space.milestones),
    }

    def save(form: Form) -> None:
        spaces_settings.change_profile(
            space, _profile(form), expected=form.version, actor=actor(), now=utcnow()
        )

    form, status = _sent(given, save)
    if status == 303:
        flash("空间资料已保存", "good")
        return redirect(url_for(".show", space_id=space.id), 303)
    page = render_template(
        "console/spaces_settings/show.html",
        space=space,
        form=form,
        rooms=spaces_settings.rooms(space),
        is_one_of_many=len(current_scope().space_ids(Verb.EDIT_SPACE)) > 1,
    )
    return page, status


@bp.route("/settings/spaces/<id:space_id>/venues/new", methods=["GET", "POST"])
def new_venue(space_id: int) -> ResponseReturnValue:
    """Add a venue."""
    return _venue(_space(space_id), None)


@bp.route("/settings/venues/<id:venue_id>", methods=["GET", "POST"])
def edit_venue(venue_id: int) -> ResponseReturnValue:
    """Change a venue, or retire it."""
    venue = spaces_settings.venue(venue_id)
    return _venue(_kept(venue.space), venue)


@bp.route("/settings/venues/<id:venue_id>/zones/new", methods=["GET", "POST"])
def new_zone(venue_id: int) -> ResponseReturnValue:
    """Add a zone."""
    venue = spaces_settings.venue(venue_id)
    _kept(venue.space)
    return _zone(venue, None)


@bp.route("/settings/zones/<id:zone_id>", methods=["GET", "POST"])
def edit_zone(zone_id: int) -> ResponseReturnValue:
    """Change a zone, or retire it."""
    zone = spaces_settings.zone(zone_id)
    _kept(zone.venue.space)
    return _zone(zone.venue, zone)


def _space(space_id: int) -> Space:
    return _kept(spaces.get(space_id))


def _kept(space: Space) -> Space:
    """Return the Space if its settings are the asking staff's to keep. Raises Forbidden, NotFound."""
    current_scope().require(Verb.EDIT_SPACE, space.id)
    return space


def _venue(space: Space, row: Venue | None) -> ResponseReturnValue:
    def save(form: Form) -> None:
        values = form.read(VenueForm).model_dump()
        if row is None:
            role, name = values.pop("role"), values.pop("name")
            spaces.add_venue(space, role, name, actor=actor(), now=utcnow(), **values)
            return
        values |= form.read(InUse).model_dump()
        spaces_settings.change_venue(
            row, values, expected=form.version, actor=actor(), now=utcnow()
        )

    form, status = _sent(_given(VenueForm, row, role=VenueRole.AUXILIARY), save)
    return _answer(space, form, status, "venue.html", row=row, venue=row)


def _zone(venue: Venue, row: Zone | None) -> ResponseReturnValue:
    def save(form: Form) -> None:
        values = form.read(ZoneForm).model_dump()
        if row is None:
            name = values.pop("name")
            spaces.add_zone(venue, name, actor=actor(), now=utcnow(), **values)
            return
        values |= form.read(InUse).model_dump()
        spaces_settings.change_zone(row, values, expected=form.version, actor=actor(), now=utcnow())

    form, status = _sent(_given(ZoneForm, row, order=0), save)
    return _answer(venue.space, form, status, "zone.html", row=row, venue=venue)


def _given(shape: type[Fields], row: Venue | Zone | None, **usual: Any) -> dict[str, Any]:
    if row is None:
        return usual
    return {name: getattr(row, name) for name in (*shape.model_fields, "active")}


def _sent(given: dict[str, Any], save: Callable[[Form], None]) -> tuple[Form, int]:
    """Return the form, and 303 when it was sent and written; else what the page answers with."""
    if request.method != "POST":
        return Form(**given), 200
    form = Form(request.form)
    try:
        save(form)
    except ServiceError as error:
        return form.blame(error), error.status
    return form, 303


def _answer(space: Space, form: Form, status: int, page: str, **told: Any) -> ResponseReturnValue:
    if status == 303:
        flash("已保存", "good")
        return redirect(url_for(".show", space_id=space.id, _anchor="rooms"), 303)
    return render_template(
        f"console/spaces_settings/{page}", space=space, form=form, **told
    ), status


def _profile(form: Form) -> dict[str, Any]:
    """Return the columns the form means. Raises Invalid."""
    typed = form.read(ProfileForm)
    values = typed.model_dump()
    goals = [line.strip() for line in typed.five_goals.splitlines() if line.strip()]
    if len(goals) > _MOST_GOALS or any(len(goal) > 20 for goal in goals):
        raise Invalid(fields={"five_goals": "最多五条，每条不超过 20 字"})
    return values | {"five_goals": goals, "milestones": _milestones(typed.milestones)}


def _milestones(text: str) -> list[dict[str, str]]:
    found: dict[tuple[str, str], dict[str, str]] = {}
    for line in filter(None, (line.strip() for line in text.splitlines())):
        day, _, told = line.replace("\u3000", " ").partition(" ")
        try:
            on = dt.date.fromisoformat(day).isoformat()
        except ValueError:
            on = ""
        if not on or len(day) != len(on) or not 1 <= len(told.strip()) <= 60:
            raise Invalid(fields={"milestones": f"这一行看不懂：{line[:20]}。例如 2024-05-20 揭牌"})
        found[on, told.strip()] = {"on": on, "text": told.strip()}
    if len(found) > _MOST_MILESTONES:
        raise Invalid(fields={"milestones": f"最多 {_MOST_MILESTONES} 条"})
    return [found[key] for key in sorted(found)]
