"""The reviewer's bench: the clock moved, jobs run at once. It is not there at all in production."""

import datetime as dt
from typing import Annotated, Protocol, Self

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from pydantic import AwareDatetime, Field, ValidationError, model_validator

from server import clock
from server.context import Resources, resources
from server.errors import Invalid
from server.schemas.base import In, field_errors

_FAR = 20 * 365 * 86_400


class RunJob(Protocol):
    """Runs a job of the timetable and returns what it brought about."""

    def __call__(self, resources: Resources, name: str, *, now: dt.datetime) -> str: ...


class ClockIn(In):
    """Where to move the clock: to a moment, or by seconds against the true time."""

    now: AwareDatetime | None = None
    offset_s: Annotated[float, Field(ge=-_FAR, le=_FAR, strict=True)] | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.now is None) == (self.offset_s is None):
            raise ValueError("请填写 now 或 offset_s 其中一项")
        return self


def blueprint(run_job: RunJob) -> Blueprint:
    """Return the bench. `run_job` is handed in, because faces do not know each other."""
    bp = Blueprint("bench", __name__, url_prefix="/_dev")
    bp.get("/clock")(_show_clock)
    bp.post("/clock")(_move_clock)
    bp.delete("/clock")(_true_clock)

    @bp.post("/jobs/<name>")
    def create_job(name: str) -> ResponseReturnValue:
        """Run a job at once, whatever the timetable says."""
        return jsonify(job=name, result=run_job(resources(), name, now=clock.utcnow()))

    return bp


def _show_clock() -> ResponseReturnValue:
    """Tell the time as every process of the server sees it."""
    return jsonify(now=clock.iso(clock.utcnow()), offset_s=clock.offset().total_seconds())


def _move_clock() -> ResponseReturnValue:
    """Move the clock of every process of the server."""
    try:
        wanted = ClockIn.model_validate(request.get_json())
    except ValidationError as error:
        raise Invalid(fields=field_errors(error)) from None
    if wanted.now is not None:
        by = wanted.now - (clock.utcnow() - clock.offset())
    else:
        by = dt.timedelta(seconds=wanted.offset_s or 0)
    if abs(by.total_seconds()) > _FAR:
        raise Invalid(fields={"now": "离现在太远"})
    clock.move(by)
    return _show_clock()


def _true_clock() -> ResponseReturnValue:
    """Bring the clock back to the true time."""
    clock.move(None)
    return _show_clock()
