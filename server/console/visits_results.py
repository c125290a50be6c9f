"""大调研: what came of a season's questions, and the coded result to take along."""

from io import BytesIO

from flask import render_template, request, send_file
from flask.typing import ResponseReturnValue

from server.clock import day_of, utcnow
from server.console import door
from server.console.forms import Form
from server.context import actor, current_scope
from server.errors import ServiceError
from server.services import visits, visits_exports, visits_progress, visits_results
from server.services.staff import Verb

bp = door.word("visits_results")

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("/visits/<id:visit_campaign_id>/results")
def show(visit_campaign_id: int) -> ResponseReturnValue:
    """Show the coverage and a table for each question."""
    return _page(visit_campaign_id, Form())


@bp.post("/visits/<id:visit_campaign_id>/export")
def export(visit_campaign_id: int) -> ResponseReturnValue:
    """Send the coded result as a spreadsheet."""
    campaign = visits.get(current_scope(), visit_campaign_id, Verb.EXPORT_PEOPLE)
    now = utcnow()
    try:
        reason = request.form.get("reason", "")
        book = visits_exports.workbook(campaign, reason, actor=actor(), now=now)
    except ServiceError as error:
        return _page(visit_campaign_id, Form(request.form).blame(error)), error.status
    name = f"{campaign.title}-编码结果-{day_of(now):%Y%m%d}.xlsx"
    return send_file(BytesIO(book), mimetype=_XLSX, as_attachment=True, download_name=name)


def _page(campaign_id: int, form: Form) -> str:
    scope = current_scope()
    campaign = visits.get(scope, campaign_id)
    return render_template(
        "console/visits/results.html",
        campaign=campaign,
        standing=visits_progress.of_campaigns([campaign])[campaign.id],
        results=visits_results.of_campaign(campaign),
        least=visits_results.LEAST,
        may_export=scope.allows(Verb.EXPORT_PEOPLE, campaign.space_id),
        form=form,
    )
