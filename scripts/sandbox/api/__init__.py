"""The platform's endpoints; importing this package puts them all into the registry."""

from . import codes, links, login, media, phone, quota, security, subscribe, templates, token

__all__ = [
    "codes",
    "links",
    "login",
    "media",
    "phone",
    "quota",
    "security",
    "subscribe",
    "templates",
    "token",
]
