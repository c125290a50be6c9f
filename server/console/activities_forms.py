"""What the forms about activities send and show."""

import datetime as dt
import re
from typing import Annotated, Any

from flask import request
from pydantic import BeforeValidator, ConfigDict, Field
from werkzeug.datastructures import MultiDict

from models import Activity
from models.activities import SeriesMode
from server.console.forms import Form, LocalMoment, Number, RowId, Ticked
from server.context import vault
from server.errors import Invalid
from server.schemas.activities import ActivityIn, Rule
from server.schemas.activities_questions import MOST, QuestionKind
from server.schemas.base import Line
from server.services import activities_eligibility as eligibility
from server.services import activities_rosters as rosters


def _split(value: Any) -> Any:
    """Names come as one line; people part them as they are used to."""
    texts = [value] if isinstance(value, str) else value
    return [
        name for text in texts for part in re.split(r"[、，,;；\n]", text) if (name := part.strip())
    ]


Names = Annotated[list[Line], Field(max_length=20), BeforeValidator(_split)]


def _day(value: Any) -> Any:
    """Read what a `date` field sends; nobody plans for another century."""
    if isinstance(value, dt.date):
        return value
    try:
        day = dt.date.fromisoformat(str(value).strip())
    except ValueError:
        raise ValueError("请填写日期，例如 2026-12-01") from None
    if not 2020 <= day.year <= 2100:
        raise ValueError("年份不对，请检查")
    return day


def _clock(value: Any) -> Any:
    try:
        return dt.time.fromisoformat(str(value).strip()).replace(tzinfo=None, microsecond=0)
    except ValueError:
        raise ValueError("请填写时间，例如 09:00") from None


Day = Annotated[dt.date, BeforeValidator(_day)]
Clock = Annotated[dt.time, BeforeValidator(_clock)]


class ActivityForm(ActivityIn):
    """An activity as the form sends it."""

    model_config = ConfigDict(extra="ignore")

    series_id: RowId
    venue_id: RowId | None = None
    five_goals: Names = []
    hosts: Names = []
    co_hosts: Names = []
    experts: Names = []
    signup_opens_at: LocalMoment | None = None
    signup_closes_at: LocalMoment | None = None
    cancel_hours: Annotated[Number, Field(ge=0, le=168)] = 2
    per_enterprise_cap: Annotated[Number, Field(ge=1, le=10_000)] | None = None
    share_quota: Annotated[Number, Field(ge=1, le=10_000)] | None = None
    quorum: Annotated[Number, Field(ge=1, le=10_000)] | None = None
    max_party: Annotated[Number, Field(ge=1, le=20)] = 1
    first_timer_tickets: Annotated[Number, Field(ge=1, le=5)] = 1
    one_session_each: Ticked = False
    is_rehearsal: Ticked = False


_LINES = ("hosts", "co_hosts", "experts")

RULES = [
    (Rule.EVERYONE.value, "人人可参与"),
    (Rule.HOME_SPACE.value, "仅限本空间会员"),
    (Rule.EMPLOYEES.value, "仅限已核实企业的员工"),
    (Rule.FREELANCERS.value, "仅限自由职业者"),
    (Rule.ENTERPRISES.value, "仅限名单内的企业"),
    (Rule.MEMBERS.value, "仅限名单内的会员"),
    (Rule.TAGS.value, "仅限有这些标签的会员"),
    (Rule.DECLARED.value, "另有说明（不由系统核对）"),
]

QUESTION_KINDS = [
    (QuestionKind.TEXT.value, "文字"),
    (QuestionKind.CHOICE.value, "单选"),
    (QuestionKind.MULTI.value, "多选"),
    (QuestionKind.YES_NO.value, "是或否"),
    (QuestionKind.NUMBER.value, "数字"),
    (QuestionKind.PHONE.value, "电话"),
    (QuestionKind.AGES.value, "随行儿童年龄"),
]

_EMERGENCY = (
    ("紧急联系人", QuestionKind.TEXT.value),
    ("紧急联系电话", QuestionKind.PHONE.value),
)
_KEPT = dt.timedelta(days=3)

MODE_WORDS = {
    SeriesMode.OPEN: "公开报名的活动：讲座、沙龙、集市等。",
    SeriesMode.CLOSED: "限定人员的活动：请写明谁能参加和公开的理由，可设应到人数。",
    SeriesMode.SLOTS: "按时段预约：保存后按起止和时长生成时段，每段一人。",
    SeriesMode.CLASS: "系列课程：保存后按周生成各次课，会员可整期报名，也可只报其中几次。",
    SeriesMode.SERVICE: "常设服务：按时段占用，会员看得到空闲与已占用；使用限制写在“谁能参加”里。",
    SeriesMode.MEETING: "会议：限定人员，可设应到人数，会后填写结果。",
}
"""What choosing a series means, said where it is chosen."""


def read(form: Form, activity: Activity | None) -> ActivityForm:
    """Return the form as its shape. Raises Invalid with every wrong field."""
    return form.read(
        ActivityForm,
        eligibility=_eligibility(activity),
        questions=_questions(activity),
        cover=activity.cover if activity else request.form.get("cover", ""),
    )


