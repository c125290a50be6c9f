"""What stands in each list people take along: its columns, and the rows of a Space and a time."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

from peewee import JOIN

from models import (
    Activity,
    Category,
    Enterprise,
    EnterpriseMember,
    ExportJob,
    Need,
    Session,
    Signup,
    User,
    VisitRecord,
)
from models.enterprises import MemberStatus
from models.exports import ExportKind
from models.needs import NeedState, Outcome
from models.signups import SignupState
from models.users import UserStatus
from server.clock import SHANGHAI, at_shanghai
from server.crypto import Vault
from server.services import enterprises_register as register
from server.services import users

BATCH: Final = 500

_SIGNUPS: Final = {
    SignupState.PENDING: "待审核", SignupState.CONFIRMED: "已报名", SignupState.WAITLISTED: "候补",
    SignupState.OFFERED: "候补待确认", SignupState.DECLINED: "未通过", SignupState.CANCELLED: "已取消",
    SignupState.LOST: "未中签", SignupState.ATTENDED: "已到场", SignupState.NO_SHOW: "未到场",
}  # fmt: skip
_OUTCOMES: Final = {
    Outcome.SOLVED: "已解决", Outcome.EXPLAINED: "已说明", Outcome.TRANSFERRED: "已转交",
}  # fmt: skip


class Columns(NamedTuple):
    """How a list looks: its name, its first line, and how wide the columns are."""

    title: str
    head: tuple[str, ...]
    widths: tuple[int, ...]


COLUMNS: Final = {
    ExportKind.ROSTER: Columns(
        "报名与到场",
        ("活动", "场次", "状态", "姓名", "手机号", "企业", "人数", "报名时间"),
        (30, 18, 12, 14, 16, 30, 8, 18),
    ),
    ExportKind.COMPANIES: Columns("企业", tuple(register.HEAD), tuple(register.WIDTHS)),
    ExportKind.NEEDS: Columns(
        "诉求",
        ("编号", "类别", "标题", "企业", "收到", "答复期限", "答复时间", "是否办结"),
        (22, 14, 36, 30, 18, 18, 18, 10),
    ),
    ExportKind.VISITS: Columns(
        "走访", ("企业", "走访时间", "走访人", "见到", "记录"), (30, 18, 20, 24, 60)
    ),
    ExportKind.MEMBERS: Columns("会员", ("姓名", "手机号", "企业", "首次使用"), (14, 16, 30, 18)),
}


def select(job: ExportJob) -> Any:
    """Return the select of a list's rows, in no order; each table's id tells them apart."""
    since = at_shanghai(job.since, dt.time())
    until = at_shanghai(job.until + dt.timedelta(days=1), dt.time())
    return _SELECTS[job.kind](job.space_id, since, until)


def lines(job: ExportJob, vault: Vault) -> Iterator[list[list[Any]]]:
    """Yield the list's lines, so many at a time, in the order the rows were born."""
    query = select(job)
    key, last = query.model._meta.primary_key, 0
    while rows := list(query.where(key > last).order_by(key).limit(BATCH)):
        last = rows[-1].id
        yield _LINES[job.kind](rows, vault)


def _rosters(space_id: int, since: dt.datetime, until: dt.datetime) -> Any:
    return (
        Signup.select(Signup, Session, Activity, User, Enterprise)
        .join(Session)
        .join(Activity)
        .join_from(Signup, User, JOIN.LEFT_OUTER, on=(Signup.user_id == User.id), attr="user")
        .join_from(
            Signup, Enterprise, JOIN.LEFT_OUTER,
            on=(Signup.enterprise_id == Enterprise.id), attr="enterprise",
        )
        .where(
            Signup.space == space_id, Session.starts_at >= since, Session.starts_at < until,
            Activity.is_rehearsal == False,  # noqa: E712
        )
    )  # fmt: skip


def _companies(space_id: int, since: dt.datetime, until: dt.datetime) -> Any:
    return register.search([space_id], register.Filters(), now=until)


