"""Cases: from what is over to what others read, whom they must not name, and who leaves."""

import datetime as dt
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from PIL import Image

import models
from models.activities import ActivityState
from models.cases import CaseReach
from models.needs import NeedState, Outcome
from models.spaces import OrgKind
from models.staff import Role
from server.clock import utcnow
from server.errors import Conflict, Forbidden, Invalid, NotFound, VersionConflict
from server.schemas.cases import CaseIn
from server.services import cases, cases_names, files, files_access, staff, users_privacy
from server.services.audit import SYSTEM, Actor
from server.services.cases import Root
from server.services.files_disk import Disk
from server.services.files_links import Reader
from server.services.staff import Scope
from tests import factories
from tests.conftest import resources

TOLD = {
    "title": "一张桌子，三家企业用上了同一位法务",
    "before": "楼里的小公司请不起法务。",
    "doing": "请来律所，每月坐诊半天。",
    "after": "三家签了年度顾问，合同纠纷少了。",
    "figures": [{"name": "受益企业", "value": "3 家"}],
}


class Ground:
    """A Space of a town with a need that was solved, and who writes and publishes there."""

    def __init__(self, app: Flask) -> None:
        self.now, self.vault = utcnow(), resources(app).vault
        self.town = factories.make_org_unit(OrgKind.TOWN)
        self.space = factories.make_space(self.town)
        self.keeper = factories.make_staff(Role.KEEPER, self.space)
        self.scope = self.scope_of(self.keeper)
        self.actor = Actor("staff", self.keeper.id, self.keeper.name)
        self.member = factories.make_user(nickname="爱喝茶的老周")
        self.company = factories.make_enterprise(name="上海云杉智能科技有限公司")
        self.need = factories.make_need(
            self.space,
            user_id=self.member.id,
            enterprise_id=self.company.id,
            state=NeedState.CLOSED,
            outcome=Outcome.SOLVED,
            closed_at=self.now,
        )

    def scope_of(self, account: models.Staff) -> Scope:
        return staff.scope_of(account, now=self.now)

    def reader(self, role: Role, at: Any) -> Scope:
        return self.scope_of(factories.make_staff(role, at))

    def written(self, root: Root | None = None, **over: Any) -> models.CaseStory:
        wanted = CaseIn.model_validate(TOLD | over)
        return cases.create(self.scope, root or self.need, wanted, actor=self.actor, now=self.now)

    def published(self, root: Root | None = None, **over: Any) -> models.CaseStory:
        return self.publish(self.written(root, **over))

    def publish(
        self, row: models.CaseStory, scope: Scope | None = None, *, confirmed: bool = False
    ) -> models.CaseStory:
        return cases.publish(
            scope or self.scope,
            row,
            expected=row.version,
            confirmed=confirmed,
            vault=self.vault,
            actor=self.actor,
            now=self.now,
        )


def test_only_what_is_over_and_ones_own(app: Flask) -> None:
    ground = Ground(app)
    assert cases.need_of(ground.scope, ground.need.id) == ground.need
    for state, outcome in (
        (NeedState.ANSWERED, Outcome.SOLVED),
        (NeedState.CLOSED, Outcome.EXPLAINED),
    ):
        still = factories.make_need(ground.space, state=state, outcome=outcome)
        with pytest.raises(cases.NotOver):
            cases.need_of(ground.scope, still.id)
    held = factories.make_activity(ground.space, state=ActivityState.ENDED)
    assert cases.activity_of(ground.scope, held.id) == held
    with pytest.raises(cases.NotOver):
        cases.activity_of(ground.scope, factories.make_activity(ground.space).id)
    stranger = ground.reader(Role.KEEPER, factories.make_space(ground.town))
    with pytest.raises(NotFound):
        cases.need_of(stranger, ground.need.id)
    with pytest.raises(NotFound):
        cases.activity_of(stranger, held.id)
    with pytest.raises(Forbidden):
        cases.activity_of(ground.reader(Role.SCANNER, ground.space), held.id)


def test_who_reads_what(app: Flask) -> None:
    ground = Ground(app)
    draft = ground.written()
    rows = {reach: ground.published(reach=reach.value) for reach in CaseReach}
    near = factories.make_space(ground.town)
    far = factories.make_space(factories.make_org_unit(OrgKind.TOWN))
    everything = {draft.id, *(row.id for row in rows.values())}
    told = {rows[CaseReach.TOWN].id, rows[CaseReach.PUBLIC].id}
    sees = (
        (ground.scope, everything),
        (ground.reader(Role.OPERATOR, ground.space), everything),
        (ground.reader(Role.TOWN_OFFICER, ground.town), everything - {draft.id}),
        (ground.reader(Role.OPERATOR, near), told),
        (ground.reader(Role.KEEPER, far), {rows[CaseReach.PUBLIC].id}),
        (ground.reader(Role.SCANNER, ground.space), set()),
        (ground.reader(Role.PLATFORM_ADMIN, ground.town), set()),
    )
    for number, (scope, expected) in enumerate(sees):
        assert {row.id for row in cases.readable(scope)} == expected, number
    with pytest.raises(NotFound):
        cases.get(ground.reader(Role.OPERATOR, near), draft.id)


