"""Needs in many hands in the first Space: one with a partner, one escalated, one with more days."""

import datetime as dt

from models import Need, Partner, Staff
from models.needs_dispatches import DispatchRole
from models.staff import Role
from scripts.demo.places import Town
from server.clock import day_of
from server.services import (
    audit,
    needs_desk,
    needs_dispatches,
    needs_escalations,
    needs_extensions,
    needs_handling,
    needs_leads,
    needs_templates,
    staff,
)
from server.services.audit import Actor
from server.services.needs_desk import Desk
from server.services.needs_dispatches import Errand
from server.services.needs_handling import Hand
from server.services.needs_templates import Wording
from server.services.staff import Scope

IN_FULL = "XYC"
TEXTS = (
    ("已收到", "{称呼}，您好！{编号}《{标题}》我们已经收到，会在{期限}前答复您。{空间} {经办}"),
    (
        "正在协调",
        "{称呼}，您好！这件事需要和相关单位一起办，我们正在协调，有进展马上告诉您。{经办}",
    ),
)


def add_dispatches(town: Town, now: dt.datetime) -> None:
    """Put open needs into hands and let those go as far as they would have gone by now."""
    space = town.places[IN_FULL].space
    keeper = Staff.get(Staff.login == "keeper_a")
    scope = Scope(keeper.id, ((Role.KEEPER, space.org_unit.path),))
    me = Actor("staff", keeper.id, keeper.name)
    handler = _handler(town, now)
    body = Partner.get(Partner.name == "虹桥镇营商服务中心")
    league = Partner.get(Partner.name == "虹桥镇团委")

    def desk(title: str) -> Desk:
        need = Need.get(Need.space == space, Need.title == title)
        return Desk(scope, need.id, need.version, actor=me)

    before = now - dt.timedelta(hours=5)
    contract, campus = "合作合同的违约条款", "校招季想进高校宣讲"
    needs_escalations.call(desk(contract), "想请镇里协调公益律师资源", now=before)
    errand = Errand(partner_id=body.id, note="请联系企业，约一次合同义诊")
    needs_dispatches.dispatch(desk(contract), errand, now=before)
    errand = Errand(partner_id=body.id, note="请对接高校就业中心")
    _accept(needs_dispatches.dispatch(desk(campus), errand, now=before), handler, before)
    helper = Errand(partner_id=league.id, role=DispatchRole.ASSIST, note="请帮忙发动在校生社团")
    needs_dispatches.dispatch(desk(campus), helper, now=before)
    asked = needs_extensions.ask(desk(campus), 30, "高校宣讲名额下月初才公布", now=before)
    extension = needs_extensions.of_need(asked)[0]
    needs_extensions.decide(desk(campus), extension.id, is_approved=True, now=now)
    needs_desk.note(desk(contract), "已请对方先不要签字", now=now)
    for order, (title, text) in enumerate(TEXTS):
        wording = Wording(title, text, space_id=space.id, order=order)
        needs_templates.write(scope, wording, actor=me, now=now)


def _handler(town: Town, now: dt.datetime) -> Staff:
    """Let the partner's account handle what its body is sent, and return it."""
    handler: Staff = Staff.get(Staff.login == "handler_p")
    staff.grant(
        handler,
        Role.PARTNER_HANDLER,
        town.units["虹桥镇"],
        partner=Partner.get(Partner.name == "虹桥镇营商服务中心"),
        from_on=day_of(now) - dt.timedelta(days=300),
        actor=audit.SYSTEM,
        now=now,
    )
    return handler


def _accept(need: Need, handler: Staff, at: dt.datetime) -> None:
    row = needs_leads.lead_of(need)
    if row is None:
        raise LookupError(need.no)
    scope = staff.scope_of(handler, now=at)
    hand = Hand(scope, row.id, row.version, Actor("staff", handler.id, handler.name))
    needs_handling.accept(hand, now=at)
