"""The code at the door, opened in an ordinary browser."""

import datetime as dt
from typing import Any

import models
from server.clock import utcnow
from server.services import checkins_codes
from tests import factories
from tests.conftest import Client


def page(client: Client, payload: str) -> Any:
    return client.get(f"/c/{payload}")


def code_of(session: models.Session, key: str | None = None, age: int = 0) -> str:
    slot = checkins_codes.slot_of(utcnow(), 20) - age
    return checkins_codes.make(session.id, key or session.qr_key, slot)


def test_a_genuine_code_names_the_activity_and_leads_to_wechat(client: Client) -> None:
    start = dt.datetime(2027, 3, 1, 6, tzinfo=dt.UTC)
    activity = factories.make_activity(title="<税务>讲座", body="正文", theme="主题词")
    session = factories.make_session(activity, starts_at=start)
    user = factories.make_user()
    factories.make_signup(session, user)
    for age in (0, 5000):
        answer = page(client, code_of(session, age=age))
        assert answer.status_code == 200
        assert answer.mimetype == "text/html"
        assert "请用微信扫一扫" in answer.text
        assert "&lt;税务&gt;讲座" in answer.text
        assert "2027年3月1日 14:00" in answer.text
        assert "正文" not in answer.text
        assert "主题词" not in answer.text
    assert models.Checkin.select().count() == 0
    assert models.ScanLog.select().count() == 0


def test_whatever_is_not_genuine_tells_nothing(client: Client) -> None:
    session = factories.make_session(factories.make_activity(title="秘密讲座"))
    rehearsal = factories.make_session(factories.make_activity(is_rehearsal=True))
    for payload in (
        code_of(session, key="x"),
        code_of(rehearsal),
        "x",
        "%E7%A0%81",
        "%00",
        "A" * 5000,
    ):
        answer = page(client, payload)
        assert answer.status_code == 404, payload
        assert "无法识别" in answer.text
        assert "秘密讲座" not in answer.text


def test_the_page_is_guarded_and_loads_only_our_own(client: Client) -> None:
    answer = page(client, code_of(factories.make_session()))
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'self'")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "<script" not in answer.text
    assert "style=" not in answer.text
    assert "<style" not in answer.text
    with client.get("/public/static/checkin.css") as style:
        assert style.status_code == 200
        assert style.mimetype == "text/css"
    assert "/public/static/checkin.css" in answer.text


def test_it_cannot_be_posted_to(client: Client) -> None:
    assert client.post(f"/c/{code_of(factories.make_session())}").status_code == 405
