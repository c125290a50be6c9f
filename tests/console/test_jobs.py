import datetime as dt
from typing import Any

import models
from models.staff import Role
from server.jobs import TIMETABLE
from server.services import jobs
from tests import factories
from tests.conftest import Client
from tests.console.conftest import desk


def test_what_runs_by_itself_can_be_seen(client: Client, now: Any) -> None:
    space = factories.make_space()
    keeper = desk(client, factories.make_staff(Role.KEEPER, space))
    page = keeper.see("/console/jobs")
    assert page.count("还没有运行过") == len(TIMETABLE)
    for slot, ended in (("1", True), ("2", False)):
        run = jobs.take("purge", slot, now=now - dt.timedelta(minutes=3))
        assert run
        if ended:
            jobs.finish(run, "0", now=now)
        else:
            jobs.fail(run, "OSError")
    page = keeper.see("/console/jobs")
    assert "没有成功，稍后会再试" in page
    assert page.count("还没有运行过") == len(TIMETABLE) - 1
    scanner = desk(client, factories.make_staff(Role.SCANNER, space))
    assert scanner.client.get("/console/jobs").status_code == 404
    assert models.JobRun.select().count() == 2
