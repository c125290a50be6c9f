"""诉求 over HTTP, as the mini-program uses it."""

import datetime as dt
from typing import Any

import pytest
from flask import Flask

import models
from models.needs import Outcome
from models.staff import Role
from server import clock
from server.services import needs_desk
from tests import factories
from tests.conftest import Client, Sandbox, resources
from tests.needs_bench import NOON, Bench, make_bench


@pytest.fixture
def bench(app: Flask, sandbox: Sandbox) -> Bench:
    clock.move(NOON - clock.utcnow())
    return make_bench(app, sandbox)


def send(client: Client, bench: Bench, **over: Any) -> Any:
    values = {
        "space_id": str(bench.space.id),
        "category": "loan",
        "title": "想了解贷款",
        "body": "缺流动资金",
    }
    return client.post("/api/v1/needs", json=values | over)


def answer_it(bench: Bench, need_id: str) -> None:
    need = models.Need.get_by_id(int(need_id))
    bench.triaged(need, now=clock.utcnow())
    needs_desk.answer(bench.desk(need), Outcome.SOLVED, "已对接", now=clock.utcnow())


def test_categories_and_promise_before_sending(client: Client, bench: Bench) -> None:
    user = client.as_user(bench.member("demo-u1"))
    kinds = user.get("/api/v1/needs/categories").json["items"]
    assert [(kind["code"], kind["resolve_days"]) for kind in kinds] == [("loan", 5)]
    shown = user.get("/api/v1/needs/promise?category=loan&urgency=urgent").json
    assert shown == {
        "respond_by": "2026-05-15T09:30:00Z",
        "resolve_by": "2026-05-19T09:30:00Z",
        "explained": [
            "我们会在5月15日（周五）17:30前联系您",
            "我们会在5月19日（周二）17:30前给您答复",
            "其间周末 2 天不计",
        ],
        "provisional": False,
    }
    sent = send(user, bench, urgency="urgent").json
    assert sent["promise"] == shown


def test_a_need_is_answered_as_the_contract_says(client: Client, bench: Bench) -> None:
    user = client.as_user(bench.member("demo-u1"))
    answer = send(user, bench, contact_times="工作日上午")
    assert answer.status_code == 201
    assert answer.headers["ETag"] == '"1"'
    body = answer.json
    assert body["no"] == "XYC-2026-000001"
    assert (body["state"], body["state_name"], body["outcome"]) == ("submitted", "已提交", None)
    assert (body["version"], body["title"], body["contact_times"]) == (
        1,
        "想了解贷款",
        "工作日上午",
    )
    assert body["promise"]["resolve_by"] == "2026-05-21T09:30:00Z"
    assert [line["type"] for line in body["timeline"]] == ["submit"]
    assert body["actions"] == ["edit", "supplement", "withdraw"]
    assert isinstance(body["id"], str)
    assert user.get(f"/api/v1/needs/{body['id']}").json == body
    assert [item["id"] for item in user.get("/api/v1/needs").json["items"]] == [body["id"]]


def test_the_home_space_is_enough(client: Client, bench: Bench) -> None:
    member = bench.member("demo-u1")
    user = client.as_user(member)
    refused = send(user, bench, space_id=None)
    assert (refused.status_code, refused.json["errors"][0]["field"]) == (422, "space_id")
    models.User.update(home_space=bench.space).where(models.User.id == member.id).execute()
    assert send(user, bench, space_id=None).json["space_id"] == str(bench.space.id)


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""},
        {"title": "长" * 61},
        {"body": ""},
        {"body": "长" * 2501},
        {"body": "空\u0000字"},
        {"urgency": "now"},
        {"category": "Nothing!"},
        {"answers": {"x": "y"}},
        {"answers": []},
        {"for_company": "yes"},
        {"space_id": "x"},
        {"no": "XYC-2026-000009"},
        {"state": "closed"},
    ],
)
def test_bad_input_is_told_and_leaves_nothing(
    client: Client, bench: Bench, wrong: dict[str, Any]
) -> None:
    user = client.as_user(bench.member("demo-u1"))
    refused = send(user, bench, **wrong)
    assert (refused.status_code, refused.json["code"]) == (422, "validation")
    assert refused.json["errors"]
    assert models.Need.select().count() == 0


def test_a_category_that_is_gone(client: Client, bench: Bench) -> None:
    user = client.as_user(bench.member("demo-u1"))
    for refused in (
        send(user, bench, category="nothing"),
        user.get("/api/v1/needs/promise?category=nothing"),
    ):
        assert (refused.status_code, refused.json["code"]) == (404, "category_unknown")


