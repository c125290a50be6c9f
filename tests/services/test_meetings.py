"""The tri-party meeting as working software: what it opens with, what comes of it, who is told."""

import datetime as dt
from typing import Any

import pytest
from flask import Flask

import models
from models.meetings import AgendaKind, MeetingState, TaskState
from models.menus import RevisionState
from models.spaces import OrgKind
from models.staff import Role
from server.clock import at_shanghai, day_of
from server.errors import Forbidden, Invalid, NotFound, VersionConflict
from server.schemas.meetings import (
    AgendaIn,
    MeetingIn,
    MinutesIn,
    ResolutionIn,
    ResultIn,
    TaskChangeIn,
)
from server.services import meetings, meetings_agenda, meetings_owners, meetings_reminders, staff
from server.services import meetings_tasks as tasks
from server.services.meetings_agenda import Facts, MenuFacts, drafted
from server.services.meetings_states import (
    AlreadyResolved,
    MeetingClash,
    MeetingNotYet,
    MeetingOver,
    TaskClosed,
)
from server.services.meetings_tasks import Filters, Tally
from tests import factories

DAY = dt.date(2027, 11, 10)  # a Wednesday
NOW = at_shanghai(DAY, dt.time(10))
LATER = at_shanghai(dt.date(2027, 12, 8), dt.time(10))


class Table:
    """A Space with its three parties, an operator who runs the meetings and a guest of the town."""

    def __init__(self) -> None:
        town = factories.make_org_unit(OrgKind.TOWN, factories.make_org_unit())
        self.space = factories.make_space(town)
        self.account = factories.make_staff(
            Role.OPERATOR, self.space, user_id=factories.make_user().id
        )
        models.Grant.update(from_on=DAY).execute()
        self.scope = staff.scope_of(self.account, now=NOW)
        self.officer = staff.scope_of(self._held(Role.TOWN_OFFICER, town), now=NOW)
        self.stranger = staff.scope_of(self._held(Role.KEEPER, factories.make_space()), now=NOW)
        kinds = ("united_front", "party", "operator")
        self.parties = [factories.make_partner(self.space, type=kind) for kind in kinds]
        self.by: dict[str, Any] = {"scope": self.scope, "actor": factories.actor()}

    @staticmethod
    def _held(role: Role, at: Any) -> models.Staff:
        account = factories.make_staff(role, at)
        models.Grant.update(from_on=DAY).where(models.Grant.staff == account).execute()
        return account

    def form(self, starts_at: dt.datetime, **over: Any) -> MeetingIn:
        names = ("united_front_id", "party_branch_id", "operator_id")
        seats = {name: str(row.id) for name, row in zip(names, self.parties, strict=True)}
        return MeetingIn.model_validate({"starts_at": starts_at, "place": "8 楼", **seats} | over)

    def plan(self, starts_at: dt.datetime, now: dt.datetime = NOW) -> models.JointMeeting:
        return meetings.plan(self.space.id, self.form(starts_at), **self.by, now=now)

    def hold(self, meeting: models.JointMeeting, now: dt.datetime) -> models.JointMeeting:
        words = {"version": meeting.version, "minutes": "议定事项如下", "held": True}
        return meetings.minute(meeting, MinutesIn.model_validate(words), **self.by, now=now)

    def resolve(self, meeting: models.JointMeeting, text: str, **task: Any) -> models.Task:
        owner: dict[str, Any] = {
            "owner_staff_id": str(self.account.id),
            "due_on": day_of(meeting.starts_at),
        }
        values = owner | task
        values["due_on"] = values["due_on"].isoformat()
        form = ResolutionIn.model_validate({"text": text, "task": values})
        row = tasks.resolve(meeting, form, **self.by, now=NOW)
        return tasks.get(self.scope, models.Task.get(models.Task.resolution == row).id)


@pytest.fixture
def table(app: Flask) -> Table:
    return Table()


def _result(task: models.Task, text: str = "") -> ResultIn:
    return ResultIn(version=task.version, result=text)


