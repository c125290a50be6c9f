"""The page of lists: a short one at once, a long one while one watches."""

from typing import Any

import models
from models.exports import ExportState
from models.staff import Role
from server.clock import day_of
from tests import factories
from tests.conftest import Client
from tests.console.conftest import desk, words


def test_a_keeper_takes_a_list_along(client: Client, now: Any) -> None:
    space, elsewhere = factories.make_space(), factories.make_space()
    keeper = desk(client, factories.make_staff(Role.KEEPER, space))
    path, day = "/console/exports", day_of(now).isoformat()
    asked = {"kind": "members", "space_id": space.id, "since": day, "until": day}
    assert "还没有导出过" in keeper.see(path)
    assert "请写明用途" in words(keeper.send(path, **asked))
    foreign = keeper.send(path, **asked | {"space_id": elsewhere.id}, reason="通讯录")
    assert foreign.status_code == 403
    assert "下载" in keeper.do(path, **asked, reason="通讯录")
    job = models.ExportJob.get()
    answer = keeper.client.get(f"{path}/{job.id}/file")
    assert answer.data[:2] == b"PK"
    assert "attachment" in answer.headers["Content-Disposition"]
    job.change(now=now, state=ExportState.RUNNING, total=2000, done=500)
    answer = keeper.client.get(path)
    assert "正在写，已 500 行" in words(answer)
    assert "Refresh" in answer.headers
    operator = desk(client, factories.make_staff(Role.OPERATOR, space))
    operator.see(path, 403)
    operator.see(f"{path}/{job.id}/file", 404)
