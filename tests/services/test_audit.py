"""The trail is written with the act, or not at all."""

import datetime as dt

import pytest
from flask import Flask

import models
from server.services import audit
from tests import factories


def test_a_line_tells_who_did_what_to_whom(app: Flask, now: dt.datetime) -> None:
    space = factories.make_space()
    actor = audit.Actor("staff", 7, "沈老师", "192.0.2.1", "req-1")
    audit.record(
        actor, "menus.publish", space, now=now, org_unit_id=space.id, after={"n": 1}, reason="更正"
    )
    line = models.AuditLog.get()
    assert (line.at, line.action, line.reason) == (now, "menus.publish", "更正")
    assert (line.actor_kind, line.actor_id, line.actor_name) == ("staff", 7, "沈老师")
    assert (line.object_type, line.object_id, line.org_unit_id) == ("Space", space.id, space.id)
    assert (line.before, line.after) == ({}, {"n": 1})
    assert (line.ip, line.request_id) == ("192.0.2.1", "req-1")


def test_an_act_undone_leaves_no_line(app: Flask, now: dt.datetime) -> None:
    space = factories.make_space()

    def act_in_vain() -> None:
        with models.db.atomic():
            audit.record(audit.SYSTEM, "spaces.close", space, now=now)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        act_in_vain()
    assert models.AuditLog.select().count() == 0
