"""Needs in many hands at the console: a partner's handler, the town, the texts and the catalogue."""

import html
import io
import re

import pytest

import models
from models.needs import NeedState
from models.staff import Role
from server.services import audit, staff
from tests import factories, file_samples
from tests.conftest import Client
from tests.console.conftest import Desk, desk, words


@pytest.fixture
def space(client: Client) -> models.Space:
    return factories.make_space()


def test_from_the_desk_to_the_partner_and_back(client: Client, space: models.Space) -> None:
    body = factories.make_partner(space, name="税务所")
    account = factories.make_staff()
    now = audit.SYSTEM, factories.utcnow()
    staff.grant(
        account, Role.PARTNER_HANDLER, space.org_unit, partner=body, actor=now[0], now=now[1]
    )
    operator = desk(client, factories.make_staff(Role.OPERATOR, space))
    need = factories.make_need(space, state=NeedState.TRIAGED)
    path = f"/console/needs/{need.id}"
    nothing = operator.send(f"{path}/dispatch", version=need.version, to="", role="lead")
    assert (nothing.status_code, "请选择派给谁" in words(nothing)) == (422, True)
    page = operator.do(
        f"{path}/dispatch",
        version=need.version,
        to=f"partner-{body.id}",
        role="lead",
        note="请答疑",
    )
    assert "税务所 主责" in page
    assert "待接单" in page
    row = models.Dispatch.get()

    hands = desk(client, account)
    assert need.title in hands.see("/console/needs/dispatches")
    assert need.title not in hands.see("/console/needs")
    hands.see(path, 404)
    mine = f"/console/needs/dispatches/{row.id}"
    assert "请答疑" in hands.see(mine)
    hands.do(f"{mine}/accept", version=1)
    for step, typed in (("accept", ""), ("back", "我们不管这个"), ("done", "我办完了")):
        late = hands.send(f"{mine}/{step}", version=1, text=typed)
        dialog = re.search(r'id="conflict".*', late.text, re.DOTALL)
        assert (late.status_code, bool(dialog)) == (409, True), step
        assert dialog, step
        assert "税务所已接单" in dialog[0], step
        assert typed in dialog[0], step
    stale = hands.send(f"{mine}/say", version=2, need_version=1, text="我写了很久", to="member")
    assert stale.status_code == 409
    assert "我写了很久" in words(stale)
    assert "同事刚刚处理过" in words(stale)
    seen = models.Need.get_by_id(need.id).version
    assert "周四来讲" in hands.do(
        f"{mine}/say", version=2, need_version=seen, text="周四来讲", to="member"
    )
    _papers_of_both(operator, hands, need, mine)
    assert "已报告办完" in hands.do(f"{mine}/done", version=2, text="讲完了")


def _papers_of_both(operator: Desk, hands: Desk, need: models.Need, mine: str) -> None:
    """A partner sends papers along like everybody, and opens what it may read, nothing else."""
    seen = models.Need.get_by_id(need.id).version
    page = f"/console/needs/{need.id}/reply"
    for to, text in (("inside", "只有我们看"), ("member", "给您的")):
        operator.do(page, version=seen, text=text, to=to, files=[(io.BytesIO(b"x"), f"{text}.txt")])
        seen = models.Need.get_by_id(need.id).version
    refused = hands.send(
        f"{mine}/say", version=2, need_version=seen, text="见附件", to="inside",
        files=[(io.BytesIO(file_samples.PDF), "政策.pdf"), (io.BytesIO(b"MZ\x90\x00"), "跑.pdf")],
    )  # fmt: skip
    assert (refused.status_code, "跑.pdf：只能上传" in words(refused)) == (422, True)
    kept = models.File.get(models.File.name == "政策.pdf")
    told = hands.do(
        f"{mine}/say", version=2, need_version=seen, text="见附件", to="inside", kept=kept.id
    )
    links = dict(re.findall(r'href="([^"]+)" download="([^"]+)"', hands.client.get(mine).text))
    assert set(links.values()) == {"给您的.txt", "政策.pdf"}
    assert "政策.pdf" in told
    for link in links:
        assert hands.client.get(html.unescape(link)).status_code == 200


