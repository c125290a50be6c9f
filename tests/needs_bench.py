"""What tests of needs stand on: a Space with the 2026 calendar, members WeChat knows, staff."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from flask import Flask

import models
from models.enterprises import MemberRole, MemberStatus
from models.staff import Role
from server.clock import SHANGHAI
from server.services import audit, calendar, needs_desk, needs_intake, staff, users
from server.services.needs_desk import Desk
from server.services.needs_texts import Checker
from tests import factories
from tests.conftest import Sandbox, resources

# A Thursday with an ordinary week behind it.
NOON = dt.datetime(2026, 5, 14, 12, 0, tzinfo=SHANGHAI).astimezone(dt.UTC)
DAY = dt.timedelta(days=1)


def shanghai(text: str) -> dt.datetime:
    """The moment a Shanghai clock shows `2026-02-13 16:00`."""
    return dt.datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI).astimezone(dt.UTC)


@dataclass
class Bench:
    app: Flask
    sandbox: Sandbox
    space: models.Space
    category: models.Category

    def member(self, openid: str) -> models.User:
        """A member WeChat has seen a moment ago."""
        self.sandbox.login_code(openid)
        vault = resources(self.app).vault
        found = users.find_by_openid(openid, vault)
        return found or users.welcome(openid, vault=vault, now=NOON)

    def member_of(self, enterprise: models.Enterprise, openid: str, **over: Any) -> models.User:
        """A verified member of a company's people."""
        user = self.member(openid)
        factories.make_member(user, enterprise, **{"status": MemberStatus.VERIFIED} | over)
        return user

    def contact_of(self, enterprise: models.Enterprise, openid: str) -> models.User:
        return self.member_of(enterprise, openid, role=MemberRole.CONTACT)

    def checker(self, user: models.User) -> Checker:
        opened = resources(self.app)
        return Checker(opened.wechat, opened.vault, user)

    def submit(
        self, user: models.User, *, now: dt.datetime = NOON, per_day: int = 100, **over: Any
    ) -> models.Need:
        space_id = over.pop("space_id", self.space.id)
        values = {"category": self.category.code, "title": "想了解贷款", "body": "缺流动资金"}
        draft = needs_intake.Draft(**values | over)
        return needs_intake.submit(
            user, space_id, draft, checker=self.checker(user), per_day=per_day, now=now
        )

    def desk(self, need: models.Need, role: Role = Role.OPERATOR, at: Any = None) -> Desk:
        """An operator of the need's Space looking at the need as it is now."""
        account = factories.make_staff(role, at or self.space)
        scope = staff.scope_of(account, now=dt.datetime.now(dt.UTC))
        version = models.Need.get_by_id(need.id).version
        actor = audit.Actor("staff", account.id, account.name)
        return Desk(scope, need.id, version, actor=actor)

    def triaged(self, need: models.Need, *, now: dt.datetime = NOON) -> models.Need:
        return needs_desk.triage(self.desk(need), needs_desk.Triage(), now=now)

    def fail_check(self, **fault: Any) -> None:
        """Let WeChat's check of words fail until the faults are dropped."""
        self.sandbox.post("faults", path="/wxa/msg_sec_check", **fault or {"errcode": -1})

    def mend_check(self) -> None:
        answer = self.sandbox.http.delete(f"{self.sandbox.base}/_sandbox/faults", timeout=10)
        assert answer.ok


def make_bench(app: Flask, sandbox: Sandbox) -> Bench:
    """A Space and a category, the 2026 calendar, and another Space's noise."""
    calendar.seed_year(audit.SYSTEM, 2026, now=NOON)
    return Bench(
        app, sandbox, factories.make_space(code="XYC"), factories.make_category(code="loan")
    )


def events(need: models.Need) -> list[str]:
    """The types of a need's history, the oldest first."""
    rows = models.NeedEvent.select().where(models.NeedEvent.need == need)
    return [row.type for row in rows.order_by(models.NeedEvent.at, models.NeedEvent.id)]
