"""Whether a signup answers what the activity asks and brings no more people than it allows."""

from models import Activity
from server.errors import Invalid
from server.schemas.signups import SignupIn
from server.services import activities_questions as questions


def require_valid(activity: Activity, form: SignupIn) -> None:
    """Let pass a signup the activity can take. Raises Invalid, naming every field."""
    wrong: dict[str, str] = {}
    if form.party_size > activity.max_party:
        wrong["party_size"] = f"每次最多可报 {activity.max_party} 人（含本人）"
    asked = {question["key"]: question for question in activity.questions}
    for key in form.answers.keys() - asked.keys():
        wrong[f"answers.{key}"] = "没有这个问题"
    for key, question in asked.items():
        answer = form.answers.get(key, "")
        if text := questions.wrong_answer(question, answer, party_size=form.party_size):
            wrong[f"answers.{key}"] = text
    if wrong:
        raise Invalid(fields=wrong)


def texts(activity: Activity, form: SignupIn) -> list[str]:
    """Return what the person wrote in their own words, for WeChat's content check."""
    free = {question["key"] for question in activity.questions if question["kind"] == "text"}
    return [text for key, text in sorted(form.answers.items()) if key in free]
