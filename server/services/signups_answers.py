"""Whether a signup answers what the activity asks and brings no more people than it allows."""

from typing import Any

from models import Activity
from server.errors import Invalid
from server.schemas.signups import SignupIn

YES_NO = ("yes", "no")


def require_valid(activity: Activity, form: SignupIn) -> None:
    """Let pass a signup the activity can take. Raises Invalid, naming every field."""
    wrong: dict[str, str] = {}
    if form.party_size > activity.max_party:
        wrong["party_size"] = f"每次最多可报 {activity.max_party} 人（含本人）"
    asked = {question["key"]: question for question in activity.questions}
    for key in form.answers.keys() - asked.keys():
        wrong[f"answers.{key}"] = "没有这个问题"
    for key, question in asked.items():
        if text := _wrong_answer(question, form.answers.get(key, "")):
            wrong[f"answers.{key}"] = text
    if wrong:
        raise Invalid(fields=wrong)


def texts(activity: Activity, form: SignupIn) -> str:
    """Return what the person wrote in their own words, for WeChat's content check."""
    free = {question["key"] for question in activity.questions if question["kind"] == "text"}
    return "\n".join(text for key, text in sorted(form.answers.items()) if key in free and text)


def _wrong_answer(question: dict[str, Any], answer: str) -> str | None:
    if not answer:
        return "请填写此项" if question["required"] else None
    options = {"choice": question["options"], "yes_no": YES_NO}.get(question["kind"])
    return "不在可选范围内" if options is not None and answer not in options else None
