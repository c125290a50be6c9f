"""A real worker, people the sandbox knows, and messages for them."""

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask

from models import Delivery, User
from server import clock
from server.clock import SHANGHAI, utcnow
from server.config import Config
from server.context import Resources
from server.jobs.worker import Worker
from server.services import notifications, users
from tests.conftest import Sandbox, resources

_numbers = itertools.count(1)


@pytest.fixture
def it(app: Flask, sandbox: Sandbox) -> Iterator[Resources]:
    """The application's resources, at noon in Shanghai, so that no test depends on the hour."""
    noon = utcnow().astimezone(SHANGHAI).replace(hour=12, minute=0, second=0)
    clock.move(noon - utcnow())
    sandbox.post("clock", offset_s=clock.offset().total_seconds())
    yield resources(app)
    clock.move(None)


def changed(it: Resources, **sections: dict[str, Any]) -> Resources:
    """The resources with other settings, and a WeChat client that heeds them."""
    from server import _open_resources

    values = {
        name: getattr(it.config, name).model_copy(update=over) for name, over in sections.items()
    }
    config: Config = it.config.model_copy(update=values)
    return _open_resources(config)


class Person:
    """A member whom the sandbox knows, with reminders on both sides of the wire."""

    def __init__(self, it: Resources, sandbox: Sandbox, **over: Any) -> None:
        self.sandbox = sandbox
        self.openid: str = sandbox.post("users")["openid"]
        self.user: User = users.welcome(self.openid, vault=it.vault, now=utcnow())
        if over:
            User.update(**over).where(User.id == self.user.id).execute()

    def accept(self, it: Resources, kind: str = "reminder", times: int = 1) -> "Person":
        """Accept at WeChat and in our ledger, without a push."""
        template = it.config.wechat.templates[kind]
        for _ in range(times):
            self.sandbox.post(
                f"users/{self.openid}/subscribe", template_id=template, status="accept", push=False
            )
            notifications.grant_from_popup(
                self.user.id,
                kind,
                accepted=True,
                ref=f"test{next(_numbers)}",
                at=utcnow(),
                now=utcnow(),
            )
        return self

    def tell(self, **over: Any) -> Delivery:
        """Put a message into the outbox."""
        number = next(_numbers)
        values: dict[str, Any] = {
            "kind": "reminder",
            "subject_type": "session",
            "subject_id": number,
            "dedupe_key": f"reminder:{number}",
            "title": "活动快开始了",
            "body": "",
            "page": "pages/activities/detail/detail?id=7",
            "fields": {"activity": f"茶会{number}", "starts_at": utcnow(), "place": "一楼"},
            "space_id": None,
            "now": utcnow(),
        }
        message = notifications.tell(self.user.id, **values | over)
        row: Delivery = Delivery.get(Delivery.message == message.id)
        return row

    def received(self) -> int:
        """How many messages really arrived on the phone."""
        return len(self.sandbox.get("messages", openid=self.openid))

    def balance(self, kind: str = "reminder") -> int:
        return {each.kind: each.balance for each in notifications.wallet_of(self.user.id)}[kind]


@contextmanager
def working(it: Resources) -> Iterator[Worker]:
    """A worker at work."""
    worker = Worker(it)
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        yield worker
    finally:
        worker.stop()
        thread.join(20)
        assert not thread.is_alive(), "the worker does not stop"


def until(holds: Callable[[], bool], seconds: float = 10) -> None:
    """Wait for something to become true."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def fresh(row: Delivery) -> Delivery:
    """The delivery as it stands now."""
    now_row: Delivery = Delivery.get_by_id(row.id)
    return now_row
