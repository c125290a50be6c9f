"""Who appears: staff with their roles, companies, and members."""

import datetime as dt
import functools
import random
from dataclasses import dataclass

from pypinyin import Style, lazy_pinyin

from models import Enterprise, EnterpriseMember, Grant
from models.enterprises import MemberRole, MemberStatus
from models.staff import Role
from scripts.demo.places import Town, read
from server.clock import day_of
from server.crypto import Vault
from server.services import audit, staff, users

PER_SPACE = {"XYC": 150, "WXH": 60}
USUALLY = 32


@dataclass(frozen=True)
class Person:
    """A member with their company at the time of the story."""

    user_id: int
    enterprise_id: int | None


@dataclass(frozen=True)
class People:
    """Everybody, by Space code; the five known members by openid."""

    of_space: dict[str, list[Person]]
    known: dict[str, Person]


def add_staff(town: Town, passwords: dict[str, str], *, vault: Vault, now: dt.datetime) -> None:
    """Make the staff accounts with these passwords, their roles, and the phones of those who
    work at the door."""
    for item in read("people")["staff"]:
        account = staff.create(
            item["login"], item["name"], passwords[item["login"]], actor=audit.SYSTEM, now=now
        )
        place = town.places[item["space"]].space.org_unit if "space" in item else None
        if item["role"] == Role.PARTNER_HANDLER:
            continue  # gets the role when there is a partner to handle for
        Grant.add(
            now=now,
            staff=account,
            role=Role(item["role"]),
            org_unit=place or town.units[item["unit"]],
            from_on=day_of(now) - dt.timedelta(days=400),
        )
        if "openid" in item:
            user = users.welcome(item["openid"], vault=vault, now=now)
            user.nickname = item["name"]
            user.home_space_id = town.places[item["space"]].space.id
            user.save()
            staff.bind(account, user, actor=audit.SYSTEM, now=now)


def add_companies(town: Town, rng: random.Random, now: dt.datetime) -> list[Enterprise]:
    """Insert about 120 companies, spread over the towers."""
    told = read("people")["companies"]
    invented = [
        f"上海{word}{trade}有限公司"
        for word in told["words"]
        for trade in rng.sample(told["trades"], 6)
    ]
    buildings = [building for place in town.places.values() for building in place.buildings]
    first = town.places["XYC"].buildings
    companies = []
    for number, name in enumerate([*told["named"], *invented]):
        towers = first if number < 40 else buildings
        short = name.removeprefix("上海").removesuffix("有限公司")
        companies.append(
            Enterprise.add(
                now=now,
                name=name,
                short_name=short,
                pinyin="".join(lazy_pinyin(name)),
                initials="".join(lazy_pinyin(name, style=Style.FIRST_LETTER)),
                building=towers[number % len(towers)],
                room=f"{rng.randint(2, 17)}{rng.randint(1, 12):02d}",
                industry=rng.choice(told["trades"]),
                size_band=rng.choice(told["sizes"]),
                tenancy_from=day_of(now) - dt.timedelta(days=rng.randint(60, 2000)),
            )
        )
    return companies


def add_members(
    town: Town, companies: list[Enterprise], rng: random.Random, *, vault: Vault, now: dt.datetime
) -> People:
    """Insert the five known members and, per Space, a believable crowd."""
    told = read("people")
    seen = now - dt.timedelta(days=120)
    home = town.places["XYC"].space.id
    welcome = functools.partial(_welcome, vault=vault, now=seen)
    known = {}
    for item in told["members"]:
        company = companies[item["company"]] if "company" in item else None
        known[item["openid"]] = welcome(
            item["openid"], item["nickname"], home, company, MemberRole(item.get("role", "staff"))
        )
    of_space: dict[str, list[Person]] = {code: [] for code in town.places}
    of_space["XYC"] = list(known.values())
    number = 0
    for code, place in town.places.items():
        for _ in range(PER_SPACE.get(code, USUALLY)):
            number += 1
            name = rng.choice(told["surnames"]) + rng.choice(told["given"])
            company = rng.choice(companies[2:]) if rng.random() < 0.9 else None
            person = welcome(f"demo-m{number:04d}", name, place.space.id, company, MemberRole.STAFF)
            of_space[code].append(person)
    return People(of_space, known)


def _welcome(
    openid: str,
    name: str,
    home: int,
    company: Enterprise | None,
    role: MemberRole,
    *,
    vault: Vault,
    now: dt.datetime,
) -> Person:
    """One person as if they had first come `now`, already vouched for by their company."""
    user = users.welcome(openid, vault=vault, now=now)
    user.nickname = name
    user.home_space_id = home
    user.save()
    if company:
        EnterpriseMember.add(
            now=now,
            user_id=user.id,
            enterprise=company,
            role=role,
            status=MemberStatus.VERIFIED,
            from_on=day_of(now),
        )
    return Person(user.id, company.id if company else None)
