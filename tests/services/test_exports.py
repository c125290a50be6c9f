"""Lists to take along: right cells, resumed after a death, for one reader and one hour."""

import datetime as dt
import io
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook

import models
from models.exports import ExportKind, ExportState
from models.staff import Role
from server.clock import day_of
from server.errors import Invalid, NotFound
from server.services import exports
from server.services.audit import Actor
from tests import factories
from tests.conftest import resources


def _cells(content: bytes) -> list[list[Any]]:
    sheet = load_workbook(io.BytesIO(content)).worksheets[0]
    return [list(row) for row in sheet.iter_rows()]


def _texts(content: bytes) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in _cells(content)]


def test_every_list_says_what_there_is_of_its_space(app: Flask, now: Any) -> None:
    space, vault = factories.make_space(), resources(app).vault
    keeper = factories.make_staff(Role.KEEPER, space)
    me = Actor("staff", keeper.id, keeper.name)
    member = factories.make_user(home_space=space, nickname="=1+2")
    phone = vault.seal("13812345678", place=f"user.phone:{member.id}")
    models.User.update(phone_enc=phone).where(models.User.id == member.id).execute()
    tower = factories.make_building(space)
    company = factories.make_enterprise(building=tower)
    factories.make_member(member, company, status="verified")
    session = factories.make_session(factories.make_activity(space, title="插花"))
    factories.make_signup(session, member, enterprise_id=company.id)
    need = factories.make_need(space, enterprise_id=company.id)
    elsewhere = factories.make_need()
    day = day_of(now)
    span = (day - dt.timedelta(days=400), day + dt.timedelta(days=60))

    def taken(kind: ExportKind) -> bytes:
        job = exports.request(space.id, kind, *span, "年终报告", actor=me, now=now)
        assert exports.make(job.id, vault, now=now)
        assert not exports.make(job.id, vault, now=now)  # once
        return exports.content(job.id, actor=me, now=now)[1]

    head, line = _cells(taken(ExportKind.ROSTER))
    assert head[0].value == "活动"
    assert [cell.value for cell in line][:1] == ["插花"]
    name, number = line[3], line[4]
    assert (name.value, name.data_type) == ("=1+2", "s")
    assert (number.value, number.data_type) == ("13812345678", "s")
    assert _texts(taken(ExportKind.COMPANIES))[1][0] == company.name
    rows = _texts(taken(ExportKind.NEEDS))
    assert [row[0] for row in rows[1:]] == [need.no]
    assert elsewhere.no not in str(rows)
    head, line = _cells(taken(ExportKind.MEMBERS))
    assert [(cell.value, cell.data_type) for cell in line[:3]] == [
        ("=1+2", "s"), ("13812345678", "s"), (company.name, "s"),
    ]  # fmt: skip
    assert len(_texts(taken(ExportKind.VISITS))) == 1
    line = models.AuditLog.get(models.AuditLog.action == "exports.request")
    assert (line.reason, line.org_unit_id) == ("年终报告", space.id)
    for reason, until in (("", span[1]), ("年终报告", span[0] - dt.timedelta(days=1))):
        with pytest.raises(Invalid):
            exports.request(space.id, ExportKind.NEEDS, span[0], until, reason, actor=me, now=now)


def test_a_list_outlives_its_worker_and_dies_after_an_hour(app: Flask, now: Any) -> None:
    space, vault = factories.make_space(), resources(app).vault
    keeper, other = (factories.make_staff(Role.KEEPER, space) for _ in range(2))
    me, them = (Actor("staff", each.id, each.name) for each in (keeper, other))
    users = [factories.make_user(home_space=space) for _ in range(3)]
    day = day_of(now)
    lists = [
        exports.request(space.id, ExportKind.MEMBERS, day, day, "通讯录", actor=who, now=now)
        for who in (me, me, them)
    ]
    # A worker took the first and died; the third's keeper has left meanwhile.
    models.ExportJob.update(state=ExportState.RUNNING, touched_at=now).where(
        models.ExportJob.id == lists[0].id
    ).execute()
    models.Grant.update(revoked_at=now).where(models.Grant.staff == other).execute()
    assert exports.go_on(vault, now=now) == {"made": 1, "expired": 0}
    with pytest.raises(NotFound):
        exports.content(lists[0].id, actor=me, now=now)
    later = now + dt.timedelta(minutes=11)
    assert exports.go_on(vault, now=later)["made"] == 1
    job, content = exports.content(lists[0].id, actor=me, now=later)
    assert len(_texts(content)) == 1 + len(users) == 1 + job.total
    states = [models.ExportJob.get_by_id(each.id).state for each in lists]
    assert states == [ExportState.DONE, ExportState.DONE, ExportState.REFUSED]
    for who, id_ in ((them, lists[0].id), (them, lists[2].id), (me, 1)):
        with pytest.raises(NotFound):
            exports.content(id_, actor=who, now=later)
    over = later + exports.KEPT
    with pytest.raises(exports.ExportExpired):
        exports.content(lists[0].id, actor=me, now=over)
    assert exports.go_on(vault, now=over) == {"made": 0, "expired": 2}
    assert models.ExportFile.select().count() == 0
    exports.expire(now=over + dt.timedelta(days=91))
    assert models.ExportJob.select().count() == 0