def test_no_company_to_speak_for(client: Client, bench: Bench) -> None:
    refused = send(client.as_user(bench.member("demo-u1")), bench, for_company=True)
    assert (refused.status_code, refused.json["code"]) == (403, "no_company")
    assert models.Need.select().count() == 0


def test_refused_words(client: Client, bench: Bench) -> None:
    refused = send(client.as_user(bench.member("demo-u1")), bench, body="广告测试词")
    assert (refused.status_code, refused.json["code"]) == (422, "content_refused")
    assert "措辞" in refused.json["detail"]
    assert models.Need.select().count() == 0


def test_words_that_wait_are_shown_as_waiting(client: Client, bench: Bench) -> None:
    member = bench.member("demo-u1")
    bench.fail_check()
    sent = send(client.as_user(member), bench)
    assert (sent.status_code, sent.json["state_name"]) == (201, "审核中")
    bench.mend_check()


def test_sent_again_after_a_lost_answer_it_is_one_need(client: Client, bench: Bench) -> None:
    user = client.as_user(bench.member("demo-u1"))
    user.environ_base["HTTP_IDEMPOTENCY_KEY"] = "this-attempt"
    first, again = send(user, bench), send(user, bench)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json == first.json
    assert models.Need.select().count() == 1
    other = send(user, bench, title="另一件事")
    assert (other.status_code, other.json["code"]) == (422, "idempotency_key_reused")
    assert bench.sandbox.get("calls")["/wxa/msg_sec_check"] >= 1


def test_more_than_a_day_takes(client: Client, bench: Bench) -> None:
    user = client.as_user(bench.member("demo-u1"))
    per_day = resources(bench.app).config.needs.per_person_per_day
    for _ in range(per_day):
        assert send(user, bench).status_code == 201
    refused = send(user, bench)
    assert (refused.status_code, refused.json["code"]) == (429, "rate_limited")
    assert refused.json["detail"].startswith(f"您今天已提交 {per_day} 件诉求，请明天再提")
    assert 0 < int(refused.headers["Retry-After"]) <= 12 * 3600
    assert models.NeedCounter.get().last == per_day


