"""Whom a Space can call on, who keeps the register, and what was given to whom."""

import datetime as dt
from typing import Any

import pytest
from flask import Flask

import models
from models.resources import PartnerType
from models.spaces import OrgKind
from models.staff import Role
from server.clock import day_of
from server.errors import Forbidden, Invalid, NotFound, VersionConflict
from server.schemas.resources import ExpertIn, PartnerIn, ResourceIn, UseIn
from server.services import (
    resources,
    resources_experts,
    resources_partners,
    resources_register,
    resources_uses,
    staff,
)
from server.services.resources_register import NameTaken
from tests import factories
from tests.conftest import resources as process


class House:
    """Two Spaces of a town and one elsewhere, each with a keeper; the town has its officer."""

    def __init__(self, app: Flask, now: dt.datetime) -> None:
        self.vault, self.now = process(app).vault, now
        self.town = factories.make_org_unit(OrgKind.TOWN, factories.make_org_unit())
        self.here, self.near = factories.make_space(self.town), factories.make_space(self.town)
        self.far = factories.make_space()
        self.keeper = self._who(Role.KEEPER, self.here)
        self.neighbour = self._who(Role.KEEPER, self.near)
        self.stranger = self._who(Role.KEEPER, self.far)
        self.officer = self._who(Role.TOWN_OFFICER, self.town)
        self.by: dict[str, Any] = {"actor": factories.actor(), "now": now}

    def _who(self, role: Role, at: Any) -> staff.Scope:
        return staff.scope_of(factories.make_staff(role, at), now=self.now)

    def partner(self, scope: staff.Scope, unit_id: int, **over: Any) -> models.Partner:
        form = PartnerIn.model_validate({"type": "provider", "name": "衡正税务所"} | over)
        return resources_partners.add(unit_id, form, scope=scope, vault=self.vault, **self.by)


@pytest.fixture
def house(app: Flask, now: dt.datetime) -> House:
    return House(app, now)


def test_who_sees_and_keeps_a_partner(house: House) -> None:
    own = house.partner(house.keeper, house.here.id, phone="021-5555 0110")
    of_town = house.partner(house.officer, house.town.id, name="镇统战办", type="united_front")
    shared = house.partner(house.neighbour, house.near.id, name="卫生中心", is_shared=True)
    hidden = house.partner(house.neighbour, house.near.id, name="隔壁物业")

    assert "021" not in str(own.phone_enc)
    assert resources_register.phone_of(own, house.vault) == "021-5555 0110"
    entry = models.AuditLog.get(models.AuditLog.object_id == own.id)
    assert (entry.action, entry.org_unit_id) == ("partners.add", house.here.id)
    assert "phone" not in entry.after
    seen = {row.id for row in resources_partners.usable_in(house.here.id)}
    assert seen == {own.id, of_town.id, shared.id}
    assert {row.id for row in resources_partners.search(house.officer)} == seen | {hidden.id}
    fronts = resources_partners.search(house.keeper, type=PartnerType.UNITED_FRONT)
    assert [row.id for row in fronts] == [of_town.id]
    assert [row.id for row in resources_partners.search(house.keeper, text="统战")] == [of_town.id]
    assert not list(resources_partners.search(house.stranger))
    with pytest.raises(NotFound):
        resources_partners.get(house.keeper, hidden.id)
    with pytest.raises(NotFound):
        resources_partners.search(house.keeper, space_id=house.far.id)
    with pytest.raises(NotFound):
        house.partner(house.keeper, house.far.id)
    with pytest.raises(Forbidden):  # theirs to use, the town's to keep
        house.partner(house.keeper, house.town.id, name="自封")
    with pytest.raises(NameTaken):
        house.partner(house.keeper, house.here.id)


