"""What a story at the door needs: staff with a phone, people with a pass, a hand on the network."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

import models
from models.staff import Role
from server.clock import utcnow
from server.services import checkins_passes as passes
from server.services.checkins_codes import slot_of
from tests import factories
from tests.conftest import resources
from tests.e2e.miniprogram.conftest import scan_inside
from tests.preview.phone import Phone


def make_steward(user: models.User, role: Role, space: models.Space) -> models.Staff:
    """Make the member staff of a Space: their phone becomes a phone of the door."""
    return factories.make_staff(role, at=space, name="李扫", user_id=user.id)


def open_session(space: models.Space, **over: object) -> models.Session:
    """A session whose door is open."""
    activity = factories.make_activity(space, title="税务讲座")
    return factories.make_session(activity, **{"starts_at": utcnow()} | over)


def pass_of(app: Flask, user: models.User, session: models.Session | None, *, age: int = 0) -> str:
    """The text of the code on somebody's phone, `age` slots ago."""
    key = passes.pass_key(session, user.id, resources(app).vault)
    slot = slot_of(utcnow(), passes.SLOT_SECONDS) - age
    return passes.make(session.id if session else None, user.id, key, slot)


def page_of(name: str, session: models.Session) -> str:
    """The address of a page of one session's door."""
    query = f"session={session.id}&space={session.space_id}&title={session.activity.title}"
    return f"/pages/staff/{name}/{name}?{query}"


def scan(phone: Phone, content: str) -> None:
    """Scan the next person."""
    phone.here().locator("wx-button", has_text="扫").last.tap()
    scan_inside(phone, content)


@contextmanager
def no_server(phone: Phone) -> Iterator[None]:
    """Pages open, as from the phone's own memory, but the server does not answer."""
    phone.context.route("**/api/**", lambda route: route.abort())
    yield
    phone.context.unroute("**/api/**")


def forgive_network(phone: Phone) -> None:
    """Forget what the browser said about a network that was taken away on purpose."""
    lost = ("INTERNET_DISCONNECTED", "ERR_FAILED", "NETWORK_CHANGED")
    phone.complaints = [line for line in phone.complaints if not any(word in line for word in lost)]