def _needs(space_id: int, since: dt.datetime, until: dt.datetime) -> Any:
    return (
        Need.select(Need, Category, Enterprise)
        .join(Category)
        .join_from(
            Need, Enterprise, JOIN.LEFT_OUTER,
            on=(Need.enterprise_id == Enterprise.id), attr="enterprise",
        )
        .where(Need.space == space_id, Need.received_at >= since, Need.received_at < until)
    )  # fmt: skip


def _visits(space_id: int, since: dt.datetime, until: dt.datetime) -> Any:
    at = VisitRecord.visited_at
    query: Any = VisitRecord.select(VisitRecord, Enterprise).join(Enterprise)
    return query.where(VisitRecord.space == space_id, at >= since, at < until)


def _members(space_id: int, since: dt.datetime, until: dt.datetime) -> Any:
    at = User.first_seen_at
    is_member = (User.home_space == space_id) & (User.status == UserStatus.ACTIVE)
    return User.select().where(is_member, at >= since, at < until)


_SELECTS: Final[dict[ExportKind, Callable[[int, dt.datetime, dt.datetime], Any]]] = {
    ExportKind.ROSTER: _rosters,
    ExportKind.COMPANIES: _companies,
    ExportKind.NEEDS: _needs,
    ExportKind.VISITS: _visits,
    ExportKind.MEMBERS: _members,
}


def _roster_line(row: Any, vault: Vault) -> list[Any]:
    company = getattr(row, "enterprise", None)
    return [
        row.session.activity.title,
        _wall(row.session.starts_at),
        _SIGNUPS[row.state],
        *_person(getattr(row, "user", None), vault),
        company.name if company else "",
        row.party_size,
        _wall(row.created_at),
    ]


def _company_line(row: Any, vault: Vault) -> list[Any]:
    return list(register.line_of(row))


def _need_line(row: Any, vault: Vault) -> list[Any]:
    company = getattr(row, "enterprise", None)
    outcome = row.outcome
    is_over = row.state in (NeedState.ANSWERED, NeedState.CLOSED)
    return [
        row.no,
        row.category.name,
        row.title,
        company.name if company else "",
        _wall(row.received_at),
        _wall(row.due_resolve),
        _wall(row.answered_at),
        (_OUTCOMES.get(outcome, "已答复") if outcome else "已结束") if is_over else "办理中",
    ]


def _visit_line(row: Any, vault: Vault) -> list[Any]:
    return [row.enterprise.name, _wall(row.visited_at), row.visitors, row.met, row.summary]


def _member_lines(rows: list[Any], vault: Vault) -> list[list[Any]]:
    """Return the lines of members, whose companies are asked for all at once."""
    query: Any = EnterpriseMember.select(EnterpriseMember, Enterprise).join(Enterprise)
    found = query.where(
        EnterpriseMember.user_id.in_([row.id for row in rows]),
        EnterpriseMember.status == MemberStatus.VERIFIED,
    )
    names: dict[int, list[str]] = {}
    for each in found.order_by(EnterpriseMember.id):
        names.setdefault(each.user_id, []).append(each.enterprise.name)
    return [
        [*_person(row, vault), "、".join(names.get(row.id, [])), _wall(row.first_seen_at)]
        for row in rows
    ]


_Lines = Callable[[list[Any], Vault], list[list[Any]]]


def _each(line: Callable[[Any, Vault], list[Any]]) -> _Lines:
    return lambda rows, vault: [line(row, vault) for row in rows]


_LINES: Final[dict[ExportKind, _Lines]] = {
    ExportKind.ROSTER: _each(_roster_line),
    ExportKind.COMPANIES: _each(_company_line),
    ExportKind.NEEDS: _each(_need_line),
    ExportKind.VISITS: _each(_visit_line),
    ExportKind.MEMBERS: _member_lines,
}


def _person(user: User | None, vault: Vault) -> tuple[str, str]:
    """Return a person's name and number; nothing of one who has left."""
    if user is None or user.status == UserStatus.ERASED:
        return "已注销用户", ""
    name = users.real_name_of(user, vault) or users.display_name(user)
    return name, users.phone_of(user, vault) or ""


def _wall(moment: dt.datetime | None) -> str:
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if moment else ""
