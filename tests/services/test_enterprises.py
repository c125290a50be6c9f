"""Finding companies, joining and leaving them, and staff's word on it."""

import datetime as dt
import threading
from typing import Any

import pytest
from flask import Flask

import models
from models.enterprises import EnterpriseStatus, MemberRole, MemberStatus
from server.clock import day_of
from server.errors import Invalid, NotFound, ServiceError, VersionConflict
from server.services import audit, enterprises, enterprises_members
from tests import factories

BY = audit.SYSTEM
CODE = "91110000600037341L"


def create(name: str, now: dt.datetime, **values: Any) -> models.Enterprise:
    return enterprises.create(name, actor=BY, now=now, **values)


def found(text: str) -> list[str]:
    return [each.name for each in enterprises.search(text).order_by(models.Enterprise.name)]


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("新意", True),
        ("云杉", True),
        ("xinyi", True),
        ("xin yi", True),
        ("shxy", True),
        ("yunshan", True),
        ("YS", True),
        (CODE, True),
        (CODE.lower(), True),
        (CODE[:10], False),
        ("意新", False),
        ("jiyun", False),  # the end of the name and the start of the short name
        ("%%", False),
        ("__", False),
    ],
)
def test_search(app: Flask, now: dt.datetime, text: str, is_found: bool) -> None:
    create("上海新意科技", now, short_name="云杉", credit_code=CODE)
    create("北京别家有限公司", now)
    assert found(text) == (["上海新意科技"] if is_found else [])


@pytest.mark.parametrize("text", ["", " ", "新", " 新 "])
def test_one_letter_is_no_search(app: Flask, text: str) -> None:
    with pytest.raises(Invalid):
        enterprises.search(text)


def test_companies_gone_are_not_found(app: Flask, now: dt.datetime) -> None:
    root = create("甲乙丙公司", now)
    create("甲乙旧公司", now, status=EnterpriseStatus.MERGED, merged_into=root)
    create("甲乙搬走公司", now, status=EnterpriseStatus.MOVED_OUT)
    assert found("甲乙") == ["甲乙丙公司"]


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("9111000060003734", "18 位"),
        ("91110000600037341A", "校验"),
        ("9111000060003734IL", "不应出现"),
        ("A1110000600037341L", "不应出现"),
    ],
)
def test_wrong_credit_codes_say_why(app: Flask, now: dt.datetime, code: str, told: str) -> None:
    with pytest.raises(Invalid) as refused:
        create("公司", now, credit_code=code)
    [error] = refused.value.facts["errors"]
    assert error["field"] == "credit_code"
    assert told in error["message"]


def test_credit_code_is_unique_among_the_living(app: Flask, now: dt.datetime) -> None:
    first = create("甲公司", now, credit_code=" 91 110000 600037341l")
    assert first.credit_code == CODE
    with pytest.raises(enterprises.CreditCodeTaken):
        create("乙公司", now, credit_code=CODE)
    models.Enterprise.update(status=EnterpriseStatus.MERGED).execute()
    assert create("丙公司", now, credit_code=CODE).credit_code == CODE


def test_unknown_building(app: Flask, now: dt.datetime) -> None:
    with pytest.raises(NotFound):
        create("公司", now, building=1)
    assert models.Enterprise.select().count() == 0


def test_renamed_company_is_found_by_its_new_name(app: Flask, now: dt.datetime) -> None:
    company = create("老名字公司", now)
    enterprises.rename(company, "新名字公司", actor=BY, now=now)
    assert found("xinmingzi") == ["新名字公司"]
    assert found("laomingzi") == []
    trail = models.AuditLog.get(models.AuditLog.action == "enterprises.change")
    assert (trail.before, trail.after) == ({"name": "老名字公司"}, {"name": "新名字公司"})


def test_stale_change_and_merged_company_are_refused(app: Flask, now: dt.datetime) -> None:
    company = create("公司", now)
    enterprises.rename(company, "公司甲", actor=BY, now=now)
    with pytest.raises(VersionConflict):
        enterprises.change(company, {"room": "801"}, actor=BY, now=now, expected=1)
    merged = create("旧", now, status=EnterpriseStatus.MERGED)
    with pytest.raises(enterprises.EnterpriseMerged):
        enterprises.rename(merged, "新", actor=BY, now=now)


def test_joining_waits_for_verification(app: Flask, now: dt.datetime) -> None:
    user, company = factories.make_user(), create("公司", now)
    member = enterprises.join(user, company, now=now)
    assert (member.status, member.role) == (MemberStatus.PENDING, MemberRole.STAFF)
    assert enterprises.enterprise_of(user.id) == company
    assert enterprises.join(user, company, now=now) == member
    with pytest.raises(enterprises.AlreadyMember):
        enterprises.join(user, create("别家", now), now=now)


