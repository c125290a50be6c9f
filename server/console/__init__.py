"""FACE 2: staff in a browser. HTML, session cookie + CSRF + role, below /console."""

from typing import Any

from flask import Blueprint, Flask, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from server.console import (
    activities,
    activities_endings,
    activities_materials,
    activities_plans,
    activities_projects,
    activities_series,
    activities_sessions,
    assets,
    audit,
    audit_glass,
    auth,
    auth_factors,
    auth_scans,
    calendar,
    cases,
    checkins,
    checkins_desk,
    checkins_devices,
    checkins_flags,
    door,
    enterprises,
    enterprises_edit,
    enterprises_imports,
    enterprises_members,
    enterprises_merges,
    exports,
    home,
    jobs,
    meetings,
    meetings_tasks,
    menus,
    needs,
    needs_clusters,
    needs_dispatches,
    needs_handling,
    needs_links,
    needs_settings,
    notifications,
    notifications_people,
    pages,
    resources,
    resources_uses,
    search,
    signups,
    signups_desk,
    signups_noshows,
    spaces_buildings,
    spaces_settings,
    spaces_zones,
    staff,
    staff_people,
    staff_welcome,
    statistics,
    statistics_districts,
    statistics_reports,
    statistics_surveys,
    statistics_towns,
    surveys,
    visits,
    visits_records,
    visits_results,
    visits_targets,
)
from server.context import request_id
from server.errors import RateLimited, ServiceError, Unauthenticated

WORDS = (
    assets.bp,
    auth.bp,
    home.bp,
    activities.bp,
    activities_endings.bp,
    activities_plans.bp,
    activities_projects.bp,
    activities_materials.bp,
    activities_series.bp,
    activities_sessions.bp,
    signups.bp,
    signups_desk.bp,
    signups_noshows.bp,
    spaces_zones.bp,
    menus.bp,
    checkins.bp,
    checkins_desk.bp,
    checkins_devices.bp,
    checkins_flags.bp,
    enterprises.bp,
    enterprises_edit.bp,
    enterprises_imports.bp,
    enterprises_members.bp,
    enterprises_merges.bp,
    spaces_buildings.bp,
    spaces_settings.bp,
    needs.bp,
    needs_clusters.bp,
    needs_links.bp,
    needs_dispatches.bp,
    needs_handling.bp,
    needs_settings.bp,
    visits.bp,
    visits_targets.bp,
    visits_records.bp,
    visits_results.bp,
    notifications.bp,
    notifications_people.bp,
    meetings.bp,
    meetings_tasks.bp,
    resources.bp,
    resources_uses.bp,
    calendar.bp,
    jobs.bp,
    staff.bp,
    staff_people.bp,
    audit.bp,
    audit_glass.bp,
    staff_welcome.bp,
    auth_factors.bp,
    auth_scans.bp,
    exports.bp,
    statistics.bp,
    statistics_reports.bp,
    statistics_surveys.bp,
    statistics_towns.bp,
    statistics_districts.bp,
    surveys.bp,
    cases.bp,
    search.bp,
)

_HTTP_SENTENCES = {
    400: "页面停留太久或已在别处退出，请返回上一页刷新后再提交",
    404: "没有找到这一页，可能已被移除，或不在您负责的范围内",
    405: "此处不支持这种操作",
    413: "提交的内容太大",
    429: "操作太频繁，请稍等一分钟再试",
}


def init_app(app: Flask, turns: jobs.Turns) -> None:
    """Hang the console into the application, with the guard on its door. `turns` tells the
    timetable, which is another face's."""
    app.extensions[jobs.STATE] = turns
    console = Blueprint("console", __name__, url_prefix="/console", template_folder="templates")
    console.before_request(door.guard)
    console.after_request(door.keep_private)
    door.init_app(app)
    for bp in WORDS:
        console.register_blueprint(bp)
    app.register_blueprint(console)
    pages.init_app(app)


def answer(error: ServiceError) -> Any:
    """Return a page that says what was refused and where to go on."""
    if isinstance(error, Unauthenticated):
        return redirect(url_for("console.auth.login", next=door.here()), 303)
    headers = {"Retry-After": str(error.retry_after)} if isinstance(error, RateLimited) else {}
    return _page(error.status, error.detail), error.status, headers


def answer_http(error: HTTPException) -> Any:
    """Return a page for what Flask itself refused."""
    if error.response is not None:
        return error.response
    status = error.code or 500
    headers = {
        name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")
    }
    return _page(status, _HTTP_SENTENCES.get(status, "出错了，请稍后再试")), status, headers


def answer_bug() -> ResponseReturnValue:
    """Return one calm sentence; the log knows more under the same request id."""
    return _page(500, "系统出了点问题，我们已记录，请稍后再试"), 500


def _page(status: int, sentence: str) -> str:
    return render_template(
        "console/error.html", status=status, sentence=sentence, request_id=request_id()
    )
