"""One feature, one plural word, the same in every room."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WORDS = set(
    [
        "auth",
        "users",
        "staff",
        "spaces",
        "enterprises",
        "activities",
        "signups",
        "checkins",
        "menus",
        "notifications",
        "needs",
        "visits",
        "meetings",
        "resources",
        "calendar",
        "files",
        "exports",
        "audit",
        "statistics",
        "surveys",
        "cases",
    ]
)
# What a room needs to stand, besides its words.
FURNITURE = {
    "server/schemas": {"base"},
    "server/services": {
        "health",
        "health_activities",
        "health_figures",
        "health_needs",
        "health_rules",
        "health_surveys",
        "idempotency",
        "jobs",
        "jobs_retention",
    },
    "server/api": {"door", "problems"},
    "server/console": {
        "door",
        "forms",
        "home",
        "jobs",
        "assets",
        "labels",
        "pages",
        "navigation",
        "duties",
        "search",
    },
    "server/jobs": {"worker", "wake", "timetable"},
    "server/public": {"health", "metrics", "bench", "preview"},
}


def _names(room: str) -> set[str]:
    return {file.stem for file in (ROOT / room).glob("*.py")} - {"__init__"}


@pytest.mark.parametrize("room", FURNITURE)
def test_files_carry_a_word(room: str) -> None:
    for name in _names(room) - FURNITURE[room]:
        # A word too large for one file is told apart behind its own name: signups_allocator.
        assert name.split("_")[0] in WORDS, f"{room}/{name}.py carries no word of the house"


def test_every_service_has_its_test() -> None:
    tests = _names("tests/services")
    for name in _names("server/services") - FURNITURE["server/services"]:
        word = name.split("_")[0]
        assert any(test.startswith(f"test_{word}") for test in tests), f"{name} has no test"


def test_template_folders_match_console_files() -> None:
    templates = ROOT / "server/console/templates/console"
    folders = {path.name for path in templates.iterdir() if path.is_dir()}
    assert folders <= _names("server/console"), "a template folder without its console file"


def test_glossary_has_every_word() -> None:
    glossary = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
    assert {word for word in WORDS if f"`{word}`" not in glossary} == set()
