"""The register of companies over the API: read, merged and taken back, brought in from a sheet."""

import io
from typing import Any

from werkzeug.test import TestResponse

import models
from models.staff import Role
from server.clock import utcnow
from server.services import enterprises
from server.services.audit import SYSTEM
from tests import factories
from tests.conftest import Client
from tests.services.test_enterprises_imports import book, code

STAFF = "/api/v1/staff"


def told(answer: TestResponse, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json


def test_a_company_is_found_merged_and_given_back(client: Client) -> None:
    space = factories.make_space()
    tower = factories.make_building(space, name="A座")
    twin, kept, other = (
        enterprises.create(name, building=each, actor=SYSTEM, now=utcnow())
        for name, each in (
            ("启明信息（上海）有限公司", tower),
            ("上海启明信息有限公司", tower),
            ("别处有限公司", factories.make_building(factories.make_space())),
        )
    )
    factories.make_need(space, enterprise_id=twin.id)
    me = client.as_staff(factories.make_staff(Role.KEEPER, space))
    found = told(me.get(f"{STAFF}/enterprises", query_string={"q": "qiming"}))["items"]
    assert {each["name"] for each in found} == {twin.name, kept.name}
    told(me.get(f"{STAFF}/enterprises/{other.id}"), 404)

    url = f"{STAFF}/enterprises/{twin.id}/merge"
    seen = told(me.get(url, query_string={"target_id": str(kept.id)}))
    assert (seen["counts"]["needs"], seen["restated"]) == (1, [])
    body = {"target_id": str(kept.id), "reason": "登记了两次"}
    told(me.post(url, json=body | {"target_id": str(other.id)}), 404)
    merge = told(me.post(url, json=body))
    assert merge["source"] == {"id": str(twin.id), "name": twin.name}
    again = told(me.post(url, json=body), 409)
    assert again["code"] == "enterprise_merged"
    file = told(me.get(f"{STAFF}/enterprises/{twin.id}", query_string={"kind": "needs"}))
    assert file["enterprise"]["id"] == str(kept.id)
    assert [each["id"] for each in file["former"]] == [str(twin.id)]
    assert {each["code"]: each["value"] for each in file["figures"]}["needs_open"] == 1
    assert [line["kind"] for line in file["timeline"]] == ["needs"]
    back = f"{STAFF}/merges/{merge['id']}/undo"
    assert told(me.post(back))["undone_at"]
    assert told(me.post(back), 409)["code"] == "already_undone"
    stranger = client.as_staff(factories.make_staff(Role.KEEPER, factories.make_space()))
    told(stranger.post(back), 404)


def test_a_sheet_is_read_and_then_written(client: Client) -> None:
    space = factories.make_space()
    factories.make_building(space, name="A座")
    me = client.as_staff(factories.make_staff(Role.OPERATOR, space))
    content = book(["新来有限公司", "", code(1), "A座"], ["没有楼的有限公司"])
    url = f"{STAFF}/enterprises/imports"
    sheet = told(me.post(url, data={"file": (io.BytesIO(content), "企业.xlsx")}), 201)
    assert sheet["counts"] == {"new": 1, "error": 1}
    assert models.Enterprise.select().count() == 0
    own = f"{url}/{sheet['id']}"
    done = told(me.post(f"{own}/confirm", json={}))
    assert (done["state"], done["done"], done["counts"]["did_created"]) == ("done", 2, 1)
    [row] = told(me.get(own, query_string={"verdict": "error"}))["rows"]
    assert (row["outcome"], "楼宇" in row["note"]) == ("left", True)
    assert told(me.post(f"{own}/confirm", json={}), 409)["code"] == "import_started"
    scanner = client.as_staff(factories.make_staff(Role.SCANNER, space))
    told(scanner.post(url, data={"file": (io.BytesIO(content), "企业.xlsx")}), 403)
    told(scanner.get(own), 404)
