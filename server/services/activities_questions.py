"""What an activity asks: which answers are right, who may read them, and when they are deleted."""

import datetime as dt
import re
from collections.abc import Iterable
from typing import Any

from models import Activity, Session, Signup, db
from models.activities import SessionState
from server.clock import day_of
from server.errors import Invalid
from server.schemas.activities_questions import QuestionKind

HIDDEN = "已填写（保密）"
"""What staff read in place of an answer to a private question."""

_PHONE = re.compile(r"(?:\+?86)?1[3-9][0-9]{9}|0[0-9]{2,3}-?[0-9]{7,8}")
_NUMBER = re.compile(r"-?[0-9]{1,9}(?:\.[0-9]{1,2})?")
_MOST_AGE = 17


def wrong_answer(question: dict[str, Any], answer: str, *, party_size: int) -> str | None:
    """Return what is wrong with an answer, in Chinese; None if nothing is."""
    kind = QuestionKind(question["kind"])
    if not answer:
        # Whoever comes alone brings no child whose age could be told.
        is_owed = question["required"] and not (kind == QuestionKind.AGES and party_size == 1)
        return "请填写此项" if is_owed else None
    match kind:
        case QuestionKind.CHOICE | QuestionKind.YES_NO:
            options = ("yes", "no") if kind == QuestionKind.YES_NO else question["options"]
            return None if answer in options else "不在可选范围内"
        case QuestionKind.MULTI:
            chosen = answer.split("\n")
            is_right = set(chosen) <= set(question["options"]) and len(set(chosen)) == len(chosen)
            return None if is_right else "不在可选范围内"
        case QuestionKind.NUMBER:
            return None if _NUMBER.fullmatch(answer) else "请填写数字"
        case QuestionKind.PHONE:
            return None if _PHONE.fullmatch(answer.replace(" ", "")) else "请填写电话号码"
        case QuestionKind.AGES:
            return _wrong_ages(answer, party_size)
        case _:
            return None


def _wrong_ages(answer: str, party_size: int) -> str | None:
    ages = [part.strip() for part in re.split("[,，、]", answer)]
    if not all(age.isascii() and age.isdecimal() and int(age) <= _MOST_AGE for age in ages):
        return f"请填写每个孩子的年龄（0–{_MOST_AGE}），用逗号分开"
    if len(ages) > party_size - 1:
        return "孩子也占名额：孩子的人数不能多于同行人数"
    return None


def shown(activity: Activity, answers: dict[str, str]) -> list[tuple[str, str]]:
    """Return the questions with the answers as staff may read them, in the order asked: that there
    is an answer to a private question, not which."""
    read = []
    for question in activity.questions:
        answer = answers.get(question["key"], "")
        if answer and question.get("is_private"):
            answer = HIDDEN
        elif question["kind"] == QuestionKind.YES_NO:
            answer = {"yes": "是", "no": "否"}.get(answer, answer)
        read.append((question["label"], answer.replace("\n", "、")))
    return read


def next_purge(questions: Iterable[dict[str, Any]]) -> dt.date | None:
    """Return the earliest day on which answers to one of these are to be deleted."""
    days = [dt.date.fromisoformat(day) for each in questions if (day := each.get("purge_on"))]
    return min(days, default=None)


def last_day(activity: Activity) -> dt.date | None:
    """Return the Shanghai day on which the last session that is held ends; None without one."""
    last = (
        Session.select(Session.ends_at)
        .where(Session.activity == activity, Session.state != SessionState.CANCELLED)
        .order_by(Session.ends_at.desc())
        .first()
    )
    return day_of(last.ends_at) if last else None


def template(activity: Activity) -> list[dict[str, Any]]:
    """Return the questions without their dates: `purge_days` says how many days after the last
    session their answers go, None for never."""
    last_on = last_day(activity)
    found = []
    for question in activity.questions:
        day = question.get("purge_on")
        days = (dt.date.fromisoformat(day) - last_on).days if day and last_on else None
        kept = {name: value for name, value in question.items() if name != "purge_on"}
        found.append(kept | {"purge_days": days})
    return found


def from_template(kept: list[dict[str, Any]], last_on: dt.date) -> list[dict[str, Any]]:
    """Return the questions of a template for an activity whose last session ends on that day."""
    asked = []
    for question in kept:
        days = question["purge_days"]
        day = None if days is None else (last_on + dt.timedelta(days=days)).isoformat()
        same = {name: value for name, value in question.items() if name != "purge_days"}
        asked.append(same | {"purge_on": day})
    return asked


def keys_of(activity: Activity) -> set[str]:
    """Return the keys of what is asked."""
    return {question["key"] for question in activity.questions}


def follow(known: set[str], after: Activity, *, now: dt.datetime) -> None:
    """Let answers follow a change of the questions (`known` before it), inside the caller's
    transaction: those to a question that is asked no more are deleted. Raises Invalid when answers
    would be deleted before the last session."""
    gone = known - keys_of(after)
    if gone:
        forget(after, gone, now=now)
    first, last = next_purge(after.questions), last_day(after)
    if first is not None and last is not None and first <= last:
        raise Invalid(fields={"questions": f"清除日期应晚于最后一场（{last}）"})


def forget(activity: Activity, keys: set[str], *, now: dt.datetime) -> int:
    """Delete the answers to these questions from every signup of the activity, inside the caller's
    transaction; return how many signups lost one."""
    rows = Signup.select().join(Session).where(Session.activity == activity)
    changed = 0
    for signup in rows:
        kept = {key: answer for key, answer in signup.answers.items() if key not in keys}
        if kept != signup.answers:
            # Not through `change`: the version guards what people decide, and nobody decides here.
            Signup.update(answers=kept, updated_at=now).where(Signup.id == signup.id).execute()
            changed += 1
    return changed


def purge(now: dt.datetime) -> int:
    """Delete the answers whose day has come; return from how many signups. For the timetable;
    running it twice changes nothing."""
    today = day_of(now)
    due = list(Activity.select().where(Activity.answers_purge_on <= today))
    purged = 0
    for activity in due:
        past = {
            question["key"]
            for question in activity.questions
            if question.get("purge_on") and dt.date.fromisoformat(question["purge_on"]) <= today
        }
        to_come = [each for each in activity.questions if each["key"] not in past]
        with db.atomic():
            purged += forget(activity, past, now=now)
            Activity.update(answers_purge_on=next_purge(to_come)).where(
                Activity.id == activity.id
            ).execute()
    return purged
