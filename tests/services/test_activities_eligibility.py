"""Whom an activity is for."""

from typing import Any

import pytest

from models.enterprises import MemberStatus
from server.services import activities_eligibility as eligibility
from tests import factories

pytestmark = pytest.mark.usefixtures("app")


def is_meant(user: Any, **rule: Any) -> bool:
    activity = factories.make_activity(**rule)
    return eligibility.reason_against(activity, eligibility.person(user)) is None


def test_everybody_by_default() -> None:
    user = factories.make_user()
    assert is_meant(user)
    assert is_meant(user, eligibility={"rule": "everyone", "ids": []})
    assert is_meant(user, eligibility={"rule": "declared", "ids": []})


def test_only_members_of_the_space() -> None:
    space = factories.make_space()
    rule = {"eligibility": {"rule": "home_space", "ids": []}, "space": space}
    assert is_meant(factories.make_user(home_space=space), **rule)
    assert not is_meant(factories.make_user(home_space=factories.make_space()), **rule)
    assert not is_meant(factories.make_user(), **rule)


def test_employees_are_those_the_space_has_verified() -> None:
    rule = {"eligibility": {"rule": "employees", "ids": []}}
    verified, claimed, former = (factories.make_user() for _ in range(3))
    company = factories.make_enterprise()
    factories.make_member(verified, company, status=MemberStatus.VERIFIED)
    factories.make_member(claimed, company)
    factories.make_member(former, company, status=MemberStatus.ENDED)
    assert is_meant(verified, **rule)
    assert not is_meant(claimed, **rule)
    assert not is_meant(former, **rule)


def test_freelancers_have_no_company() -> None:
    rule = {"eligibility": {"rule": "freelancers", "ids": []}}
    employee = factories.make_user()
    factories.make_member(employee, factories.make_enterprise())
    assert is_meant(factories.make_user(), **rule)
    assert not is_meant(employee, **rule)


def test_named_companies_count_by_their_root() -> None:
    root = factories.make_enterprise()
    merged = factories.make_enterprise(merged_into=root)
    insider, outsider = factories.make_user(), factories.make_user()
    factories.make_member(insider, merged, status=MemberStatus.VERIFIED)
    factories.make_member(outsider, factories.make_enterprise(), status=MemberStatus.VERIFIED)
    rule = {"eligibility": {"rule": "enterprises", "ids": [root.id]}}
    assert is_meant(insider, **rule)
    assert not is_meant(outsider, **rule)
    assert not is_meant(factories.make_user(), **rule)


def test_named_members() -> None:
    named = factories.make_user()
    rule = {"eligibility": {"rule": "members", "ids": [named.id]}}
    assert is_meant(named, **rule)
    assert not is_meant(factories.make_user(), **rule)


def test_the_reason_is_the_public_one() -> None:
    activity = factories.make_activity(
        eligibility={"rule": "members", "ids": [1]}, eligibility_reason="理事会内部"
    )
    with pytest.raises(eligibility.NotEligible, match="理事会内部"):
        eligibility.require(activity, eligibility.person(factories.make_user()))
