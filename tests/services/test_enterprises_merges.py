"""Merging companies: looked at first, never in a circle, taken back exactly."""

import datetime as dt
import threading
from typing import Any

import pytest
from flask import Flask

import models
from models.activities import SessionState
from models.enterprises import EnterpriseStatus, MemberRole, MemberStatus
from models.staff import Role
from server.clock import month_of, utcnow
from server.errors import Invalid, NotFound, ServiceError
from server.services import (
    audit,
    enterprises,
    enterprises_compared,
    enterprises_duplicates,
    enterprises_merges,
    enterprises_restated,
    needs,
    staff,
    statistics,
)
from server.services import enterprises_file as files
from server.services.enterprises_merges import merge, undo
from tests import factories

BY = audit.SYSTEM
DAY = dt.timedelta(days=1)


class Two:
    """A company entered twice, each time with people, needs and a check-in of last week."""

    def __init__(self, now: dt.datetime) -> None:
        self.space = factories.make_space()
        self.tower = factories.make_building(self.space)
        self.code = "91110000600037341L"
        self.source = factories.make_enterprise(
            name="启明信息（上海）有限公司", building=self.tower, credit_code=self.code,
            room="801", tags=["甲", "乙"],
        )  # fmt: skip
        self.target = factories.make_enterprise(
            name="上海启明信息有限公司", building=self.tower, tags=["甲"], industry="信息"
        )
        activity = factories.make_activity(self.space)
        self.sessions = [
            factories.make_session(
                activity, starts_at=now - 40 * DAY * number - DAY, state=SessionState.ENDED
            )
            for number in range(2)
        ]
        self.people = [factories.make_user() for _ in range(3)]
        first, second, third = self.people
        for user, company in ((first, self.source), (second, self.target), (third, self.source)):
            factories.make_member(
                user, company, status=MemberStatus.VERIFIED, role=MemberRole.CONTACT
            )
        enterprises.leave(third, now=now)
        self.attend(self.sessions[0], first, self.source)
        self.attend(self.sessions[0], second, self.target)
        self.attend(self.sessions[1], first, self.source)
        self.need = factories.make_need(self.space, user_id=first.id, enterprise_id=self.source.id)

    def attend(self, session: models.Session, user: models.User, company: Any) -> None:
        signup = factories.make_signup(session, user, enterprise_id=company.id)
        factories.make_checkin(signup, at=session.starts_at)

    def companies(self, month: str, now: dt.datetime) -> int:
        """What the statistics tell of the month."""
        period = statistics.Period.of_month(month)
        found = statistics.summary([self.space.id], period, now=now)
        return int(next(each.value or 0 for each in found if each.code == "enterprises"))


@pytest.fixture
def two(app: Flask, now: dt.datetime) -> Two:
    return Two(now)


def _rows(*tables: Any) -> dict[Any, dict[str, Any]]:
    """All rows, without what every change moves."""
    moves = {"version", "updated_at", "updated_by"}
    return {
        (table.__name__, row["id"]): {k: v for k, v in row.items() if k not in moves}
        for table in tables
        for row in table.select().dicts()
    }


def _is(company: models.Enterprise) -> models.Enterprise:
    found: models.Enterprise = models.Enterprise.get_by_id(company.id)
    return found


def test_promise_24_preview_merge_undo_with_figures_restated(two: Two, now: dt.datetime) -> None:
    """Complaint 24: a preview, a merge, thirty days to take it back, figures restated and dated."""
    month, earlier = (month_of(session.starts_at) for session in two.sessions)
    tables = (models.Enterprise, models.EnterpriseMember, models.Need, models.Checkin)
    before = _rows(*tables)
    seen = enterprises_compared.preview(two.source, two.target, now=now)
    assert {name: count for name, count in seen.counts.items() if count} == {
        "members": 1, "former_members": 1, "needs": 1, "signups": 2, "checkins": 2,
    }  # fmt: skip
    assert seen.fills == {"credit_code": two.code, "room": "801", "tags": ["甲", "乙"]}
    assert [(each.month, each.before, each.after) for each in seen.restated] == [(month, 2, 1)]
    assert _rows(*tables) == before, "a preview writes nothing"

    done = merge(two.source.id, two.target.id, "同一家公司", actor=BY, now=now)
    assert two.companies(month, now) == 1
    assert two.companies(earlier, now) == 1
    source, target = _is(two.source), _is(two.target)
    assert (source.status, source.merged_into_id) == (EnterpriseStatus.MERGED, target.id)
    assert (target.credit_code, target.room, target.tags) == (two.code, "801", ["甲", "乙"])
    assert models.Need.get_by_id(two.need.id).enterprise_id == source.id, "history stays"
    assert [need.id for need in needs.of_company(two.people[1], cursor=None, limit=9).items] == [
        two.need.id
    ]
    keeper = factories.make_staff(Role.KEEPER, two.space)
    told = files.of(staff.scope_of(keeper, now=utcnow()), source.id, now=now)
    assert told.enterprise == target
    assert {each.code: each.value for each in told.figures}["activities"] == 3
    assert {member.user_id for member in told.people} == {user.id for user in two.people[:2]}
    [note] = enterprises_restated.of_month([two.space.id], month)
    assert (note.before, note.after, note.at, note.cause) == (2, 1, now, "enterprises.merge")

    # What came since is the target's.
    late = factories.make_user()
    enterprises.join(late, source, now=now)
    after = now + 30 * DAY
    undo(done.id, actor=BY, now=after)
    rows = _rows(*tables)
    assert {key: rows[key] for key in before} == before, "exactly what moved came back"
    assert models.EnterpriseMember.get(user_id=late.id).enterprise_id == target.id
    assert two.companies(month, now) == 2
    notes = enterprises_restated.of_merge(done.id)
    assert [(each.before, each.after, each.at) for each in notes] == [(1, 2, after), (2, 1, now)]
    with pytest.raises(enterprises_merges.AlreadyUndone):
        undo(done.id, actor=BY, now=after)
    again = merge(two.source.id, two.target.id, "还是同一家", actor=BY, now=after)
    with pytest.raises(enterprises_merges.UndoTooLate):
        undo(again.id, actor=BY, now=after + 30 * DAY + dt.timedelta(seconds=1))
    actions = [row.action for row in models.AuditLog.select().order_by(models.AuditLog.id)]
    assert actions == ["enterprises.merge", "enterprises.undo_merge", "enterprises.merge"]