def test_every_step_form_gives_both_texts_back(client: Client, space: models.Space) -> None:
    """Promise 23: whichever form it was, and even where the step is not possible any more."""
    operator = desk(client, factories.make_staff(Role.OPERATOR, space))
    need = factories.make_need(space, state=NeedState.TRIAGED)
    operator.do(f"/console/needs/{need.id}/reply", version=1, text="同事的话", to="inside")
    steps = {
        "triage": "summary", "dispatch": "note", "extend": "reason", "escalate": "reason",
        "reply": "text", "request-info": "text", "answer": "text",
    }  # fmt: skip
    for step, name in steps.items():
        sent = {"to": f"staff-{operator_id(operator, space)}", "days": "2", "role": "lead"}
        typed = {name: f"我的{step}", "outcome": "solved", "version": 1}
        answer = operator.send(f"/console/needs/{need.id}/{step}", **sent | typed)
        assert answer.status_code == 409, step
        dialog = re.search(r'id="conflict".*?</textarea>', answer.text, re.DOTALL)
        assert dialog, step
        assert "同事的话" in dialog[0]
        assert f"我的{step}" in dialog[0]
    operator.do(f"/console/needs/{need.id}/answer", version=2, outcome="solved", text="好了")
    late = operator.send(f"/console/needs/{need.id}/extend", version=2, days="2", reason="没赶上")
    assert (late.status_code, "没赶上" in words(late)) == (409, True)


def test_what_is_gone_from_the_page_says_so(client: Client, space: models.Space) -> None:
    """A colleague was faster with the same part or the same request: the page still tells."""
    operator = desk(client, factories.make_staff(Role.KEEPER, space))
    need = factories.make_need(space, state=NeedState.IN_PROGRESS)
    now = factories.utcnow()
    common = {"now": now, "space": space, "need": need}
    mine = operator_id(operator, space)
    over = models.Dispatch.add(**common, staff=mine, role="assist", state="recalled")
    part = models.Dispatch.add(**common, staff=mine, role="assist")
    decided = models.Extension.add(
        **common, days=2, reason="等批复", state="refused", due_before=need.due_resolve
    )
    path = f"/console/needs/{need.id}"
    for step in (f"dispatches/{over.id}/recall", f"extensions/{decided.id}/decision"):
        refused = operator.send(f"{path}/{step}", version=need.version, approved="yes")
        assert refused.status_code == 409, step
        assert 'role="alert"' in refused.text, step
    stale = operator.send(f"/console/needs/dispatches/{part.id}/done", version=9, text="我办完了")
    assert (stale.status_code, "我办完了" in words(stale)) == (409, True)
    assert "同事刚刚处理过" in words(stale)
    gone = operator.send(f"/console/needs/dispatches/{over.id}/back", version=1, text="不归我们")
    assert (gone.status_code, "不归我们" in words(gone)) == (409, True)
    assert "刚刚被同事退回或收回" in words(gone)


def operator_id(_: object, space: models.Space) -> int:
    grant = models.Grant.get(models.Grant.org_unit == space.org_unit)
    return int(grant.staff_id)


def test_the_catalogue_and_the_texts(client: Client, space: models.Space) -> None:
    row = factories.make_category()
    town = space.org_unit.parent
    admin = desk(client, factories.make_staff(Role.PLATFORM_ADMIN, town))
    days = {"contact_days": "1", "resolve_days": "7", "urgent_days": "3", "cross_days": "15"}
    page = admin.do(
        f"/console/needs/categories/{row.id}",
        version=1, name="融资", active="on", q_key=["", ""], q_label=["多少", ""],
        q_kind=["choice", "text"], q_options=["100 万，500 万", ""], q_required=["yes", "no"], **days,
    )  # fmt: skip
    assert "融资" in page
    fresh = models.Category.get_by_id(row.id)
    assert fresh.questions == [
        {
            "key": "q1",
            "label": "多少",
            "kind": "choice",
            "options": ["100 万", "500 万"],
            "required": True,
        }
    ]
    keeper = desk(client, factories.make_staff(Role.KEEPER, space))
    keeper.see("/console/needs/categories", 404)
    text = {"title": "收到", "text": "{称呼}好，{编号}已收到", "active": "on"}
    keeper.do("/console/needs/templates/new", space_id=str(space.id), **text)
    refused = keeper.send("/console/needs/templates/new", **text)
    assert refused.status_code == 403
    need = factories.make_need(space)
    assert f"{need.no}已收到" in keeper.client.get(f"/console/needs/{need.id}").text
