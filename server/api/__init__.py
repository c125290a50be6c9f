"""FACE 1: the mini-program and programs of staff. JSON, bearer token, below /api/v1."""

from flask_openapi3 import OpenAPI

from server.api import (
    activities,
    audit,
    auth,
    calendar,
    checkins,
    checkins_challenge,
    checkins_desk,
    checkins_offline,
    checkins_passes,
    enterprises,
    enterprises_register,
    files,
    meetings,
    menus,
    needs,
    needs_clusters,
    needs_desk,
    needs_dispatches,
    needs_handling,
    notifications,
    resources,
    signups,
    signups_desk,
    signups_noshows,
    signups_series,
    spaces,
    staff,
    staff_devices,
    statistics,
    surveys,
    users,
    visits,
)
from server.api.door import IdConverter

WORDS = (
    auth.bp,
    users.bp,
    spaces.bp,
    enterprises.bp,
    enterprises.staff_bp,
    enterprises_register.staff_bp,
    staff.bp,
    staff_devices.bp,
    audit.bp,
    needs.bp,
    files.bp,
    files.staff_bp,
    needs_desk.staff_bp,
    needs_clusters.staff_bp,
    needs_dispatches.staff_bp,
    needs_handling.staff_bp,
    calendar.staff_bp,
    statistics.staff_bp,
    activities.bp,
    signups.bp,
    signups_noshows.bp,
    signups_desk.staff_bp,
    signups_series.bp,
    checkins.bp,
    checkins.staff_bp,
    checkins_offline.staff_bp,
    checkins_challenge.bp,
    checkins_challenge.staff_bp,
    checkins_desk.staff_bp,
    checkins_passes.bp,
    menus.bp,
    menus.staff_bp,
    meetings.staff_bp,
    resources.staff_bp,
    notifications.bp,
    notifications.staff_bp,
    visits.staff_bp,
    surveys.bp,
)


def init_app(app: OpenAPI) -> None:
    """Hang every word into the application."""
    app.url_map.converters["id"] = IdConverter
    for bp in WORDS:
        app.register_api(bp)
