"""消息: how campaigns went out, which messages did not arrive, and what may go again."""

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models import Campaign
from models.notifications import DeliveryState
from server.clock import utcnow
from server.console import door
from server.context import actor, current_scope
from server.errors import NotFound, ServiceError
from server.services.notifications import ledger, progress
from server.services.staff import Verb

bp = door.word("notifications")


@bp.get("/notifications")
def index() -> ResponseReturnValue:
    """Show the newest campaigns and the deliveries that need a look."""
    mine = current_scope().space_ids(Verb.EDIT_MENU)
    wanted = door.asked(DeliveryState, "state")
    troubles = ledger.troubles(mine)
    first = next((state for state, count in troubles.items() if count), DeliveryState.FAILED_TEMP)
    state = wanted if wanted in troubles else first
    campaigns = ledger.campaigns_of(mine)[:10]
    return render_template(
        "console/notifications/index.html",
        troubles=troubles,
        state=state,
        page=ledger.of_spaces(mine, state=state, cursor=request.args.get("cursor"), limit=30),
        campaigns=campaigns,
        progress=progress.of_campaigns([row.id for row in campaigns]),
        back=_index(),
        again=state
        in (DeliveryState.UNKNOWN, DeliveryState.FAILED_PARAM, DeliveryState.FAILED_TEMP),
    )


@bp.post("/notifications/<id:delivery_id>/resend")
def resend(delivery_id: int) -> ResponseReturnValue:
    """Queue one message again: only a person may risk that somebody reads it twice."""
    line = ledger.get(delivery_id)
    if line.message.space_id is None:
        raise NotFound
    current_scope().require(Verb.PUBLISH_MENU, line.message.space_id)
    try:
        ledger.resend(line, actor=actor(), now=utcnow())
        flash("已重新排队", "good")
    except ServiceError as error:
        flash(error.detail, "bad")
    return redirect(url_for("console.notifications.index", state=line.delivery.state), 303)


@bp.get("/campaigns/<id:campaign_id>")
def campaign(campaign_id: int) -> ResponseReturnValue:
    """Show only how one campaign goes: its page asks for it again and again."""
    found = ledger.get_campaign(campaign_id)
    current_scope().require(Verb.SEE, found.space_id)
    return render_template(
        "console/notifications/_campaign.html",
        row=found,
        progress=progress.of_campaigns([campaign_id]),
        back=door.way_back(request.args.get("back") or _index()),
    )


@bp.post("/campaigns/<id:campaign_id>/pause")
def pause(campaign_id: int) -> ResponseReturnValue:
    """Hold a campaign until somebody lets it go on."""
    return _decide(campaign_id, ledger.pause, "已暂停，还没发出的先不发")


@bp.post("/campaigns/<id:campaign_id>/resume")
def resume(campaign_id: int) -> ResponseReturnValue:
    """Let a paused or stopped campaign go on."""
    return _decide(campaign_id, ledger.resume, "已恢复发送")


@bp.post("/campaigns/<id:campaign_id>/cancel")
def cancel(campaign_id: int) -> ResponseReturnValue:
    """Call off what has not left yet."""
    return _decide(campaign_id, ledger.cancel, "已取消，没发出的不再发送；已经收到的不受影响")


def _decide(campaign_id: int, act: Callable[..., Campaign], done: str) -> ResponseReturnValue:
    campaign = ledger.get_campaign(campaign_id)
    current_scope().require(Verb.PUBLISH_MENU, campaign.space_id)
    try:
        act(campaign, actor=actor(), now=utcnow())
        flash(done, "good")
    except ServiceError as error:
        flash(error.detail, "bad")
    return redirect(door.way_back(request.form.get("next") or _index()), 303)


def _index() -> str:
    return url_for("console.notifications.index")
