"""What was worth telling on: cases out of activities of the past months, and one still being written."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from models import Activity, Staff
from models.activities import ActivityState
from models.staff import Role
from scripts.demo import papers
from scripts.demo.places import Place, Town, read
from server.crypto import Vault
from server.schemas.cases import MOST_FIGURES, CaseIn
from server.services import cases, cases_roots, files
from server.services.audit import Actor
from server.services.files_disk import Disk
from server.services.staff import Scope


def add_cases(town: Town, *, disk: Disk, vault: Vault, now: dt.datetime) -> None:
    """Write the stories up, each by the staff of its Space from an activity it held."""
    teller = _Teller(Staff.get(Staff.login == "keeper_a"), disk, vault, now)
    for item in read("cases")["stories"]:
        place = town.places[item["space"]]
        held = _held(place, item["from"])
        if held is not None:  # what a Space held is drawn by lot
            teller.tell(item, place, held)


def _held(place: Place, title: str) -> Activity | None:
    over = Activity.select().where(
        Activity.space == place.space,
        Activity.title == title,
        Activity.state == ActivityState.ENDED,
    )
    found: Activity | None = over.order_by(Activity.id).first()
    return found


@dataclass(frozen=True)
class _Teller:
    """Who writes the stories up, and with what."""

    keeper: Staff
    disk: Disk
    vault: Vault
    now: dt.datetime

    def tell(self, item: dict[str, Any], place: Place, held: Activity) -> None:
        """Write one story up; publish it unless it is still being written."""
        scope = Scope(self.keeper.id, ((Role.KEEPER, place.space.org_unit.path),))
        actor = Actor("staff", self.keeper.id, self.keeper.name)
        then = self.now - dt.timedelta(days=item.get("days_ago", 0))
        pictures = [self._drawing(item["drawing"], actor, then)] if "drawing" in item else []
        row = cases.create(scope, held, self._wanted(item, held), pictures, actor=actor, now=then)
        if "days_ago" in item:
            cases.publish(
                scope,
                row,
                expected=row.version,
                confirmed=False,
                vault=self.vault,
                actor=actor,
                now=then,
            )

    def _wanted(self, item: dict[str, Any], held: Activity) -> CaseIn:
        told = [{"name": name, "value": value} for name, value in item["figures"]]
        figures = (cases_roots.figures_of(held, now=self.now) + told)[:MOST_FIGURES]
        words = {name: item.get(name, "").strip() for name in ("title", "before", "doing", "after")}
        return CaseIn.model_validate({**words, "reach": item["reach"], "figures": figures})

    def _drawing(self, name: str, actor: Actor, then: dt.datetime) -> int:
        data, per_day = papers.court(), papers.PLENTY
        return files.upload(actor, name, data, disk=self.disk, per_day=per_day, now=then).id
