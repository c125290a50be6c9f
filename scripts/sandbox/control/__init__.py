"""Control calls below /_sandbox; importing this package puts them all into the registry."""

from . import behaviour, observe, push, scan, users

__all__ = ["behaviour", "observe", "push", "scan", "users"]