def values_of(activity: Activity) -> dict[str, Any]:
    """Return what the form shows of an activity."""
    values: dict[str, Any] = {
        name: getattr(activity, name, None) for name in ActivityForm.model_fields
    }
    for name in _LINES:
        values[name] = "、".join(values[name])
    for name in ("is_rehearsal", "one_session_each"):
        values[name] = values[name] and "on"
    values["rule"] = eligibility.rule_of(activity).value
    values["tags"] = "、".join(activity.eligibility.get("tags", ()))
    for number, question in enumerate(activity.questions):
        values |= _shown_question(question, number)
    return values


def like(activity: Activity) -> dict[str, Any]:
    """Return the form filled like another activity, without what belongs to its dates."""
    return values_of(activity) | {"signup_opens_at": None, "signup_closes_at": None}


def with_emergency(form: Form, last_on: dt.date) -> Form:
    """Return the form with the two questions an outing needs in its first free rows: whom to call,
    and their number. Their answers go three days after the last session (`last_on`); the leader of
    the outing must be able to read them, so they are not private."""
    free = [number for number in range(MOST) if not form[f"q{number}_label"]]
    filled = Form(MultiDict(form.typed))
    if len(free) < len(_EMERGENCY):
        filled.errors["questions"] = f"最多 {MOST} 题，请先删去几题再加紧急联系人"
        return filled
    for number, (label, kind) in zip(free, _EMERGENCY, strict=False):
        filled.typed[f"q{number}_label"] = label
        filled.typed[f"q{number}_kind"] = kind
        filled.typed[f"q{number}_required"] = "on"
        filled.typed[f"q{number}_purge_on"] = (last_on + _KEPT).isoformat()
    return filled


def question_rows(form: Form) -> list[tuple[int, bool]]:
    """Return the numbers of the question rows, and whether each stands open: those in use and one
    more."""
    used = [number for number in range(MOST) if form[f"q{number}_label"]]
    last = max(used, default=-1)
    return [(number, number <= last + 1) for number in range(MOST)]


def _shown_question(question: dict[str, Any], number: int) -> dict[str, Any]:
    return {
        f"q{number}_key": question["key"],
        f"q{number}_label": question["label"],
        f"q{number}_kind": question["kind"],
        f"q{number}_options": "\n".join(question["options"]),
        f"q{number}_required": question["required"] and "on",
        f"q{number}_is_private": question.get("is_private") and "on",
        f"q{number}_purge_on": question.get("purge_on"),
    }


def _questions(activity: Activity | None) -> list[dict[str, Any]]:
    """Return the questions as typed. A form without any row of them leaves them as they are; a row
    without a label is a question asked no more."""
    known = [question["key"] for question in activity.questions] if activity else []
    if "q0_label" not in request.form:
        return list(activity.questions) if activity else []
    fresh = (f"q{number}" for number in range(1, 100) if f"q{number}" not in known)
    asked = []
    for number in range(MOST):
        typed = {
            name: request.form.get(f"q{number}_{name}", "").strip()
            for name in ("key", "label", "kind", "options", "required", "is_private", "purge_on")
        }
        if not typed["label"]:
            continue
        options = [line.strip() for line in typed["options"].splitlines() if line.strip()]
        has_options = typed["kind"] in (QuestionKind.CHOICE, QuestionKind.MULTI)
        asked.append(
            {
                "key": typed["key"] if typed["key"] in known else next(fresh),
                "label": typed["label"],
                "kind": typed["kind"] or QuestionKind.TEXT.value,
                "options": options if has_options else [],
                "required": typed["required"] == "on",
                "is_private": typed["is_private"] == "on",
                "purge_on": typed["purge_on"] or None,
            }
        )
    return asked


def _eligibility(activity: Activity | None) -> dict[str, Any]:
    """Return whom the form means: for a list, the names still ticked and those written beside
    them. Raises Invalid naming the lines that mean nobody."""
    rule = request.form.get("rule") or Rule.EVERYONE.value
    if rule == Rule.TAGS:
        return {"rule": rule, "tags": _split(request.form.get("tags", ""))}
    if rule not in (Rule.ENTERPRISES, Rule.MEMBERS):
        return {"rule": rule}
    kept = activity.eligibility if activity else {}
    ids = [int(each) for each in kept.get("ids", ()) if rule == kept.get("rule")]
    dropped = set(request.form.getlist("drop_named"))
    ids = [each for each in ids if str(each) not in dropped]
    lines = _split(request.form.get("add_named", ""))
    found = (
        rosters.companies_of(lines)
        if rule == Rule.ENTERPRISES
        else rosters.members_of(lines, vault())
    )
    if found.unknown:
        raise Invalid(fields={"add_named": f"没有找到：{'、'.join(found.unknown[:10])}"})
    return {"rule": rule, "ids": [str(each) for each in dict.fromkeys([*ids, *found.ids])]}
