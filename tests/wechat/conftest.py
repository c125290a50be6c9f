"""A real Redis, the sandbox as a program, and our client between them."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from redis import Redis

from scripts.backing.redis import start_redis
from server.wechat import WeChat
from tests.wechat.bench import Sandbox


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    server = start_redis()
    try:
        yield server.url
    finally:
        server.stop()


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    """An empty Redis."""
    with Redis.from_url(redis_url) as client:
        client.flushall()
        yield client


@pytest.fixture(scope="session")
def running_sandbox() -> Iterator[Sandbox]:
    sandbox = Sandbox()
    try:
        yield sandbox
    finally:
        sandbox.stop()


@pytest.fixture
def sandbox(running_sandbox: Sandbox) -> Iterator[Sandbox]:
    """The sandbox without faults, its calls counted from here."""
    running_sandbox.forget()
    yield running_sandbox
    running_sandbox.forget()


@pytest.fixture
def make_wechat(sandbox: Sandbox, redis: Redis) -> Callable[..., WeChat]:
    """A client as another worker would have it: a token cache of its own, the same Redis."""

    def make(**over: Any) -> WeChat:
        settings: dict[str, Any] = {
            "appid": sandbox.appid,
            "secret": sandbox.secret,
            "redis": redis,
            "base_url": sandbox.url,
            "timeout": (1, 3),
        }
        return WeChat(**settings | over)

    return make


@pytest.fixture
def wechat(make_wechat: Callable[..., WeChat]) -> WeChat:
    return make_wechat()