def test_a_month_between_two_meetings(table: Table) -> None:
    """The issue's own story: what was resolved, done and left opens the next meeting."""
    first = table.plan(NOW)
    assert [item.kind for item in meetings_agenda.of_meeting(first)] == [AgendaKind.MENU]
    category = factories.make_category(name="停车")
    need = factories.make_need(
        table.space, category=category, title="地库太挤", due_respond=NOW, due_resolve=LATER
    )
    done = table.resolve(first, "增设访客车位", need_id=str(need.id))
    dropped = table.resolve(first, "改造门禁", owner_staff_id=None, owner_text="物业")
    late = table.resolve(
        first, "协调空调时间", owner_staff_id=None, owner_partner_id=str(table.parties[2].id)
    )
    with pytest.raises(AlreadyResolved):
        table.resolve(first, "协调空调时间")
    first = table.hold(first, NOW)
    assert first.state is MeetingState.HELD
    tasks.finish(done, _result(done, "已划线"), **table.by, now=NOW)
    tasks.drop(dropped, _result(dropped, "归入大修"), **table.by, now=NOW)

    second = table.plan(LATER + dt.timedelta(days=1), now=LATER)
    lines = meetings_agenda.of_meeting(second)
    texts = [item.text for item in lines]
    assert texts[0] == "上次：3 项，完成 1 项，取消 1 项"
    assert (texts[1], lines[1].task_id) == ("未完成：协调空调时间", late.id)
    assert texts[2].startswith(f"逾期诉求 {need.no}（停车）：应于11月10日")
    assert texts[3] == "1月菜单：尚未起草，0 项活动"
    assert need.title not in str(texts)  # who reads meetings may not be who reads needs
    assert [task.id for task in tasks.open_before(second)] == [late.id]

    # Asked again, the draft brings only what is new, and what was crossed out.
    kept = [{"item_id": str(lines[2].id), "text": "地库"}, {"text": "其他"}]
    form = AgendaIn.model_validate({"version": second.version, "items": kept})
    meetings_agenda.edit(second, form, **table.by, now=LATER)
    assert meetings_agenda.refresh(second, **table.by, now=LATER) == 3
    after = meetings_agenda.of_meeting(second)
    assert [item.text for item in after][:3] == ["地库", "其他", texts[0]]
    assert after[0].need_id == need.id
    with pytest.raises(VersionConflict):
        meetings_agenda.edit(second, form, **table.by, now=LATER)


def test_the_draft_is_a_function_of_the_facts(table: Table) -> None:
    needs = [
        factories.make_need(table.space, category=factories.make_category(name="税务"))
        for _ in range(3)
    ]
    meeting = table.plan(NOW)
    menu = MenuFacts("2027-12", RevisionState.DRAFT, ["讲座", "集市"])
    facts = Facts(Tally(meeting, 11, 9, 0), [], needs[:1], needs[1:], menu, more_needs=4)
    lines = drafted(facts)
    assert lines[0].text == "上次：11 项，完成 9 项"
    assert [line.text[:5] for line in lines[1:4]] == ["逾期诉求 ", "将到期诉求", "将到期诉求"]
    assert lines[4].text == "另有 4 件逾期或将到期的诉求，见诉求看板"
    assert (lines[5].text, lines[5].note) == ("12月菜单：草稿，2 项活动", "讲座、集市")
    assert drafted(facts) == lines


def test_a_need_at_risk_is_put_on_the_table(table: Table) -> None:
    day = dt.timedelta(days=1)
    soon = factories.make_need(table.space, due_respond=NOW + 4 * day, due_resolve=NOW + 9 * day)
    factories.make_need(table.space, due_respond=NOW + 30 * day, due_resolve=NOW + 40 * day)
    factories.make_need(table.space, state="waiting_info", due_respond=NOW, due_resolve=NOW)
    meeting = table.plan(NOW + day)  # a Thursday: Friday, Monday and Tuesday follow
    about = [item.need_id for item in meetings_agenda.of_meeting(meeting) if item.need_id]
    assert about == [soon.id]


def test_three_parties_and_minutes_are_needed(table: Table) -> None:
    wrong = str(table.parties[0].id)
    too_far = table.form(NOW + dt.timedelta(days=500))
    for form in (table.form(NOW, operator_id=wrong), too_far):
        with pytest.raises(Invalid):
            meetings.plan(table.space.id, form, **table.by, now=NOW)
    meeting = table.plan(NOW + dt.timedelta(days=2))
    with pytest.raises(MeetingClash):
        table.plan(NOW + dt.timedelta(days=2))
    with pytest.raises(MeetingNotYet):
        table.hold(meeting, NOW)
    empty = MinutesIn.model_validate({"version": 1, "minutes": " ", "held": True})
    with pytest.raises(Invalid):
        meetings.minute(meeting, empty, **table.by, now=NOW + dt.timedelta(days=3))
    moved = meetings.change(meeting, table.form(NOW), expected=1, **table.by, now=NOW)
    assert moved.starts_at == NOW
    meetings.cancel(moved, "人凑不齐", expected=2, **table.by, now=NOW)
    with pytest.raises(MeetingOver):
        table.hold(meetings.get(table.scope, moved.id), NOW)
    assert table.plan(NOW).id != moved.id  # a cancelled one frees its time
    reader: dict[str, Any] = {"scope": table.officer, "actor": factories.actor()}
    assert meetings.get(table.officer, moved.id)
    with pytest.raises(Forbidden):
        meetings.plan(table.space.id, table.form(LATER), **reader, now=NOW)
    with pytest.raises(NotFound):
        meetings.get(table.stranger, moved.id)


