"""走访 over the wire: the list in the order of the walk, a record with its photo, who may read what."""

import io
from typing import Any

from flask import Flask

import models
from models.staff import Role
from server.clock import day_of, iso, utcnow
from server.schemas.visits import VisitCampaignIn
from server.services import staff, visits_targets
from server.services.audit import SYSTEM
from tests import factories
from tests.conftest import Client


def _season(space: models.Space, account: models.Staff) -> models.VisitCampaign:
    day = day_of(utcnow()).isoformat()
    asked = {"key": "q1", "label": "满意吗", "kind": "scale", "options": []}
    wanted = VisitCampaignIn.model_validate(
        {
            "space_id": str(space.id), "kind": "research", "title": "调研",
            "starts_on": day, "ends_on": day, "questions": [asked],
        }
    )  # fmt: skip
    scope = staff.scope_of(account, now=utcnow())
    return visits_targets.plan(scope, wanted, actor=SYSTEM, now=utcnow())[0]


def test_a_visit_over_the_wire(client: Client, app: Flask) -> None:
    space = factories.make_space()
    tower = factories.make_building(space)
    for room in ("901", "302"):
        factories.make_enterprise(building=tower, room=room)
    account = factories.make_staff(Role.OPERATOR, space)
    mine = client.as_staff(account)
    campaign = _season(space, account)
    base = "/api/v1/staff/visits"
    [listed] = mine.get(f"{base}/campaigns").json["items"]
    assert listed["standing"]["todo"] == 2
    items = mine.get(f"{base}/campaigns/{campaign.id}/targets").json["items"]
    assert [item["room"] for item in items] == ["302", "901"]
    first, second = items
    photo = {"file": (io.BytesIO("白板".encode()), "白板.txt")}
    file = mine.post("/api/v1/staff/files", data=photo).json
    visit: dict[str, Any] = {
        "visited_at": iso(utcnow()), "met": "王总", "summary": "好", "answers": {"q1": "5"},
        "attachments": [file["id"]],
    }  # fmt: skip
    path = f"{base}/targets/{first['id']}/visit"
    wrong = mine.post(path, json=visit | {"answers": {"q1": "9"}})
    assert (wrong.status_code, wrong.json["errors"][0]["field"]) == (422, "answers.q1")
    told = mine.post(path, json=visit)
    assert told.status_code == 201, told.text
    assert told.json["photos"][0]["id"] == file["id"]
    again = mine.post(path, json=visit | {"attachments": []})
    assert (again.status_code, again.json["code"]) == (409, "already_recorded")
    marked = mine.patch(
        f"{base}/targets/{second['id']}", json={"state": "refused", "reason": "没空", "version": 1}
    )
    assert marked.json["state"] == "refused"
    stale = mine.patch(f"{base}/targets/{second['id']}", json={"state": "todo", "version": 1})
    assert (stale.status_code, stale.json["code"]) == (409, "version_conflict")
    results = mine.get(f"{base}/campaigns/{campaign.id}/results").json
    assert results["questions"][0]["average"] == 5.0
    officer = client.as_staff(factories.make_staff(Role.TOWN_OFFICER, space.org_unit.parent))
    read = officer.get(f"{base}/{told.json['id']}").json
    assert (read["summary"], read["met"]) == ("好", "")
    assert officer.get(read["photos"][0]["url"]).data == "白板".encode()
    assert officer.post(path, json=visit).status_code == 403
    stranger = client.as_staff(factories.make_staff(Role.KEEPER, factories.make_space()))
    assert stranger.get(f"{base}/{told.json['id']}").status_code == 404
    link = told.json["photos"][0]["url"].partition("?")[0]
    assert client.as_user(factories.make_user()).get(link).status_code == 404
