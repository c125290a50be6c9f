"""The desk at the door without scripts, and who sees what of it."""

import datetime as dt

import pytest

import models
from models.staff import Role
from tests import factories
from tests.conftest import Client
from tests.console.conftest import Desk, desk, words


@pytest.fixture
def session(client: Client, now: dt.datetime) -> models.Session:
    activity = factories.make_activity(max_party=3)
    return factories.make_session(activity, starts_at=now, capacity=2)


def _at(client: Client, session: models.Session, role: Role) -> Desk:
    return desk(client, factories.make_staff(role, models.Space.get_by_id(session.space_id)))


def test_a_day_at_the_desk_without_scripts(client: Client, session: models.Session) -> None:
    operator, path = _at(client, session, Role.OPERATOR), f"/console/sessions/{session.id}/desk"
    user, extra = factories.make_user(nickname="欧阳明月"), factories.make_user()
    signup = factories.make_signup(session, user)
    assert "等待扫码" in operator.see(path)
    assert "欧阳明月" not in operator.see(f"{path}/people?q=欧")
    assert "欧阳明月" in operator.see(f"{path}/people?q=oymy")
    done = operator.send(f"{path}/scan", signup_id=str(signup.id), party_present="1", door="东门")
    assert done.status_code == 200
    assert "签到成功" in words(done)
    assert "连同行一共 2 人" in words(done)
    assert "已签到，无需重复" in words(operator.send(f"{path}/scan", signup_id=str(signup.id)))
    (checkin,) = models.Checkin.select()
    assert (checkin.door, checkin.method, checkin.party_present) == ("东门", "staff_search", 1)
    models.User.update(home_space=session.space_id).where(models.User.id == extra.id).execute()
    full = operator.send(f"{path}/walkin", user_id=str(extra.id))
    assert full.status_code == 409
    assert "加座请找掌门人" in words(full)
    keeper = _at(client, session, Role.KEEPER)
    beyond = keeper.send(f"{path}/walkin", user_id=str(extra.id), reason="站着听也愿意")
    assert "超出名额" in words(beyond)
    assert "人数已更新" in words(
        keeper.send(f"/console/checkins/{checkin.id}/party", party_present="0")
    )
    assert "已签退" in words(keeper.send(f"/console/checkins/{checkin.id}/checkout"))
    assert "请填写撤销的原因" in keeper.do(f"/console/checkins/{checkin.id}/void", reason="")
    assert "已撤销：点错了人" in keeper.do(
        f"/console/checkins/{checkin.id}/void", reason="点错了人"
    )
    assert "已经撤销过了" in keeper.do(f"/console/checkins/{checkin.id}/void", reason="再来")
    assert "来宾人数已更新" in keeper.do(f"{path}/guests", count="9")
    assert models.Session.get_by_id(session.id).counted_guests == 9
    for field, bad in (("party_present", "x"), ("code", "y" * 601), ("signup_id", "1" * 30)):
        answer = keeper.send(f"{path}/scan", **{"code": "x"} | {field: bad})
        assert answer.status_code in {400, 422}, field


def test_a_script_gets_the_verdict_alone(client: Client, session: models.Session) -> None:
    keeper = _at(client, session, Role.KEEPER)
    keeper.client.environ_base["HTTP_HX_REQUEST"] = "true"
    path = f"/console/sessions/{session.id}/desk"
    answer = keeper.send(f"{path}/scan", code="https://any.example/c/AQAA")
    assert answer.status_code == 200  # a script shows nothing else
    assert "这是场次的签到码" in words(answer)
    assert "<html" not in answer.text
    assert "<html" not in keeper.client.get(f"{path}/people?q=欧阳").text


def test_promise_7_a_scanner_sees_the_field_and_no_names(
    client: Client, session: models.Session
) -> None:
    """Complaint: whoever helps with scanning can read and change everything."""
    factories.make_checkin(factories.make_signup(session, factories.make_user(nickname="欧阳明月")))
    scanner, path = _at(client, session, Role.SCANNER), f"/console/sessions/{session.id}/desk"
    page = scanner.see(path)
    assert "我的凭证" in page
    assert "欧**" in page
    for hidden in ("欧阳", "查人", "撤销", "来宾"):
        assert hidden not in page
    scanner.see(f"{path}/people?q=欧阳", 403)
    assert scanner.send(f"{path}/walkin", user_id="1").status_code == 403
    checkin = models.Checkin.get()
    assert scanner.send(f"/console/checkins/{checkin.id}/void", reason="x").status_code == 403
    foreign = desk(client, factories.make_staff(Role.KEEPER, factories.make_space()))
    foreign.see(path, 404)
    assert foreign.send(f"/console/checkins/{checkin.id}/void", reason="x").status_code == 404