def test_tasks_belong_to_their_owner_and_their_space(table: Table) -> None:
    elsewhere = factories.make_staff(Role.SCANNER, table.space)
    models.Grant.update(from_on=DAY).where(models.Grant.staff == elsewhere).execute()
    owner = staff.scope_of(elsewhere, now=NOW)
    meeting = table.plan(NOW)
    mine = table.resolve(meeting, "贴告示", owner_staff_id=str(elsewhere.id))
    other = table.resolve(meeting, "借音响")
    assert {row.id for row in meetings_owners.possible(table.space.id, now=NOW).staff} >= {
        elsewhere.id,
        table.account.id,
    }
    assert [row.id for row in tasks.search(owner, Filters(), now=NOW)] == [mine.id]
    assert [row.id for row in tasks.soon(owner, limit=9, now=NOW)] == [mine.id]
    assert len(tasks.soon(table.scope, limit=9, now=NOW)) == 2
    assert list(tasks.search(table.scope, Filters(is_late=True), now=NOW)) == []
    assert len(list(tasks.search(table.scope, Filters(is_late=True), now=LATER))) == 2
    theirs = table.resolve(
        meeting, "测算分流", owner_staff_id=None, owner_partner_id=str(table.parties[2].id)
    )
    handler = staff.Scope(1, (), frozenset([table.parties[2].id]))
    assert [row.id for row in tasks.soon(handler, limit=9, now=NOW)] == [theirs.id]
    assert tasks.may_report(handler, theirs)
    assert not tasks.may_change(handler, theirs)
    with pytest.raises(NotFound):
        tasks.get(table.stranger, mine.id)
    with pytest.raises(NotFound):
        tasks.get(owner, other.id)
    by: dict[str, Any] = {"scope": owner, "actor": factories.actor()}
    with pytest.raises(Forbidden):  # its owner reports it done, and does not give it up
        tasks.drop(mine, _result(mine, "不想办"), **by, now=NOW)
    done = tasks.finish(mine, _result(mine), **by, now=NOW)
    assert (done.state, done.done_at) == (TaskState.DONE, NOW)
    with pytest.raises(TaskClosed):
        tasks.finish(done, _result(done), **table.by, now=NOW)
    again = tasks.reopen(done, done.version, **table.by, now=NOW)
    later = {"version": again.version, "due_on": "2027-12-01", "owner_text": "门卫老周"}
    moved = tasks.change(again, TaskChangeIn.model_validate(later), **table.by, now=NOW)
    assert (tasks.owner_of(moved), moved.due_on, moved.text) == (
        "门卫老周",
        dt.date(2027, 12, 1),
        "贴告示",
    )
    early = later | {"version": moved.version, "due_on": "2027-11-09"}
    stranger = factories.make_staff(Role.KEEPER, factories.make_space())
    foreign = factories.make_need()
    for bad in ({}, {"owner_staff_id": str(stranger.id)}, {"need_id": str(foreign.id)}):
        values = early if not bad else later | {"version": moved.version} | bad
        with pytest.raises(Invalid):
            tasks.change(moved, TaskChangeIn.model_validate(values), **table.by, now=NOW)


def test_owners_are_reminded_at_work_once_before_and_once_after(table: Table) -> None:
    thursday, friday = DAY + dt.timedelta(days=1), DAY + dt.timedelta(days=2)
    meeting = table.plan(NOW)
    table.resolve(meeting, "贴告示", due_on=friday)
    table.resolve(meeting, "没有账号", owner_staff_id=None, owner_text="物业", due_on=friday)

    def told(day: dt.date, hour: int) -> int:
        return meetings_reminders.remind_owners(now=at_shanghai(day, dt.time(hour)))

    assert told(DAY, 10) == 0
    assert told(thursday, 20) == 0
    assert told(thursday, 10) == 1
    assert told(friday, 10) == 0
    monday = DAY + dt.timedelta(days=5)
    assert told(DAY + dt.timedelta(days=3), 10) == 0  # a Saturday
    assert told(monday, 10) == 1
    assert told(monday, 11) == 0
    bodies = [row.body for row in models.Message.select().order_by(models.Message.created_at)]
    assert bodies[0].startswith("贴告示。请在11月12日")
    assert "已经逾期" in bodies[1]
