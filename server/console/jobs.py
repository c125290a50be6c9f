"""定时任务: what runs by itself, when it ran last and when it runs next."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Protocol

from flask import current_app, render_template
from flask.typing import ResponseReturnValue

from server.clock import utcnow
from server.console import door
from server.context import current_scope
from server.errors import NotFound
from server.services import jobs
from server.services.staff import Verb

bp = door.word("jobs")

STATE = "xinyi.turns"


class Turn(Protocol):
    """A line of the timetable as this page shows it."""

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def next_at(self) -> dt.datetime: ...


Turns = Callable[[dt.datetime], Sequence[Turn]]


@bp.get("/jobs")
def index() -> ResponseReturnValue:
    """Show the timetable with the last and the next run of each job."""
    scope = current_scope()
    if not (scope.space_ids(Verb.EDIT_MENU) or scope.space_ids(Verb.SETTINGS)):
        raise NotFound
    turns: Turns = current_app.extensions[STATE]
    return render_template("console/jobs/index.html", turns=turns(utcnow()), last=jobs.last_runs())
