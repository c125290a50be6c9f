"""The keeper's nudge from the 25th on."""

import datetime as dt

import pytest

import models
from models.menus import RevisionState
from models.staff import Role
from server.clock import at_shanghai
from server.services import menus_reminders
from tests import factories

pytestmark = pytest.mark.usefixtures("app")


def at(day: int) -> dt.datetime:
    return at_shanghai(dt.date(2027, 12, day), dt.time(10))


def told(user: models.User) -> list[str]:
    rows = models.Message.select().where(models.Message.user_id == user.id)
    return [f"{row.title} {row.body}" for row in rows]


def test_keepers_without_next_months_menu_are_told_once() -> None:
    late, done = factories.make_space(), factories.make_space()
    keeper, other, operator, gone = (factories.make_user() for _ in range(4))
    factories.make_staff(Role.KEEPER, late, user_id=keeper.id)
    factories.make_staff(Role.KEEPER, late)  # no phone bound
    factories.make_staff(Role.OPERATOR, late, user_id=operator.id)
    factories.make_staff(Role.KEEPER, late, user_id=gone.id, active=False)
    factories.make_staff(Role.KEEPER, done, user_id=other.id)
    menu = models.Menu.add(now=at(1), space=done, month="2028-01")
    models.MenuRevision.add(
        now=at(1), space=done, menu=menu, number=1, state=RevisionState.PUBLISHED, title="菜单"
    )
    start = at_shanghai(dt.date(2028, 1, 5), dt.time(14))
    factories.make_session(factories.make_activity(late), starts_at=start)

    assert menus_reminders.remind_keepers(now=at(24)) == 0
    assert menus_reminders.remind_keepers(now=at(25)) == 1
    assert menus_reminders.remind_keepers(now=at(26)) == 0

    (text,) = told(keeper)
    assert text.startswith("1月菜单还没发布")
    assert "2028年1月" in text
    assert "已排活动 1 个" in text
    assert not any(told(user) for user in (other, operator, gone))
    delivery = models.Delivery.get(models.Delivery.user_id == keeper.id)
    assert delivery.kind == "duty"  # never a reminder the keeper accepted as a member
    assert delivery.fields["due_at"] == "2027年12月31日 17:30"


def test_a_draft_is_not_yet_a_menu() -> None:
    space = factories.make_space()
    user = factories.make_user()
    factories.make_staff(Role.KEEPER, space, user_id=user.id)
    menu = models.Menu.add(now=at(1), space=space, month="2028-01")
    models.MenuRevision.add(now=at(1), space=space, menu=menu, number=1)
    assert menus_reminders.remind_keepers(now=at(31)) == 1
    assert len(told(user)) == 1
