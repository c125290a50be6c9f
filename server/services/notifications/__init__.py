"""Messages to people: tell them, count what they allow, send it once and know what became of it."""

from server.services.notifications.inbox import Entry, Mark, forget, of_user, read, tell, unread
from server.services.notifications.wallet import (
    Standing,
    change_from_settings,
    grant_from_popup,
)
from server.services.notifications.wallet import of_user as wallet_of

__all__ = [
    "Entry",
    "Mark",
    "Standing",
    "change_from_settings",
    "forget",
    "grant_from_popup",
    "of_user",
    "read",
    "tell",
    "unread",
    "wallet_of",
]
