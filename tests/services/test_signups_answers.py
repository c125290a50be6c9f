"""What an activity asks and what people answer."""

from typing import Any

import pytest

from models import Activity
from server.errors import Invalid
from server.schemas.signups import SignupIn
from server.services import signups_answers

NOTE = {"key": "note", "label": "备注", "kind": "text", "options": [], "required": False}
MEAL = {"key": "meal", "label": "用餐", "kind": "choice", "options": ["荤", "素"], "required": True}
BUS = {"key": "bus", "label": "乘车", "kind": "yes_no", "options": [], "required": False}
ACTIVITY = Activity(max_party=2, questions=[NOTE, MEAL, BUS])


@pytest.mark.parametrize(
    ("form", "fields"),
    [
        ({"answers": {"meal": "素"}}, set()),
        ({"answers": {"meal": "素", "bus": "yes", "note": "靠窗"}, "party_size": 2}, set()),
        ({}, {"answers.meal"}),
        ({"answers": {"meal": ""}}, {"answers.meal"}),
        ({"answers": {"meal": "半荤"}}, {"answers.meal"}),
        ({"answers": {"meal": "荤", "bus": "maybe"}}, {"answers.bus"}),
        ({"answers": {"meal": "荤", "shoe": "42"}}, {"answers.shoe"}),
        ({"answers": {"meal": "荤"}, "party_size": 3}, {"party_size"}),
    ],
)
def test_names_every_wrong_field(form: dict[str, Any], fields: set[str]) -> None:
    found: set[str] = set()
    try:
        signups_answers.require_valid(ACTIVITY, SignupIn(**form))
    except Invalid as refusal:
        found = {error["field"] for error in refusal.facts["errors"]}
    assert found == fields


def test_only_free_words_are_shown_to_wechat() -> None:
    form = SignupIn(answers={"note": "靠窗", "meal": "素"})
    assert signups_answers.texts(ACTIVITY, form) == ["靠窗"]
    assert signups_answers.texts(ACTIVITY, SignupIn(answers={"meal": "素"})) == []
