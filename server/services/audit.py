"""The trail: who did what to whom. Written inside the transaction of the act itself."""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any, Final

from models import AuditLog
from server.errors import Invalid


@dataclass(frozen=True)
class Actor:
    """Who acts, as the trail keeps it. `kind`: member, staff or system."""

    kind: str
    id: int | None
    name: str = ""
    ip: str = ""
    request_id: str = ""


SYSTEM = Actor("system", None, "系统")


def record(
    actor: Actor,
    action: str,
    subject: Any,
    *,
    now: dt.datetime,
    org_unit_id: int | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Write one line. `action` is the service's verb (`menus.publish`), `subject` the row."""
    AuditLog.create(
        at=now,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_name=actor.name,
        action=action,
        object_type=type(subject).__name__,
        object_id=subject.id,
        org_unit_id=org_unit_id,
        before=before or {},
        after=after or {},
        reason=reason,
        ip=actor.ip,
        request_id=actor.request_id,
    )


_UNTYPED: Final = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
"""What nobody types and PostgreSQL does not keep."""


def purpose(reason: str) -> str:
    """Return why something is taken along, as it goes into the trail. Raises Invalid."""
    reason = reason.strip()
    if not 2 <= len(reason) <= 60 or _UNTYPED.search(reason):
        raise Invalid(fields={"reason": "请写明用途（2–60字），会记入审计"})
    return reason
