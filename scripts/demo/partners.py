"""Whom a Space can call on, what they bring, and what was given, entered as staff would."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from models import Enterprise, OrgUnit, Partner, Staff
from models.staff import Role
from scripts.demo.places import Town, read
from server.clock import day_of
from server.crypto import Vault
from server.schemas.resources import ExpertIn, PartnerIn, ResourceIn, UseIn
from server.services import resources, resources_experts, resources_partners, resources_uses
from server.services.audit import Actor
from server.services.staff import Scope

IN_FULL = "XYC"


@dataclass(frozen=True)
class _Hand:
    """Who enters it: the keeper for a Space, the officer for the town."""

    town: Town
    vault: Vault
    now: dt.datetime

    def at(self, place: str) -> tuple[OrgUnit, Scope, Actor]:
        """Return the knot of the tree with who keeps it."""
        is_town = place == "town"
        unit = self.town.units["虹桥镇"] if is_town else self.town.places[place].space.org_unit
        who = Staff.get(Staff.login == ("officer_t" if is_town else "keeper_a"))
        role = Role.TOWN_OFFICER if is_town else Role.KEEPER
        return unit, Scope(who.id, ((role, unit.path),)), Actor("staff", who.id, who.name)


def add_partners(town: Town, vault: Vault, now: dt.datetime) -> dict[str, Partner]:
    """Insert partners, experts, resources and their uses; return the partners that have a key."""
    told, hand = read("partners"), _Hand(town, vault, now)
    partners: dict[str, Partner] = {}
    for item in told["partners"]:
        unit, scope, actor = hand.at(item.pop("at"))
        key = item.pop("key", "")
        form = PartnerIn.model_validate(item)
        partner = resources_partners.add(
            unit.id, form, scope=scope, vault=vault, actor=actor, now=now
        )
        partners |= {key: partner} if key else {}
    experts = _experts(told["experts"], partners, hand)
    things = _resources(told["resources"], partners, hand)
    _uses(told["uses"], things | experts, hand)
    return partners


def _of(item: dict[str, Any], partners: dict[str, Partner]) -> dict[str, Any]:
    partner = item.pop("partner", None)
    return item | ({"partner_id": str(partners[partner].id)} if partner else {})


def _experts(
    told: list[dict[str, Any]], partners: dict[str, Partner], hand: _Hand
) -> dict[str, dict[str, str]]:
    keys = {}
    for item in told:
        unit, scope, actor = hand.at(item.pop("at"))
        key = item.pop("key", "")
        form = ExpertIn.model_validate(_of(item, partners))
        row = resources_experts.add(
            unit.id, form, scope=scope, vault=hand.vault, actor=actor, now=hand.now
        )
        keys[key] = {"expert_id": str(row.id)}
    return keys


def _resources(
    told: list[dict[str, Any]], partners: dict[str, Partner], hand: _Hand
) -> dict[str, dict[str, str]]:
    keys = {}
    for item in told:
        unit, scope, actor = hand.at(item.pop("at"))
        key = item.pop("key", "")
        if days := item.pop("valid_days", 0):
            item["valid_to"] = (day_of(hand.now) + dt.timedelta(days=days)).isoformat()
        form = ResourceIn.model_validate(_of(item, partners))
        row = resources.add(unit.id, form, scope=scope, actor=actor, now=hand.now)
        keys[key] = {"resource_id": str(row.id)}
    return keys


def _uses(told: list[dict[str, Any]], things: dict[str, dict[str, str]], hand: _Hand) -> None:
    unit, scope, actor = hand.at(IN_FULL)
    for item in told:
        thing = things[item.pop("resource", "") or item.pop("expert")]
        company = Enterprise.get(Enterprise.name == item.pop("company"))
        day = day_of(hand.now) - dt.timedelta(days=item.pop("days_ago"))
        given = item | thing | {"enterprise_id": str(company.id), "used_on": day.isoformat()}
        form = UseIn.model_validate(given)
        resources_uses.record(unit.id, form, scope=scope, actor=actor, now=hand.now)
