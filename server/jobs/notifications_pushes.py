"""Working off WeChat's pushes: which service each event belongs to."""

import datetime as dt
from functools import partial

from server.context import Resources
from server.services import files_checks, users_privacy
from server.services.notifications.pushes import Desk
from server.services.notifications.pushes import work_off as work_off_stored
from server.wechat import (
    AuthorizationCancelled,
    AuthorizationRevoked,
    Event,
    MediaChecked,
    UserInfoModified,
)


def work_off(resources: Resources, *, now: dt.datetime) -> int:
    """Do what the stored pushes ask for; return how many are done with."""
    return work_off_stored(desk(resources), now=now)


def desk(resources: Resources) -> Desk:
    """Return what working off needs."""
    templates = resources.config.wechat.templates
    return Desk(
        push=resources.push,
        vault=resources.vault,
        kinds={template: kind for kind, template in templates.items()},
        lasting=resources.config.wechat.long_term,
        others=partial(_other, resources),
    )


def _other(resources: Resources, event: Event, now: dt.datetime) -> bool:
    """Do what is not about messages; False when it cannot be done yet."""
    if isinstance(event, MediaChecked):
        return files_checks.decide(event.trace_id, is_ok=event.ok, suggest=event.suggest, now=now)
    return _privacy(resources, event, now)


def _privacy(resources: Resources, event: Event, now: dt.datetime) -> bool:
    """Do what a person demanded at WeChat. Who is not known here has nothing here."""
    vault = resources.vault
    if isinstance(event, AuthorizationCancelled):
        users_privacy.erase_by_openid(event.openid, vault=vault, now=now)
    elif isinstance(event, AuthorizationRevoked):
        users_privacy.revoke_data(event.openid, event.revoke_codes, vault=vault, now=now)
    elif isinstance(event, UserInfoModified):
        users_privacy.clear_nickname(event.openid, vault=vault, now=now)
    return True
