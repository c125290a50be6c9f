"""The only bridge to Flask's globals: who is asking, and the outside things services need."""

from dataclasses import dataclass
from typing import cast

from flask import current_app, g, request
from redis import Redis

from models import Staff, User
from server.config import Config
from server.crypto import Vault
from server.errors import Unauthenticated
from server.services.audit import Actor
from server.services.files_disk import Disk
from server.services.files_links import Links
from server.services.staff import Scope
from server.wechat import Push, WeChat


@dataclass(frozen=True)
class Resources:
    """What a process opens once and every request uses."""

    config: Config
    redis: Redis
    wechat: WeChat
    push: Push
    vault: Vault


def resources() -> Resources:
    """Return this application's resources."""
    return cast(Resources, current_app.extensions["xinyi"])


def config() -> Config:
    """Return the settings."""
    return resources().config


def redis() -> Redis:
    """Return the Redis client; whatever is in it may vanish at any time."""
    return resources().redis


def wechat() -> WeChat:
    """Return the WeChat client."""
    return resources().wechat


def push() -> Push:
    """Return the receiving end of WeChat's pushes."""
    return resources().push


def vault() -> Vault:
    """Return the vault for personal data."""
    return resources().vault


def disk() -> Disk:
    """Return where uploads lie."""
    return Disk(config().files_dir)


def links() -> Links:
    """Return what makes and reads links to files."""
    return links_of(config())


def links_of(settings: Config) -> Links:
    """Return what makes and reads links to files, for whoever has the settings in hand."""
    return Links(settings.secrets.secret_key, settings.files.link_minutes)


def current_user() -> User:
    """Return the member who is asking. Raises Unauthenticated."""
    user = g.get("user")
    if user is None:
        raise Unauthenticated
    return cast(User, user)


def current_staff() -> Staff:
    """Return the staff account that is asking. Raises Unauthenticated."""
    staff = g.get("staff")
    if staff is None:
        raise Unauthenticated
    return cast(Staff, staff)


def current_scope() -> Scope:
    """Return what the asking staff may do and where. Raises Unauthenticated."""
    scope = g.get("scope")
    if scope is None:
        raise Unauthenticated
    return cast(Scope, scope)


def request_id() -> str:
    """Return the id of this request, as answered in `X-Request-Id`."""
    return str(g.get("request_id", ""))


def actor() -> Actor:
    """Return who is asking as the trail keeps them: the staff account, else the member. A member
    has no name there, because the trail outlives an erasure."""
    where = {"ip": (request.remote_addr or "")[:45], "request_id": request_id()}
    staff = g.get("staff")
    if staff is not None:
        return Actor("staff", staff.id, staff.name, **where)
    return Actor("member", current_user().id, **where)


def console_cookie_name() -> str:
    """Return the name of the console's log-in cookie; over https browsers bind `__Host-` to this
    very host."""
    is_secure = config().server.public_url.startswith("https://")
    return "__Host-xinyi_console" if is_secure else "xinyi_console"
