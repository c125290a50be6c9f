"""What the forms about visits send and show."""

from typing import Any

from flask import request
from pydantic import ConfigDict

from models import Category, VisitCampaign
from models.visits import VisitKind
from server.console import door
from server.console.activities_forms import Day
from server.console.forms import Form, LocalMoment, RowId, Ticked
from server.schemas.visits import NeedHeardIn, RuleIn, VisitCampaignIn, VisitIn, Why
from server.schemas.visits_questions import MOST, VisitQuestionKind
from server.services.visits_seasons import Spring

NEEDS = 3
"""Rows for needs on one form; saved, it offers as many again."""

QUESTION_KINDS = [
    (VisitQuestionKind.CHOICE.value, "单选"),
    (VisitQuestionKind.MULTI.value, "多选"),
    (VisitQuestionKind.SCALE.value, "量表（1–5 分）"),
    (VisitQuestionKind.TEXT.value, "文字"),
]
REASONS = [
    (Why.NEVER.value, "从未走访"),
    (Why.OPEN_NEEDS.value, "有诉求未办结"),
    (Why.SILENT.value, "很久没有来往"),
    (Why.NEW.value, "新入驻"),
    (Why.LEASE.value, "租期将满"),
    (Why.REST.value, "其余企业（例行走访）"),
]
_MONTHS = ("silent_months", "new_months", "lease_months")


class CampaignForm(VisitCampaignIn):
    """A season as the form sends it."""

    model_config = ConfigDict(extra="ignore")

    space_id: RowId
    starts_on: Day
    ends_on: Day
    is_anonymous: Ticked = False


class RecordForm(VisitIn):
    """A visit as the form sends it."""

    model_config = ConfigDict(extra="ignore")

    visited_at: LocalMoment
    signed_off: Ticked = False


def read_campaign(form: Form, campaign: VisitCampaign | None) -> CampaignForm:
    """Return the form as its shape; a season keeps its Space. Raises Invalid."""
    given: dict[str, Any] = {
        "rule": _rule(),
        "questions": read_questions(
            [each["key"] for each in campaign.questions] if campaign else []
        ),
    }
    if campaign is not None:
        given["space_id"] = campaign.space_id
    return form.read(CampaignForm, **given)


def campaign_values(campaign: VisitCampaign) -> dict[str, Any]:
    """Return what the form shows of a season."""
    rule = RuleIn.model_validate(campaign.rule)
    names = ("version", "title", "starts_on", "ends_on")
    values: dict[str, Any] = {name: getattr(campaign, name) for name in names}
    values |= {"kind": campaign.kind.value, "is_anonymous": campaign.is_anonymous and "on"}
    values |= {name: getattr(rule, name) for name in _MONTHS}
    values |= {f"o{number}": why.value for number, why in enumerate(rule.order)}
    return values | question_values(campaign.questions)


def question_values(questions: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what a form shows of questions."""
    values: dict[str, Any] = {}
    for number, question in enumerate(questions):
        values |= {
            f"q{number}_key": question["key"],
            f"q{number}_label": question["label"],
            f"q{number}_kind": question["kind"],
            f"q{number}_options": "\n".join(question["options"]),
            f"q{number}_required": question["required"] and "on",
        }
    return values


def spring_values(season: Spring) -> dict[str, Any]:
    """Return the form filled with what the calendar proposes."""
    rule = RuleIn(order=[*RuleIn().order, Why.REST])
    values: dict[str, Any] = {
        "kind": VisitKind.SPRING.value,
        "title": f"{season.year} 年新春走访",
        "starts_on": season.starts_on,
        "ends_on": season.ends_on,
    }
    values |= {name: getattr(rule, name) for name in _MONTHS}
    return values | {f"o{number}": why.value for number, why in enumerate(rule.order)}


def fresh_values() -> dict[str, Any]:
    """Return an empty form with the usual rule."""
    rule = RuleIn()
    values: dict[str, Any] = {name: getattr(rule, name) for name in _MONTHS}
    values |= {f"o{number}": why.value for number, why in enumerate(rule.order)}
    return values | {"kind": VisitKind.OTHER.value}


def question_rows(form: Form) -> list[tuple[int, bool]]:
    """Return the numbers of the question rows, and whether each stands open: those in use and one
    more."""
    used = [number for number in range(MOST) if form[f"q{number}_label"]]
    last = max(used, default=-1)
    return [(number, number <= last + 1) for number in range(min(MOST, last + 4))]


def read_record(
    form: Form, campaign: VisitCampaign, categories: list[Category], **given: Any
) -> RecordForm:
    """Return a visit as typed, with its answers and needs. Raises Invalid."""
    return form.read(RecordForm, answers=_answers(campaign), needs=_needs(categories), **given)


def _rule() -> dict[str, Any]:
    chosen = (door.asked(Why, f"o{number}", request.form) for number in range(len(REASONS)))
    order = list(dict.fromkeys(why.value for why in chosen if why))
    months = {
        name: int(text)
        for name in _MONTHS
        if (text := request.form.get(name, "")).isascii() and text.isdecimal() and len(text) < 4
    }
    return {"order": order, **months}


def read_questions(known: list[str]) -> list[dict[str, Any]]:
    """Return the questions as typed; a row without a label is a question asked no more."""
    fresh = (f"q{number}" for number in range(1, 200) if f"q{number}" not in known)
    asked = []
    for number in range(MOST):
        label = request.form.get(f"q{number}_label", "").strip()
        if not label:
            continue
        key = request.form.get(f"q{number}_key", "")
        kind = request.form.get(f"q{number}_kind", "") or VisitQuestionKind.TEXT.value
        lines = request.form.get(f"q{number}_options", "").splitlines()
        has_options = kind != VisitQuestionKind.TEXT
        asked.append(
            {
                "key": key if key in known else next(fresh),
                "label": label,
                "kind": kind,
                "options": [line.strip() for line in lines if line.strip()] if has_options else [],
                "required": request.form.get(f"q{number}_required") == "on",
            }
        )
    return asked


def _answers(campaign: VisitCampaign) -> dict[str, str]:
    found = {}
    for question in campaign.questions:
        given = [each.strip() for each in request.form.getlist(f"a_{question['key']}")]
        answer = "\n".join(each.replace("\r\n", "\n") for each in given if each)
        if answer:
            found[question["key"]] = answer
    return found


def _needs(categories: list[Category]) -> list[dict[str, Any]]:
    """Return the needs typed; a row in which nothing was written is none."""
    found = []
    for number in range(NEEDS):
        typed = {
            name: request.form.get(f"n{number}_{name}", "").strip()
            for name in NeedHeardIn.model_fields
            if name != "answers"
        }
        if not (typed["title"] or typed["body"]):
            continue
        asked: list[dict[str, Any]] = next(
            (each.questions for each in categories if each.code == typed["category"]), []
        )
        answers = {
            question["key"]: answer
            for question in asked
            if (answer := request.form.get(f"n{number}_{typed['category']}_{question['key']}", ""))
        }
        typed["urgency"] = typed["urgency"] or "normal"
        found.append({**typed, "answers": answers})
    return found
