"""THE APPLICATION. `create_app` wires rooms, hooks and error pages, and nothing else."""

from functools import partial
from typing import Any

from flask import Flask
from flask_openapi3 import Info
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from werkzeug.middleware.proxy_fix import ProxyFix

from server import api, clock, console, jobs, logs, public, requests
from server.api.problems import spec_app
from server.config import Config, load
from server.context import Resources
from server.crypto import Vault
from server.database import connect
from server.limits import limiter, redis_uri
from server.services.notifications import bell
from server.wechat import Push, WeChat

_REDIS: dict[str, Any] = {
    "socket_timeout": 2,
    "socket_connect_timeout": 1,
    # The library's ten retries would make everybody wait for a Redis that is away.
    "retry": Retry(NoBackoff(), 1),
}


def create_app(config: Config | None = None) -> Flask:
    """Return the application. Raises ConfigError with every mistake in the settings."""
    config = config or load()
    logs.configure(as_json=config.server.log_format == "json", level=config.server.log_level)
    app = spec_app(
        __name__,
        info=Info(
            title=f"{config.brand.platform} API",
            version="1",
            description="The mini-program's and the staff's door. Errors are RFC 9457 problems.",
        ),
    )
    app.config.update(
        SECRET_KEY=config.secrets.secret_key,
        MAX_CONTENT_LENGTH=config.server.max_body_bytes,
        RATELIMIT_STORAGE_URI=redis_uri(config.redis_url),
        RATELIMIT_STORAGE_OPTIONS=_REDIS,
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    if config.server.trusted_proxies:
        count = config.server.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    if not config.is_production:
        config.clock_file.parent.mkdir(parents=True, exist_ok=True)
        clock.follow(config.clock_file)
    connect(config.database_url, pool=config.database.pool, slow_ms=config.database.slow_ms)
    opened = app.extensions["xinyi"] = _open_resources(config)
    bell.hang(partial(_ring, opened.redis))
    requests.init_app(app)
    limiter.init_app(app)
    api.init_app(app)
    console.init_app(app, jobs.turns)
    public.init_app(app, jobs.run_job)
    from server import cli

    cli.init_app(app)
    return app


def _ring(redis: Redis) -> None:
    """Wake the workers. Without Redis they look by themselves every few seconds."""
    try:
        redis.publish(bell.CHANNEL, "")
    except RedisError as error:
        logs.get().warning("nobody woken", error=type(error).__name__)


def _open_resources(config: Config) -> Resources:
    redis = Redis.from_url(
        config.redis_url,
        decode_responses=True,
        **_REDIS,
    )
    secret = config.secrets
    return Resources(
        config=config,
        redis=redis,
        wechat=WeChat(
            appid=secret.wechat_appid,
            secret=secret.wechat_secret,
            redis=redis,
            base_url=config.wechat.api_base,
            miniprogram_state=config.wechat.miniprogram_state,
            timeout=(config.wechat.connect_timeout, config.wechat.read_timeout),
            pool_size=max(config.server.threads, config.jobs.send_threads),
            at_once=max(1, config.server.threads // 2),
        ),
        push=Push(
            secret.push_token,
            secret.push_aes_key,
            secret.wechat_appid,
            # Plain pushes carry no proof of their content: for the bench only.
            accept_plain=not config.is_production,
        ),
        vault=Vault(secret.data_key, old=secret.old_data_keys, index=secret.index_key),
    )
