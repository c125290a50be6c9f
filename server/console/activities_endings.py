"""How activities and sessions end: called off in two steps, their result, the archive."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models import Activity, Session
from server.clock import utcnow
from server.console import door
from server.console.forms import Fields, Form, ReasonForm
from server.context import actor, current_scope
from server.errors import ServiceError
from server.schemas.base import OptionalParagraph
from server.services import activities
from server.services import activities_endings as endings
from server.services import activities_sessions as sessions
from server.services.staff import Verb

bp = door.word("activities_endings")


class ResultForm(Fields):
    """What came of it."""

    result: OptionalParagraph = ""


@bp.get("/activities/<id:activity_id>/cancel")
def ask(activity_id: int) -> ResponseReturnValue:
    """Say what calling the activity off would mean; with a reason, what people would read."""
    activity = _cancellable(activity_id)
    return _page(Form(request.args, version=activity.version), activity, None)


@bp.post("/activities/<id:activity_id>/cancel")
def cancel(activity_id: int) -> ResponseReturnValue:
    """Call an activity off and tell everybody who is signed up."""
    activity = _cancellable(activity_id)
    form = Form(request.form)
    try:
        reason = form.read(ReasonForm).reason
        activities.cancel(activity, reason, expected=form.version, actor=actor(), now=utcnow())
    except ServiceError as error:
        return _page(form.blame(error), activities.get(activity_id), None), error.status
    flash("活动已取消，已报名的人都会收到通知", "good")
    return _back(activity_id)


@bp.get("/sessions/<id:session_id>/cancel")
def ask_session(session_id: int) -> ResponseReturnValue:
    """Say the same of one session."""
    session = _cancellable_session(session_id)
    return _page(Form(request.args, version=session.version), session.activity, session)


@bp.post("/sessions/<id:session_id>/cancel")
def cancel_session(session_id: int) -> ResponseReturnValue:
    """Call one session off and tell everybody who is signed up for it."""
    session = _cancellable_session(session_id)
    form = Form(request.form)
    try:
        reason = form.read(ReasonForm).reason
        sessions.cancel(session, reason, expected=form.version, actor=actor(), now=utcnow())
    except ServiceError as error:
        fresh = sessions.get(session_id)
        return _page(form.blame(error), fresh.activity, fresh), error.status
    flash("本场已取消，已报名的人都会收到通知", "good")
    return _back(session.activity_id)


@bp.post("/activities/<id:activity_id>/result")
def result(activity_id: int) -> ResponseReturnValue:
    """Write down what came of it."""
    form = Form(request.form)
    try:
        text = form.read(ResultForm).result
        endings.record_result(
            _writable(activity_id), text, expected=form.version, actor=actor(), now=utcnow()
        )
    except ServiceError as error:
        return _refused(error, activity_id)
    flash("结果已保存，会员可以看到", "good")
    return _back(activity_id)


@bp.post("/activities/<id:activity_id>/archive")
def archive(activity_id: int) -> ResponseReturnValue:
    """Put an activity that has ended away."""
    try:
        version = Form(request.form).version
        endings.archive(_writable(activity_id), expected=version, actor=actor(), now=utcnow())
    except ServiceError as error:
        return _refused(error, activity_id)
    flash("已归档", "good")
    return _back(activity_id)


def _refused(error: ServiceError, activity_id: int) -> ResponseReturnValue:
    """Say why on the page it was asked from; access refused stays what it is."""
    if error.status in (403, 404):
        raise error
    flash(error.detail, "bad")
    return _back(activity_id)


def _back(activity_id: int) -> ResponseReturnValue:
    return redirect(url_for("console.activities.show", activity_id=activity_id), 303)


def _writable(activity_id: int) -> Activity:
    activity = activities.get(activity_id)
    current_scope().require(Verb.EDIT_ACTIVITIES, activity.space_id)
    return activity


def _cancellable(activity_id: int) -> Activity:
    activity = activities.get(activity_id)
    current_scope().require(Verb.CANCEL_ACTIVITY, activity.space_id)
    return activity


def _cancellable_session(session_id: int) -> Session:
    session = sessions.get(session_id)
    current_scope().require(Verb.CANCEL_ACTIVITY, session.space_id)
    return session


def _page(form: Form, activity: Activity, session: Session | None) -> str:
    outlook = endings.outlook(activity, session, now=utcnow())
    reason = form["reason"].strip()
    is_ready = 1 <= len(reason) <= 60
    message: Any = None
    if is_ready and outlook.sessions:
        message = endings.message_of(outlook.sessions[0], reason)
    return render_template(
        "console/activities/cancel.html",
        form=form,
        activity=activity,
        session=session,
        outlook=outlook,
        reason=reason,
        is_ready=is_ready,
        message=message,
        version=(session or activity).version,
    )