def test_names_hold_it_back(app: Flask) -> None:
    ground = Ground(app)
    clean = ground.written()
    assert cases_names.found(clean, ground.vault) == []
    named = ground.written(
        title="云杉智能科技的难题", before="爱喝茶 的老周说：打 138 0013 8000", reach="town"
    )
    assert cases_names.found(named, ground.vault) == [
        "爱喝茶的老周", "云杉智能科技", "13800138000"
    ]  # fmt: skip
    with pytest.raises(cases.CaseNames):
        ground.publish(named)
    with pytest.raises(Forbidden):
        ground.publish(clean, ground.reader(Role.OPERATOR, ground.space))
    with pytest.raises(Invalid):
        ground.publish(ground.written(after=""))
    assert not ground.publish(clean).is_named
    assert ground.publish(named, confirmed=True).is_named
    with pytest.raises(cases.CasePublished):
        ground.publish(named)
    held = factories.make_activity(ground.space, state=ActivityState.ENDED)
    guest = factories.make_user(nickname="跑步的小林")
    factories.make_signup(factories.make_session(held), guest, enterprise_id=ground.company.id)
    story = ground.written(held, before="跑步的小林带着上海云杉智能科技有限公司的同事来了")
    assert cases_names.found(story, ground.vault) == [
        "跑步的小林", "上海云杉智能科技有限公司", "云杉智能科技"
    ]  # fmt: skip


def test_changing_and_taking_back(app: Flask) -> None:
    ground = Ground(app)
    row = ground.written()
    by: dict[str, Any] = {"actor": ground.actor, "now": ground.now}
    wanted = CaseIn.model_validate(TOLD | {"title": "坐诊半天"})
    cases.change(ground.scope, row, wanted, expected=1, **by)
    with pytest.raises(VersionConflict):
        cases.change(ground.scope, row, wanted, expected=1, **by)
    ground.publish(row)
    with pytest.raises(Conflict):
        cases.change(ground.scope, row, wanted, expected=row.version, **by)
    with pytest.raises(Conflict):
        cases.discard(ground.scope, row, expected=row.version, **by)
    cases.withdraw(ground.scope, row, expected=row.version, **by)
    assert models.CaseStory.get().published_at is None
    cases.discard(ground.scope, row, expected=row.version, **by)
    assert models.CaseStory.select().count() == 0
    done = [line.action for line in models.AuditLog.select().order_by(models.AuditLog.id)]
    assert done == [f"cases.{one}" for one in ("create", "change", "publish", "withdraw", "delete")]


def test_pictures(app: Flask) -> None:
    ground = Ground(app)
    disk = Disk(resources(app).config.files_dir)

    def upload(name: str, data: bytes) -> int:
        return files.upload(
            ground.actor, name, data, disk=disk, per_day=50, now=ground.now
        ).id  # fmt: skip

    out = BytesIO()
    Image.new("RGB", (40, 30), "teal").save(out, "PNG")
    first, second = (upload("前.png", out.getvalue()) for _ in range(2))
    by: dict[str, Any] = {"actor": ground.actor, "now": ground.now}
    wanted = CaseIn.model_validate(TOLD | {"reach": "town"})
    row = cases.create(ground.scope, ground.need, wanted, [first, second], **by)
    paper = upload("名单.txt", "张三".encode())
    with pytest.raises(cases.PicturesOnly):
        cases.change(ground.scope, row, wanted, [first, paper], expected=1, **by)
    row = cases.get(ground.scope, row.id)
    assert [each.id for each in cases.pictures_of([row])[row.id]] == [first, second]
    near = factories.make_staff(Role.OPERATOR, factories.make_space(ground.town))
    with pytest.raises(NotFound):
        files_access.get(first, Reader("staff", near.id), now=ground.now)
    cases.change(ground.scope, row, wanted, [first], expected=row.version, **by)
    ground.publish(row)
    assert files_access.get(first, Reader("staff", near.id), now=ground.now).id == first
    for gone in (Reader("member", ground.member.id), Reader("staff", near.id)):
        with pytest.raises(NotFound):
            files_access.get(second if gone.kind == "staff" else first, gone, now=ground.now)


def test_whoever_leaves(app: Flask) -> None:
    ground = Ground(app)
    kept = ground.published()
    named = ground.publish(ground.written(before="爱喝茶的老周说"), confirmed=True)
    held = factories.make_activity(ground.space, state=ActivityState.ENDED)
    factories.make_signup(factories.make_session(held), ground.member)
    told = ground.publish(ground.written(held, before="爱喝茶的老周来了"), confirmed=True)
    copied = users_privacy.copy_of(ground.member, vault=ground.vault)["needs"][0]["cases"]
    assert [each["before"] for each in copied] == [TOLD["before"], "爱喝茶的老周说"]
    later = ground.now + dt.timedelta(minutes=1)
    users_privacy.erase(ground.member, actor=SYSTEM, now=later)
    found = {row.id: row for row in models.CaseStory.select()}
    assert (found[kept.id].need_id, found[kept.id].published_at) == (None, ground.now)
    assert (found[named.id].need_id, found[named.id].published_at) == (None, None)
    assert (found[told.id].activity_id, found[told.id].published_at) == (held.id, None)
    lines = models.AuditLog.select().where(models.AuditLog.action == "cases.withdraw")
    assert [line.reason for line in lines] == ["案例中的会员已注销账号"] * 2
    for row in (named, told):
        with pytest.raises(cases.CaseNames):
            ground.publish(cases.get(ground.scope, row.id))