def test_a_partner_is_changed_and_retired(house: House) -> None:
    own = house.partner(house.keeper, house.here.id, phone="5555")
    by: dict[str, Any] = {"scope": house.keeper, "vault": house.vault, **house.by}
    form = PartnerIn.model_validate({"type": "provider", "name": "衡正律所"})
    changed = resources_partners.change(own, form, expected=1, **by)
    assert (changed.name, changed.phone_enc, changed.version) == ("衡正律所", None, 2)
    with pytest.raises(VersionConflict):
        resources_partners.change(
            resources_partners.get(house.keeper, own.id), form, expected=1, **by
        )
    shared = house.partner(house.neighbour, house.near.id, name="卫生中心", is_shared=True)
    with pytest.raises(Forbidden):
        resources_partners.change(shared, form, expected=1, **by)

    at: dict[str, Any] = {"scope": house.keeper, **house.by}
    resources_register.retire(changed, expected=2, **at)
    assert own.id not in {row.id for row in resources_partners.usable_in(house.here.id)}
    again = house.partner(house.keeper, house.here.id, name="衡正律所")
    retired = resources_partners.get(house.keeper, own.id)
    with pytest.raises(NameTaken):
        resources_register.retire(retired, active=True, expected=3, **at)
    resources_register.retire(again, expected=1, **at)
    assert resources_register.retire(retired, active=True, expected=3, **at).active


def test_what_was_given_is_found_where_it_belongs(house: House) -> None:
    scope, today = house.keeper, day_of(house.now)
    expert = resources_experts.add(
        house.here.id,
        ExpertIn.model_validate({"name": "程立言", "skills": "税收", "phone": "1"}),
        scope=scope,
        vault=house.vault,
        **house.by,
    )
    last_day = (today - dt.timedelta(days=3)).isoformat()
    fund = resources.add(
        house.here.id,
        ResourceIn.model_validate({"kind": "fund", "name": "扶持资金", "valid_to": last_day}),
        scope=scope,
        **house.by,
    )
    assert resources.is_over(fund, now=house.now)
    company = factories.make_enterprise()
    merged = factories.make_enterprise(status="merged", merged_into=company)
    need = factories.make_need(house.here, enterprise_id=company.id)
    foreign = factories.make_need(house.far)

    def give(**over: Any) -> models.ResourceUse:
        form = UseIn.model_validate({"used_on": today.isoformat()} | over)
        return resources_uses.record(house.here.id, form, scope=scope, **house.by)

    asked = {"expert_id": str(expert.id), "hours": 1.5}
    through_need = give(**asked, need_id=str(need.id), outcome="讲清楚了")
    direct = give(
        resource_id=str(fund.id), enterprise_id=str(merged.id), used_on=last_day, amount="8 万元"
    )
    slip = give(**asked, enterprise_id=str(company.id))
    resources_uses.void(slip, "记错了", scope=scope, **house.by)

    found = resources_uses.of_enterprise(company.id, [house.here.id])
    assert [use.id for use in found] == [through_need.id, direct.id]
    assert resources_uses.receiver_of(found[0]) == f"诉求 {need.no}"
    assert resources_uses.receiver_of(found[1]) == company.name  # not the one it was merged into
    assert [use.id for use in resources_uses.of_need(need.id)] == [through_need.id]
    assert resources_uses.of_enterprise(company.id, [house.far.id]) == []
    assert resources_experts.hours_given([expert], frozenset([house.here.id])) == {expert.id: 1.5}

    wrong: list[dict[str, Any]] = [
        {**asked},  # for nobody
        {**asked, "need_id": str(need.id), "enterprise_id": str(company.id)},
        {"need_id": str(need.id)},  # nothing
        {**asked, "need_id": str(foreign.id)},
        {**asked, "need_id": str(need.id), "used_on": (today + dt.timedelta(days=1)).isoformat()},
        {"resource_id": str(fund.id), "need_id": str(need.id)},  # ran out
    ]
    for each in wrong:
        with pytest.raises(Invalid):
            give(**each)
    with pytest.raises(NotFound):
        resources_uses.get(house.stranger, direct.id)
    with pytest.raises(Forbidden):  # the town reads
        resources_uses.void(direct, "试试", scope=house.officer, **house.by)
