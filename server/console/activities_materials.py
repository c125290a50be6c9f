"""活动资料: what those who came may take home, put up and taken down."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from models import Activity, File
from server.clock import utcnow
from server.console import door, files
from server.context import actor, current_scope
from server.errors import ServiceError
from server.services import activities
from server.services import activities_materials as materials
from server.services.staff import Verb

bp = door.word("activities_materials")


@bp.post("/activities/<id:activity_id>/materials")
@door.takes_files
def create(activity_id: int) -> ResponseReturnValue:
    """Hand files out with an activity that took place."""
    activity = _writable(activity_id)
    kept: list[File] = []
    try:
        files.take(kept)
        ids = [each.id for each in kept]
        materials.add(activity, ids, actor=actor(), now=utcnow())
        flash(f"已上传 {len(ids)} 份资料，到场的会员可以看到", "good")
    except ServiceError as error:
        # What was good is kept with the form for a page that shows it; here one chooses anew.
        errors = error.facts.get("errors") or []
        flash(errors[0]["message"] if errors else error.detail, "bad")
    return _back(activity_id)


@bp.post("/activities/<id:activity_id>/materials/remove")
def remove(activity_id: int) -> ResponseReturnValue:
    """Take one of them down."""
    activity = _writable(activity_id)
    file_id = door.asked_id("file_id", request.form) or 0
    materials.remove(activity, file_id, actor=actor(), now=utcnow())
    flash("已撤下，会员不再看到", "good")
    return _back(activity_id)


def _back(activity_id: int) -> ResponseReturnValue:
    return redirect(url_for("console.activities.show", activity_id=activity_id), 303)


def _writable(activity_id: int) -> Activity:
    activity = activities.get(activity_id)
    current_scope().require(Verb.EDIT_ACTIVITIES, activity.space_id)
    return activity
