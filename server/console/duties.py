"""What waits for the asking staff beside the day's sessions and needs: one line each, with its way."""

import datetime as dt
from typing import NamedTuple

from flask import url_for

from models.enterprises import MemberStatus
from server.clock import day_of
from server.services import (
    enterprises_members,
    jobs,
    needs_escalations,
    needs_extensions,
    needs_handling,
    signups_noshows,
    spaces,
    visits,
    visits_progress,
    visits_seasons,
)
from server.services.notifications import audience, ledger
from server.services.staff import Scope, Verb

MENU = "menu"
FEWEST_REACHED = 0.5
"""Where less than this share of the members can be pushed a menu, somebody should ask for more."""

_SPRING = (12, 1, 2, 3)
"""The months in which a spring season can be near: the festival falls between 21 January and 20
February."""


class Duty(NamedTuple):
    """One line: how loud, what, why or how far, and where the act is."""

    tone: str
    icon: str
    text: str
    note: str
    href: str


def of(scope: Scope, *, now: dt.datetime) -> list[Duty]:
    """Return what waits, the pressing first; nothing where all is done."""
    found = [
        *_sent(scope, now),
        *_people(scope),
        *_visits(scope, now),
        *_messages(scope),
        *_jobs(scope),
    ]
    return sorted(found, key=lambda duty: ("bad", "warn", "plain").index(duty.tone))


def _sent(scope: Scope, now: dt.datetime) -> list[Duty]:
    """What was sent to the account, what it was called to, and what it is asked to allow."""
    found = []
    errands = needs_handling.mine(scope)
    calls = needs_escalations.mine(scope) if _is_called(scope) else []
    dues = [row.due_at for row in errands] + [row.due_at for row in calls]
    if dues:
        late = sum(due is not None and due < now for due in dues)
        note = f"其中 {late} 件已过期限" if late else "按期限先后排好"
        tone, there = "bad" if late else "warn", url_for("console.needs_handling.index")
        found.append(Duty(tone, "check2-square", f"{len(dues)} 件待办等您办理", note, there))
    if scope.space_ids(Verb.APPROVE_EXTENSION):
        for row in needs_extensions.waiting(scope)[:3]:
            there = url_for("console.needs.show", need_id=row.need_id)
            note = f"申请延期 {row.days} 个工作日：{row.reason}"
            found.append(Duty("warn", "hourglass-split", row.need.title, note, there))
    return found


def _is_called(scope: Scope) -> bool:
    return bool(scope.partners or scope.space_ids(Verb.READ_ESCALATED))


def _people(scope: Scope) -> list[Duty]:
    found = []
    admits, visits_them = scope.space_ids(Verb.ADMIT), scope.space_ids(Verb.VISIT)
    appeals = signups_noshows.appeals(admits).count() if admits else 0
    if appeals:
        there = url_for("console.signups_noshows.index")
        found.append(
            Duty("warn", "person-x", f"{appeals} 条未到场申诉", "会员说明了原因，等您答复", there)
        )
    pending = enterprises_members.search(visits_them, MemberStatus.PENDING).count()
    if pending:
        there = url_for("console.enterprises_members.index")
        note = "核实后，企业联系人才能看到本企业的诉求"
        found.append(Duty("plain", "person-check", f"{pending} 人等待核实所在企业", note, there))
    return found


def _visits(scope: Scope, now: dt.datetime) -> list[Duty]:
    mine = scope.space_ids(Verb.VISIT)
    if not mine:
        return []
    today, found = day_of(now), []
    open_ones = [
        row for row in visits.of_spaces(mine) if row.closed_at is None and row.starts_on <= today
    ]
    left_of = visits_progress.left_of(open_ones)
    for row in open_ones:
        left = left_of.get(row.id, 0)
        if not left:
            continue
        late = row.ends_on < today
        note = f"{'应在' if late else '走到'} {row.ends_on.month}月{row.ends_on.day}日{'前走完' if late else ''}"
        there = url_for("console.visits.show", visit_campaign_id=row.id)
        text = f"{row.title}：还有 {left} 家待走访"
        found.append(Duty("warn" if late else "plain", "signpost-split", text, note, there))
    near = today.month in _SPRING
    due = visits_seasons.due(mine, ahead=visits_seasons.SOON, now=now) if near else {}
    for space in spaces.named(due) if due else []:
        season = due[space.id]
        there = url_for("console.visits.new", space=space.id, spring=season.year)
        text = f"{season.year} 年新春走访可以安排了"
        note = f"{space.name}：{'；'.join(season.reasons)}"
        found.append(Duty("plain", "brightness-alt-high", text, note, there))
    return found


def _messages(scope: Scope) -> list[Duty]:
    mine = scope.space_ids(Verb.EDIT_MENU)
    if not mine:
        return []
    there = url_for("console.notifications.index")
    found = [
        Duty("bad", "send-x", f"“{row.title}”的推送已停止", row.stop_reason, there)
        for row in ledger.campaigns_of(mine)
        if row.state == "stopped"
    ]
    troubles = sum(ledger.troubles(mine).values())
    if troubles:
        note = "看看原因，可以重发的再发一次"
        found.append(Duty("warn", "envelope-x", f"{troubles} 条消息没有送到", note, there))
    if len(mine) == 1:
        reached, members = audience.coverage(next(iter(mine)), MENU)
        if members and reached / members < FEWEST_REACHED:
            text = f"下期菜单只能推送给 {reached} / {members} 位会员"
            note = "其余会员的提醒次数用完了，可在现场请大家点一次“提醒我”"
            found.append(Duty("plain", "bell-slash", text, note, there))
    return found


def _jobs(scope: Scope) -> list[Duty]:
    if not scope.space_ids(Verb.SETTINGS):
        return []
    failed = [row for row in jobs.last_runs().values() if row.result and not row.finished_at]
    there = url_for("console.jobs.index")
    text = f"{len(failed)} 项定时任务没有成功"
    return [Duty("bad", "clock-history", text, "系统稍后会再试", there)] if failed else []