def test_merges_make_no_chains_and_are_undone_from_the_last(two: Two, now: dt.datetime) -> None:
    third = factories.make_enterprise(building=two.tower)
    first = merge(two.source.id, two.target.id, "重复", actor=BY, now=now)
    second = merge(two.target.id, third.id, "重复", actor=BY, now=now)
    assert _is(two.source).merged_into_id == third.id, "no chain"
    assert enterprises.get(two.source.id) == third
    for source, target in ((two.source, third), (third, two.target), (two.target, third)):
        with pytest.raises(enterprises.EnterpriseMerged):
            merge(source.id, target.id, "重复", actor=BY, now=now)
    with pytest.raises(enterprises_merges.MergedOn):
        undo(first.id, actor=BY, now=now)
    undo(second.id, actor=BY, now=now)
    assert _is(two.source).merged_into_id == two.target.id
    undo(first.id, actor=BY, now=now)
    assert {_is(each).status for each in (two.source, two.target)} == {EnterpriseStatus.ACTIVE}


def test_an_undo_leaves_what_was_changed_since(two: Two, now: dt.datetime) -> None:
    done = merge(two.source.id, two.target.id, "重复", actor=BY, now=now)
    target = _is(two.target)
    enterprises.change(target, {"room": "1203"}, actor=BY, now=now)
    enterprises.leave(two.people[0], now=now)
    undo(done.id, actor=BY, now=now)
    assert (_is(target).room, _is(target).credit_code) == ("1203", None)
    assert _is(two.source).credit_code == two.code
    left = models.EnterpriseMember.get(user_id=two.people[0].id)
    assert (left.enterprise_id, left.status) == (two.source.id, MemberStatus.ENDED)
    # A code that somebody else was given meanwhile cannot return.
    done = merge(two.source.id, two.target.id, "重复", actor=BY, now=now)
    enterprises.change(_is(target), {"credit_code": None}, actor=BY, now=now)
    enterprises.create("新来的", actor=BY, now=now, credit_code=two.code)
    with pytest.raises(enterprises.CreditCodeTaken):
        undo(done.id, actor=BY, now=now)
    assert _is(two.source).status == EnterpriseStatus.MERGED


def test_both_directions_at_once_leave_one(two: Two, now: dt.datetime) -> None:
    """Complaint 23: two merges in both directions at once kill neither the rows nor each other."""
    pair = (two.source.id, two.target.id)
    for _ in range(4):
        start = threading.Barrier(2)
        outcomes: list[Any] = []

        def go(
            source_id: int, target_id: int, start: Any = start, outcomes: list[Any] = outcomes
        ) -> None:
            with models.db.connection_context():
                start.wait()
                try:
                    outcomes.append(merge(source_id, target_id, "重复", actor=BY, now=now))
                except ServiceError as refused:
                    outcomes.append(refused.code)

        threads = [threading.Thread(target=go, args=ids) for ids in (pair, tuple(reversed(pair)))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        [done] = [each for each in outcomes if not isinstance(each, str)]
        assert [each for each in outcomes if isinstance(each, str)] == ["enterprise_merged"]
        statuses = sorted(_is(each).status.value for each in (two.source, two.target))
        assert statuses == ["active", "merged"]
        undo(done.id, actor=BY, now=now)


@pytest.mark.parametrize("why", ["itself", "unknown", "no reason"])
def test_what_cannot_be_merged(two: Two, now: dt.datetime, why: str) -> None:
    ids = {"itself": (two.source.id,) * 2, "unknown": (two.source.id, 1)}
    wanted: dict[str, type[Exception]] = {
        "itself": enterprises_compared.SameEnterprise, "unknown": NotFound, "no reason": Invalid,
    }  # fmt: skip
    with pytest.raises(wanted[why]):
        merge(
            *ids.get(why, (two.source.id, two.target.id)),
            " " if why == "no reason" else "重复",
            actor=BY,
            now=now,
        )
    assert models.EnterpriseMerge.select().count() == 0


def test_lookalikes_are_suggested_until_told_apart(two: Two, now: dt.datetime) -> None:
    def create(name: str, **values: Any) -> models.Enterprise:
        values = {"building": two.tower} | values
        return enterprises.create(name, actor=BY, now=now, **values)

    one, alike = create("百川智能装备厂"), create("佰川智能装备厂")
    create("佰川智能装备厂外楼", building=factories.make_building(two.space))
    create("别处百川智能装备厂", building=factories.make_building(factories.make_space()))
    found = enterprises_duplicates.pairs({two.space.id})
    assert [(pair.keep.id, pair.other.id, pair.why) for pair in found] == [
        (two.source.id, two.target.id, "名称只差地名或公司类型"),
        (one.id, alike.id, "同一栋楼，拼音首字母相同"),
    ]
    for _ in range(2):
        enterprises_duplicates.tell_apart(alike, one, actor=BY, now=now)
    assert len(enterprises_duplicates.pairs({two.space.id})) == 1
    merge(two.source.id, two.target.id, "重复", actor=BY, now=now)
    assert enterprises_duplicates.pairs({two.space.id}) == []