def test_a_change_names_its_version(client: Client, bench: Bench) -> None:
    user = client.as_user(bench.member("demo-u1"))
    path = f"/api/v1/needs/{send(user, bench).json['id']}"
    strange = user.patch("/api/v1/needs/1", json={"title": "改"})
    assert strange.status_code == 404
    for missing in ({}, {"If-Match": "*"}, {"If-Match": '"x"'}):
        refused = user.patch(path, json={"title": "改"}, headers=missing)
        assert (refused.status_code, refused.json["code"]) == (422, "version_required")
    changed = user.patch(path, json={"title": "改一"}, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')
    assert (changed.json["title"], changed.json["body"]) == ("改一", "缺流动资金")
    stale = user.patch(path, json={"title": "改二"}, headers={"If-Match": '"1"'})
    assert (stale.status_code, stale.json["code"]) == (409, "version_conflict")
    assert stale.json["current"]["title"] == "改一"
    assert stale.json["current"]["version"] == 2
    assert user.get(path).json["title"] == "改一"


def test_supplement_withdraw(client: Client, bench: Bench) -> None:
    user = client.as_user(bench.member("demo-u1"))
    path = f"/api/v1/needs/{send(user, bench).json['id']}"
    added = user.post(f"{path}/supplement", json={"text": "还要担保"}).json
    assert added["timeline"][-1]["text"] == "还要担保"
    gone = user.post(f"{path}/withdraw", json={}).json
    assert (gone["state"], gone["outcome"], gone["actions"]) == ("withdrawn", "withdrawn", [])
    again = user.post(f"{path}/supplement", json={"text": "再说"})
    assert (again.status_code, again.json["code"]) == (409, "need_state")
    assert again.json["current"]["state"] == "withdrawn"


def test_rating_and_reopening(client: Client, bench: Bench) -> None:
    user = client.as_user(bench.member("demo-u1"))
    need_id = send(user, bench).json["id"]
    path = f"/api/v1/needs/{need_id}"
    verdict = {"satisfaction": "unsatisfied", "solved": "no", "text": "没有人联系"}
    early = user.post(f"{path}/rating", json=verdict)
    assert (early.status_code, early.json["code"]) == (409, "need_state")
    answer_it(bench, need_id)
    assert user.get(path).json["actions"] == ["supplement", "rate", "reopen"]
    rated = user.post(f"{path}/rating", json=verdict).json
    assert (rated["state"], rated["outcome"]) == ("closed", "solved")
    assert (rated["rating"]["solved"], rated["rating"]["text"]) == ("no", "没有人联系")
    twice = user.post(f"{path}/rating", json=verdict)
    assert (twice.status_code, twice.json["code"]) == (409, "already_rated")
    again = user.post(f"{path}/reopen", json={"reason": "还没解决"}).json
    assert (again["state"], again["outcome"], again["reopen_count"]) == ("in_progress", None, 1)
    assert again["promise"]["resolve_by"] == "2026-05-19T09:30:00Z"
    answer_it_again = models.Need.get_by_id(int(need_id))
    needs_desk.answer(
        bench.desk(answer_it_again),
        Outcome.EXPLAINED,
        "政策不允许",
        consulted="镇里",
        now=clock.utcnow(),
    )
    once = user.post(f"{path}/reopen", json={"reason": "再来"})
    assert (once.status_code, once.json["code"]) == (409, "reopen_used")


def test_too_late_to_reopen(client: Client, bench: Bench) -> None:
    member = bench.member("demo-u1")
    need_id = send(client.as_user(member), bench).json["id"]
    answer_it(bench, need_id)
    clock.move(clock.offset() + dt.timedelta(days=15, minutes=1))
    late = client.as_user(member).post(f"/api/v1/needs/{need_id}/reopen", json={"reason": "迟了"})
    assert (late.status_code, late.json["code"]) == (409, "too_late")


def test_the_answer_reaches_the_inbox(client: Client, bench: Bench) -> None:
    member = bench.member("demo-u1")
    need_id = send(client.as_user(member), bench).json["id"]
    answer_it(bench, need_id)
    message = models.Message.get(models.Message.user_id == member.id)
    assert (message.kind, message.subject_id) == ("need_answered", int(need_id))
    assert message.page.endswith(f"id={need_id}")
    delivery = models.Delivery.get(models.Delivery.message == message)
    assert delivery.fields["number"] == "XYC-2026-000001"


def test_nothing_of_others_is_there(client: Client, bench: Bench) -> None:
    """Somebody else, a contact of another company, a platform's administrator: 404 on every route,
    the same as for a number that is nobody's."""
    enterprise, rival = factories.make_enterprise(), factories.make_enterprise()
    owner = client.as_user(bench.member_of(enterprise, "demo-u2"))
    need_id = send(owner, bench, for_company=True).json["id"]
    admin = bench.member("demo-u4")
    factories.make_staff(Role.PLATFORM_ADMIN, bench.space.org_unit.parent, user_id=admin.id)
    strangers = (bench.member("demo-u1"), bench.contact_of(rival, "demo-u3"), admin)
    calls: list[tuple[str, str, dict[str, Any] | None]] = [
        ("GET", "", None),
        ("PATCH", "", {"title": "改"}),
        ("POST", "/supplement", {"text": "加"}),
        ("POST", "/withdraw", {}),
        ("POST", "/rating", {"satisfaction": "basic", "solved": "yes"}),
        ("POST", "/reopen", {"reason": "再来"}),
    ]
    for member in strangers:
        stranger = client.as_user(member)
        for method, tail, body in calls:
            told = [
                stranger.open(
                    f"/api/v1/needs/{wanted}{tail}",
                    method=method,
                    json=body,
                    headers={"If-Match": '"1"'},
                )
                for wanted in (need_id, "1", "999999999999999999", "abc")
            ]
            assert {answer.status_code for answer in told} == {404}, (method, tail)
            assert len({answer.json["detail"] for answer in told}) == 1
        for whose in ("mine", "company"):
            assert stranger.get(f"/api/v1/needs?scope={whose}").json["items"] == []
    assert models.Need.get_by_id(int(need_id)).version == 1


def test_the_company_list(client: Client, bench: Bench) -> None:
    enterprise = factories.make_enterprise()
    colleague = client.as_user(bench.member_of(enterprise, "demo-u2"))
    contact = client.as_user(bench.contact_of(enterprise, "demo-u1"))
    need_id = send(colleague, bench, for_company=True).json["id"]
    send(colleague, bench, title="我自己的事")
    listed = contact.get("/api/v1/needs?scope=company").json["items"]
    assert [(item["id"], item["is_company"]) for item in listed] == [(need_id, True)]
    read = contact.get(f"/api/v1/needs/{need_id}").json
    assert read["actions"] == ["supplement"]


def test_pages_of_a_long_list(client: Client, bench: Bench) -> None:
    member = bench.member("demo-u1")
    for turn in range(5):
        bench.submit(member, now=NOON + dt.timedelta(minutes=turn))
    user = client.as_user(member)
    numbers: list[str] = []
    cursor = ""
    while cursor is not None:
        page = user.get(f"/api/v1/needs?limit=2&cursor={cursor}").json
        numbers += [item["no"] for item in page["items"]]
        cursor = page["next"]
    assert numbers == [f"XYC-2026-00000{number}" for number in (5, 4, 3, 2, 1)]
