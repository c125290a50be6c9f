import re
from typing import Any

import pytest
from flask import Flask

import models
from models.staff import Role
from tests import factories
from tests.conftest import Client
from tests.console.conftest import desk, words


@pytest.mark.parametrize("path", ["/console/needs/99999999999999999999", "/console/needs/x"])
def test_what_cannot_be_an_id_is_not_found(client: Client, path: str) -> None:
    page = desk(client, factories.make_staff()).see(path, 404)
    assert "没有找到" in page


def test_refusals_are_pages_with_the_request_id(client: Client) -> None:
    me = desk(client, factories.make_staff())
    answer = me.client.get("/console/nowhere", headers={"X-Request-Id": "abcdef-123456"})
    assert answer.status_code == 404
    assert answer.mimetype == "text/html"
    assert "abcdef-123456" in words(answer)
    answer = me.client.delete("/console/me")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_pages_stay_out_of_caches_and_bring_nothing_from_elsewhere(client: Client) -> None:
    space = factories.make_space()
    keeper = desk(client, factories.make_staff(Role.KEEPER, space))
    session = factories.make_session(factories.make_activity(space))
    for path in ("/console/", "/console/login", f"/console/sessions/{session.id}/screen"):
        answer = keeper.client.get(path, follow_redirects=True)
        assert answer.headers["Cache-Control"] == "no-store"
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
        assert not re.search(r'(?:src|href|action)="(?:https?:)?//', answer.text)
        assert " style=" not in answer.text
        assert "<script>" not in answer.text


def test_brand_words_come_from_the_settings(app: Flask, client: Client) -> None:
    brand = app.extensions["xinyi"].config.brand
    page = desk(client, factories.make_staff()).see("/console/")
    assert brand.platform in page
    assert brand.carrier in page


def test_an_act_of_an_expired_log_in_is_not_repeated(client: Client) -> None:
    answer = client.post("/console/needs/1/reply", data={"text": "x"})
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/console/login"


def test_a_bug_is_one_calm_page_even_when_the_database_is_away(
    app: Flask, client: Client, now: Any
) -> None:
    me = desk(client, factories.make_staff(Role.KEEPER, factories.make_space()))
    models.db.execute_sql("ALTER TABLE space RENAME TO space_away")
    try:
        answer = me.client.get("/console/")
    finally:
        models.db.execute_sql("ALTER TABLE space_away RENAME TO space")
    assert answer.status_code == 500
    assert answer.mimetype == "text/html"
    assert "我们已记录" in words(answer)
    assert answer.headers["X-Request-Id"] in words(answer)
