import models
from models.activities import SignupMode
from models.signups import SignupState
from models.staff import Role
from tests import factories
from tests.conftest import Client
from tests.console.conftest import desk, words


def _person(session: models.Session, name: str, **over: object) -> models.Signup:
    return factories.make_signup(session, factories.make_user(nickname=name), **over)


def test_tells_who_is_in_who_waits_and_who_came(client: Client) -> None:
    space = factories.make_space()
    keeper = desk(client, factories.make_staff(Role.KEEPER, space))
    session = factories.make_session(factories.make_activity(space))
    company = factories.make_enterprise(short_name="澜图科技")
    _person(session, "林悦", enterprise_id=company.id)
    factories.make_checkin(_person(session, "陈一诺"))
    _person(session, "周舟", state=SignupState.WAITLISTED, position=2)
    _person(session, "吴静", state=SignupState.WAITLISTED, position=1)
    _person(session, "马超", state=SignupState.CANCELLED)
    _person(factories.make_session(), "别场的人")
    path = f"/console/sessions/{session.id}/signups"
    page = keeper.see(path)
    assert "林悦" in page
    assert "澜图科技" in page
    assert "陈一诺" in page
    assert "周舟" not in page
    assert "别场的人" not in page
    assert "林悦" not in keeper.see(f"{path}?group=came")
    waiting = keeper.see(f"{path}?group=waiting")
    assert waiting.index("吴静") < waiting.index("周舟")
    assert "马超" in keeper.see(f"{path}?group=out")
    assert "林悦" in keeper.see(f"{path}?group=unheard-of")


def test_decides_pending_signups(client: Client) -> None:
    space = factories.make_space()
    keeper = desk(client, factories.make_staff(Role.KEEPER, space))
    activity = factories.make_activity(space, signup_mode=SignupMode.APPROVAL)
    session = factories.make_session(activity)
    yes = _person(session, "林悦", state=SignupState.PENDING)
    no = _person(session, "马超", state=SignupState.PENDING)
    path = f"/console/sessions/{session.id}/signups/decide"
    assert "已处理 1 份" in keeper.do(path, signup=yes.id, verdict="approve")
    assert "理由" in keeper.do(path, signup=no.id, verdict="decline")
    assert models.Signup.get_by_id(no.id).state == SignupState.PENDING
    keeper.do(path, signup=no.id, verdict="decline", reason="这次名额留给新会员")
    told = models.Message.get(models.Message.user_id == no.user_id)
    assert "这次名额留给新会员" in told.body
    assert models.Signup.get_by_id(yes.id).state == SignupState.CONFIRMED
    assert models.Signup.get_by_id(no.id).state == SignupState.DECLINED
    assert models.Session.get_by_id(session.id).seats_taken == 1
    keeper.do(path, signup=no.id, verdict="approve")
    assert models.Signup.get_by_id(no.id).state == SignupState.DECLINED


def test_a_scanner_does_not_read_names(client: Client) -> None:
    space = factories.make_space()
    scanner = desk(client, factories.make_staff(Role.SCANNER, space))
    session = factories.make_session(factories.make_activity(space))
    signup = _person(session, "林悦", state=SignupState.PENDING)
    scanner.see(f"/console/sessions/{session.id}/signups", 403)
    path = f"/console/sessions/{session.id}/signups/decide"
    form = {"signup": signup.id, "verdict": "approve"}
    assert scanner.send(path, **form).status_code == 403
    stranger = desk(client, factories.make_staff(Role.KEEPER, factories.make_space()))
    answer = stranger.send(path, **form)
    assert answer.status_code == 404
    assert "林悦" not in words(answer)
    assert models.Signup.get_by_id(signup.id).state == SignupState.PENDING
