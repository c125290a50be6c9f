"""The types of the mini-program are what the server's schemas say."""

from scripts._api_types import document, read, render


def test_running_it_again_would_change_nothing() -> None:
    assert read() == render(document()), "run scripts/api-types"


def test_a_changed_schema_changes_the_types() -> None:
    written = document()
    written["components"]["schemas"]["UserOut"]["properties"]["shoe_size"] = {"type": "integer"}
    assert "  shoe_size: number\n" in render(written)


def test_what_is_sent_may_leave_out_what_is_not_required() -> None:
    text = render(document())
    assert "  walk_in?: boolean\n" in text
    assert "  token: string\n" in text
