"""聚类 on the console: a theme becomes a group, the group an activity, the activity a report line."""

import datetime as dt

import models
from models.needs import Solved
from models.staff import Role
from server.clock import utcnow
from server.services import needs_verdicts
from tests import factories
from tests.conftest import Client
from tests.console.conftest import Desk, desk

TITLES = ("增值税发票怎么开", "增值税发票抵扣", "开增值税发票的材料")


def test_from_a_theme_to_the_report_line(client: Client) -> None:
    space = factories.make_space()
    keeper: Desk = desk(client, factories.make_staff(Role.KEEPER, space))
    series = factories.make_series(subtitle="税收政策宣讲")
    kind = factories.make_category(name="政策咨询")
    needs = [
        factories.make_need(
            space,
            category=kind,
            title=title,
            user_id=factories.make_user().id,
            enterprise_id=factories.make_enterprise().id,
        )
        for title in TITLES
    ]
    board = keeper.see("/console/needs/clusters")
    assert "3 家企业、3 件诉求" in board
    assert "因为都提到" in board
    assert "增值税发票" in board
    ids = [str(need.id) for need in needs]
    page = keeper.do("/console/needs/clusters", space_id=space.id, title="增值税发票", need_ids=ids)
    assert "3 家企业问到增值税发票" in page
    cluster = models.NeedCluster.get()
    path = f"/console/needs/clusters/{cluster.id}"
    page = keeper.do(f"{path}/needs", need_ids=ids[2:])
    assert TITLES[2] not in page
    beside = keeper.see(f"/console/needs/{needs[2].id}")
    assert "因为都提到" in beside

    assert 'value="增值税发票专场"' in keeper.client.get(f"{path}/plan").text
    starts = utcnow() + dt.timedelta(days=3)
    typed = {
        "title": "增值税发票专场",
        "theme": "发票",
        "series_id": series.id,
        "kind": "lecture",
        "starts_at": (starts + dt.timedelta(hours=8)).strftime("%Y-%m-%dT%H:%M"),
        "ends_at": (starts + dt.timedelta(hours=10)).strftime("%Y-%m-%dT%H:%M"),
        "need_ids": ids[:2],
        "seats": 2,
    }
    refused = keeper.send(f"{path}/plan", **typed | {"need_ids": ids, "capacity": 20})
    assert refused.status_code == 422
    page = keeper.do(f"{path}/plan", **typed)
    assert "回应 2 条诉求" in page
    draft = models.Activity.get()
    page = keeper.do(f"/console/activities/{draft.id}/publish", version=draft.version)
    assert page.count("留位到") == 2
    assert "留位到" in keeper.see(f"/console/needs/{needs[0].id}")

    models.Session.update(
        starts_at=starts - dt.timedelta(days=6), ends_at=starts - dt.timedelta(days=5)
    ).execute()
    needs_verdicts.ask(now=utcnow())
    link = models.NeedActivityLink.get(models.NeedActivityLink.need == needs[0])
    # Whoever has no account is asked on the phone.
    models.NeedActivityLink.update(user_id=None).where(
        models.NeedActivityLink.id == link.id
    ).execute()
    keeper.do(f"/console/needs/links/{link.id}/verdict", solved=Solved.YES.value)
    for where in (path, f"/console/activities/{draft.id}"):
        assert "1 场讲座，2 条诉求，1 条解决" in keeper.see(where)
    solved = keeper.see(f"{path}?says=yes")
    assert TITLES[0] in solved
    assert TITLES[1] not in solved
    month = f"{starts - dt.timedelta(days=6):%Y-%m}"
    assert "1 条解决" in keeper.see(f"/console/needs/effects?month={month}")

    strange: Desk = desk(client, factories.make_staff(Role.KEEPER, factories.make_space()))
    strange.see(path, status=404)
    strange.see(f"/console/needs/{needs[0].id}/plan", status=404)
    assert "增值税" not in strange.see("/console/needs/clusters")
