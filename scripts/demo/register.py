"""What makes the register of companies worth a look: two entered twice, a lease that ends, care."""

import datetime as dt

from models import Enterprise, User
from models.enterprises import CareKind
from scripts.demo.places import Town
from server.clock import day_of
from server.services import enterprises
from server.services import enterprises_file as files
from server.services.audit import SYSTEM

_TWINS = ("启明", "澜海")
_CARE = (
    (CareKind.GREETING, 95, "周年庆送了花篮，约了下月来参加心海沙龙"),
    (CareKind.CALL, 34, "电话回访，问起人才公寓和员工落户"),
    (CareKind.HELP, 12, "帮忙对接税务所，发票额度当天提上去了"),
)


def add_register(town: Town, companies: list[Enterprise], now: dt.datetime) -> None:
    """Insert them for the Space that is told in full."""
    place = town.places["XYC"]
    here = {tower.id for tower in place.buildings}
    mine = [row for row in companies if row.building_id in here]
    today = day_of(now)
    for word in _TWINS:
        row = next(row for row in mine if word in row.name)
        name = f"{row.short_name}（上海）有限公司"
        twin = enterprises.create(
            name, building=row.building_id, room=row.room, actor=SYSTEM, now=now
        )
        newcomer = User.add(
            now=now, nickname=f"{word}小同事", home_space=place.space.id, first_seen_at=now
        )
        enterprises.join(newcomer, twin, now=now)
    for number, row in enumerate(mine[:6]):
        ends = today + dt.timedelta(days=40 * number - 15)
        enterprises.change(row, {"tenancy_to": ends}, actor=SYSTEM, now=now)
    for kind, days, text in _CARE:
        day = today - dt.timedelta(days=days)
        files.note_care(mine[0], place.space.id, kind, text, on_day=day, actor=SYSTEM, now=now)
