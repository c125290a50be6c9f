"""The whole story of the demo, told in one transaction: all of it is there, or nothing."""

import datetime as dt
import os
import random
import secrets

from models import OrgUnit, db
from scripts.demo import (
    cases,
    classes,
    clusters,
    dispatches,
    figures,
    history,
    lotteries,
    meetings,
    menus,
    needs,
    partners,
    people,
    places,
    programme,
    projects,
    register,
    surveys,
    visits,
)
from server.clock import utcnow
from server.context import Resources
from server.services import audit, calendar
from server.services.files_disk import Disk

SEED = 20160518
WORDS = [
    "云",
    "溪",
    "松",
    "竹",
    "茶",
    "桥",
    "灯",
    "海",
    "路",
    "心",
    "春",
    "山",
    "雨",
    "石",
    "花",
    "月",
]


def tell(resources: Resources) -> str:
    """Insert everything and write the log-ins to `demo-logins.txt` in the state folder; return what
    was done as a line. Does nothing when the database is not empty."""
    with db.connection_context():
        if OrgUnit.select().exists():
            return "demo data is there already"
        passwords = {item["login"]: _password() for item in places.read("people")["staff"]}
        with db.atomic():
            _fill(resources, passwords, utcnow())
    _keep_logins(resources, passwords)
    return "demo data made: 16 Spaces"


def _fill(resources: Resources, passwords: dict[str, str], now: dt.datetime) -> None:
    rng = random.Random(SEED)
    calendar.seed_year(audit.SYSTEM, 2026, now=now)
    town = places.build(now - dt.timedelta(days=400))
    people.add_staff(town, passwords, vault=resources.vault, now=now)
    companies = people.add_companies(town, rng, now - dt.timedelta(days=200))
    crowd = people.add_members(town, companies, rng, vault=resources.vault, now=now)
    register.add_register(town, companies, now)
    series = programme.add_series(now)
    offers = programme.add_offers(town, series, rng, now)
    history.add_history(offers, crowd, rng, now)
    projects.add_projects(town.places[programme.IN_FULL], offers, now)
    lotteries.add_lotteries(town, series, crowd, resources.config.checkins, now)
    classes.book_zones(now)
    full = town.places[programme.IN_FULL]
    guests = classes.guests_of(crowd, programme.IN_FULL)
    classes.add_classes(full, series, guests, resources.config.checkins, now)
    menus.add_menus(town, offers, now)
    bodies = partners.add_partners(town, resources.vault, now)
    needs.add_needs(town, crowd, rng, Disk(resources.config.files_dir), now)
    dispatches.add_dispatches(town, now)
    clusters.add_clusters(town, crowd, resources.config.checkins, now)
    visits.add_visits(town, now)
    figures.add_figures(full.space, now)
    meetings.add_meetings(town, bodies, now)
    surveys.add_surveys(town, crowd, vault=resources.vault, now=now)
    disk = Disk(resources.config.files_dir)
    cases.add_cases(town, disk=disk, vault=resources.vault, now=now)


def _password() -> str:
    """A password a person can type; made fresh each time the data is made."""
    return f"xinyi-{secrets.token_hex(4)}"


def _keep_logins(resources: Resources, passwords: dict[str, str]) -> None:
    told = {item["login"]: item for item in places.read("people")["staff"]}
    lines = [
        f"{login:<12} {password:<16} {told[login]['name']}（{told[login]['role']}）"
        for login, password in passwords.items()
    ]
    file = resources.config.state_dir / "demo-logins.txt"
    handle = os.open(file, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.write("\n".join(lines) + "\n")
