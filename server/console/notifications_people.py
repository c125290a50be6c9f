"""消息: whom a menu will reach, whom a campaign reached, and why not the others, person by person."""

import csv
import io
from typing import Any, Final

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models import MenuRevision, User
from server.console import door
from server.console.labels import label
from server.context import current_scope
from server.services import menus, users
from server.services.checkins_screen import surname
from server.services.notifications import audience, ledger
from server.services.notifications.audience import Reason
from server.services.staff import Verb

bp = door.word("notifications_people")
_AT_ONCE: Final = 50
_WHY: Final = {
    Reason.REACHED: "手机上会看到微信提醒。",
    Reason.WAITING: "还在排队，或等着晚上过去：晚九点半到早八点半不打扰。",
    Reason.NO_GRANT: "微信规定每同意一次才能提醒一次，他们的次数用完了或还没有开过。消息在小程序“消息”里。",
    Reason.REFUSED: "在微信里拒绝过这类提醒。消息在小程序“消息”里。",
    Reason.MUTED: "在“我的资料”里关掉了这类提醒。消息在小程序“消息”里。",
    Reason.BLOCKED: "账号停用期间什么也不会收到。",
    Reason.UNKNOWN: "已经发出，微信没有确认；为免收到两次，系统不会自己重发。",
    Reason.FAILED: "微信没有接受，可到“消息发送”里查看原因并重发。",
    Reason.OLD_NEWS: "等得太久或已有更新的一条，不再用微信提醒。消息在小程序“消息”里。",
    Reason.LEFT: "发送之后注销或停用了账号。",
}


@bp.get("/menus/<id:revision_id>/audience")
def expected(revision_id: int) -> ResponseReturnValue:
    """Show whom publishing the menu would reach."""
    revision = menus.get(revision_id)
    current_scope().require(Verb.EDIT_MENU, revision.space_id)
    found = audience.before(revision.space_id, "menu")
    chosen = _asked(found)
    page = audience.people_before(
        revision.space_id, "menu", chosen, cursor=request.args.get("cursor"), limit=_AT_ONCE
    )
    may_read = current_scope().allows(Verb.EXPORT_PEOPLE, revision.space_id)
    return _page(
        chosen,
        found,
        heading="发布会告诉谁",
        lead=f"{revision.space.name} · 按现在的提醒次数和设置估计",
        back=url_for("console.menus.show", revision_id=revision.id),
        back_title=_menu_name(revision),
        page_of=url_for(".expected", revision_id=revision.id),
        people=[{"name": _name(user, may_read), "at": user.created_at} for user in page.items],
        next=page.next,
        may_read=may_read,
    )


@bp.get("/campaigns/<id:campaign_id>/people")
def people(campaign_id: int) -> ResponseReturnValue:
    """Show who was reached by a campaign, and why the others were not."""
    campaign = ledger.get_campaign(campaign_id)
    current_scope().require(Verb.EDIT_MENU, campaign.space_id)
    found = audience.after(campaign)
    chosen = _asked(found)
    page = audience.people_after(
        campaign, chosen, cursor=request.args.get("cursor"), limit=_AT_ONCE
    )
    may_read = current_scope().allows(Verb.EXPORT_PEOPLE, campaign.space_id)
    lines = [
        {
            "name": _name(user, may_read),
            "at": row.delivered_at or row.sent_at or row.created_at,
            "state": row.state,
            "error": row.error,
        }
        for row, user in page.items
    ]
    return _page(
        chosen,
        found,
        heading=campaign.title,
        lead=f"共告诉 {campaign.total} 位，微信已提醒 {found.reached} 位",
        back=url_for("console.notifications.index"),
        back_title="消息发送",
        page_of=url_for(".people", campaign_id=campaign.id),
        export=url_for(".counts", campaign_id=campaign.id),
        people=lines,
        next=page.next,
        may_read=may_read,
        is_after=True,
    )


@bp.get("/campaigns/<id:campaign_id>/counts.csv")
def counts(campaign_id: int) -> Response:
    """Hand out a campaign's numbers as a table; no names."""
    campaign = ledger.get_campaign(campaign_id)
    current_scope().require(Verb.EDIT_MENU, campaign.space_id)
    sheet = io.StringIO()
    rows = csv.writer(sheet)
    rows.writerow(["情况", "人数"])
    rows.writerows([label(why), count] for why, count in audience.after(campaign).counts.items())
    rows.writerow(["合计", campaign.total])
    name = f"campaign-{campaign.id}.csv"
    # The mark in front lets Excel read it as UTF-8.
    return Response(
        sheet.getvalue().encode("utf-8-sig"),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _asked(found: audience.Audience) -> Reason:
    """Return the reason asked for; without one, the first that has people behind it."""
    wanted = door.asked(Reason, "reason")
    if wanted in found.counts:
        return wanted
    return next((why for why, count in found.counts.items() if count), Reason.REACHED)


def _name(user: User | None, may_read: bool) -> str:
    if user is None:
        return "已注销用户"
    return users.display_name(user) if may_read else surname(user)


def _menu_name(revision: MenuRevision) -> str:
    _, month = revision.menu.month.split("-")
    return f"{int(month)}月菜单"


def _page(chosen: Reason, found: audience.Audience, **values: Any) -> str:
    return render_template(
        "console/notifications/people.html",
        chosen=chosen,
        audience=found,
        why=_WHY[chosen],
        **values,
    )