def test_joining_a_merged_company_joins_its_root(app: Flask, now: dt.datetime) -> None:
    root = create("新公司", now)
    old = create("旧公司", now, status=EnterpriseStatus.MERGED, merged_into=root)
    assert enterprises.join(factories.make_user(), old, now=now).enterprise == root
    early = factories.make_user()
    factories.make_member(early, old)
    assert enterprises.enterprise_of(early.id) == root
    assert enterprises.get(old.id) == root


def test_companies_gone_take_nobody(app: Flask, now: dt.datetime) -> None:
    gone = create("搬走", now, status=EnterpriseStatus.MOVED_OUT)
    with pytest.raises(NotFound):
        enterprises.join(factories.make_user(), gone, now=now)
    with pytest.raises(NotFound):
        enterprises.get(1)


def test_leaving_keeps_history_and_allows_another(app: Flask, now: dt.datetime) -> None:
    user, other, company = factories.make_user(), factories.make_user(), create("公司", now)
    member = enterprises.join(user, company, now=now)
    enterprises.join(other, company, now=now)
    for _ in range(2):
        enterprises.leave(user, now=now)
    ended = models.EnterpriseMember.get_by_id(member.id)
    assert (ended.status, ended.to_on) == (MemberStatus.ENDED, day_of(now))
    assert enterprises.enterprise_of(user.id) is None
    assert enterprises.enterprise_of(other.id) == company
    assert enterprises.join(user, company, now=now).id != member.id


def test_company_by_name_is_added_once(app: Flask, now: dt.datetime) -> None:
    tower = factories.make_building()
    for user in (factories.make_user(), factories.make_user()):
        enterprises.found_or_join(user, "小公司", building_id=tower.id, actor=BY, now=now)
    company = models.Enterprise.get()
    assert (company.name, company.building_id, company.initials) == ("小公司", tower.id, "xgs ")
    assert models.EnterpriseMember.select().count() == 2


def test_refused_joining_adds_no_company(app: Flask, now: dt.datetime) -> None:
    user = factories.make_user()
    enterprises.join(user, create("公司", now), now=now)
    with pytest.raises(enterprises.AlreadyMember):
        enterprises.found_or_join(user, "凭空公司", building_id=None, actor=BY, now=now)
    assert models.Enterprise.select().count() == 1


def test_two_joinings_at_once_make_one_membership(app: Flask, now: dt.datetime) -> None:
    user = factories.make_user()
    companies = [create(f"公司{number}", now) for number in range(4)]
    start, outcomes = threading.Barrier(4), []

    def go(company: models.Enterprise) -> None:
        with models.db.connection_context():
            start.wait()
            try:
                enterprises.join(user, company, now=now)
                outcomes.append("joined")
            except ServiceError as error:
                outcomes.append(error.code)

    threads = [threading.Thread(target=go, args=(company,)) for company in companies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["already_member"] * 3 + ["joined"]


def test_members_in_reach(app: Flask, now: dt.datetime) -> None:
    space, other = factories.make_space(), factories.make_space()
    mine = create("楼里", now, building=factories.make_building(space))
    create("空", now)
    theirs = create("别楼", now, building=factories.make_building(other))
    nowhere = create("不在楼里", now)
    tenant = enterprises.join(factories.make_user(), mine, now=now)
    enterprises.join(factories.make_user(home_space=space), theirs, now=now)
    loose = enterprises.join(factories.make_user(home_space=space), nowhere, now=now)
    enterprises.join(factories.make_user(home_space=other), nowhere, now=now)
    gone = enterprises.join(factories.make_user(), mine, now=now)
    models.EnterpriseMember.update(status=MemberStatus.ENDED).where(
        models.EnterpriseMember.id == gone.id
    ).execute()
    reach = frozenset({space.id})
    assert set(enterprises_members.search(reach)) == {tenant, loose}
    assert enterprises_members.get(tenant.id, reach) == tenant
    for hidden in (gone.id, 1):
        with pytest.raises(NotFound):
            enterprises_members.get(hidden, reach)
    with pytest.raises(NotFound):
        enterprises_members.get(tenant.id, frozenset())


def test_verifying(app: Flask, now: dt.datetime) -> None:
    user, company = factories.make_user(), create("公司", now)
    member = enterprises.join(user, company, now=now)
    stale = models.EnterpriseMember.get_by_id(member.id)
    enterprises_members.verify(member, MemberRole.CONTACT, actor=BY, now=now)
    current = enterprises.membership_of(user.id)
    assert current
    assert (current.status, current.role) == (MemberStatus.VERIFIED, MemberRole.CONTACT)
    assert enterprises_members.search(frozenset(), MemberStatus.VERIFIED).count() == 0
    with pytest.raises(VersionConflict):
        enterprises_members.verify(stale, MemberRole.STAFF, actor=BY, now=now)
