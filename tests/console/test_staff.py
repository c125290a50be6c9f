from models.staff import Role
from server import passwords
from tests import factories
from tests.conftest import Client
from tests.console.conftest import desk, words

OLD, NEW = "an old lantern 旧灯", "a new lantern 新灯笼"


def test_shows_what_one_may_do_and_where(client: Client) -> None:
    space = factories.make_space()
    factories.make_staff(Role.OPERATOR, factories.make_space())  # somebody else's role
    page = desk(client, factories.make_staff(Role.KEEPER, space)).see("/console/me")
    assert "掌门人" in page
    assert space.org_unit.name in page
    assert "运营" not in page


def test_changes_the_password_and_ends_other_log_ins(client: Client) -> None:
    staff = factories.make_staff(password_hash=passwords.hash_of(OLD))
    elsewhere, me = desk(client, staff), desk(client, staff)
    assert "密码已修改" in me.do("/console/me/password", old=OLD, password=NEW, again=NEW)
    assert elsewhere.client.get("/console/me").status_code == 303
    stranger = desk(client, factories.make_staff())
    stranger.client.delete_cookie("xinyi_console")
    assert stranger.send("/console/login", login=staff.login, password=OLD).status_code == 401
    assert stranger.send("/console/login", login=staff.login, password=NEW).status_code == 303


def test_needs_the_old_password_and_the_new_one_twice(client: Client) -> None:
    me = desk(client, factories.make_staff(password_hash=passwords.hash_of(OLD)))
    answer = me.send("/console/me/password", old="guess", password=NEW, again=NEW)
    assert answer.status_code == 422
    assert "现在的密码不正确" in words(answer)
    answer = me.send("/console/me/password", old=OLD, password=NEW, again=NEW + "!")
    assert "两次填写的新密码不一致" in words(answer)
    answer = me.send("/console/me/password", old=OLD, password="short", again="short")
    assert answer.status_code == 422
    assert NEW not in answer.text


def test_the_old_password_cannot_be_guessed_at(client: Client) -> None:
    """From a browser somebody left open: no more tries than at the log-in."""
    me = desk(client, factories.make_staff(password_hash=passwords.hash_of(OLD)))
    tries = client.application.extensions["xinyi"].config.auth.passwords_per_minute
    for _ in range(tries):
        answer = me.send("/console/me/password", old="guess", password=NEW, again=NEW)
        assert answer.status_code == 422
    answer = me.send("/console/me/password", old=OLD, password=NEW, again=NEW)
    assert answer.status_code == 429
    assert me.client.get("/console/me").status_code == 200


def test_the_last_try_of_the_minute_changes_the_password_and_stays_logged_in(
    client: Client,
) -> None:
    me = desk(client, factories.make_staff(password_hash=passwords.hash_of(OLD)))
    tries = client.application.extensions["xinyi"].config.auth.passwords_per_minute
    for _ in range(tries - 1):
        me.send("/console/me/password", old="guess", password=NEW, again=NEW)
    assert "密码已修改" in me.do("/console/me/password", old=OLD, password=NEW, again=NEW)


def test_keeps_the_looks_and_comes_back(client: Client) -> None:
    me = desk(client, factories.make_staff())
    assert "data-bs-theme" not in me.client.get("/console/me").text
    answer = me.send("/console/theme", theme="dark", next="/console/me")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/console/me")
    assert 'data-bs-theme="dark"' in me.client.get("/console/me").text
    me.send("/console/theme", theme="<script>", next="/console/me")
    assert 'data-bs-theme="dark"' in me.client.get("/console/me").text
