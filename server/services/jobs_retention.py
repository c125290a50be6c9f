"""How long traces are kept that nobody needs for good."""

import datetime as dt
from typing import Final

from models import ScanLog
from server.services import (
    activities_questions,
    auth_scans,
    enterprises_batches,
    idempotency,
    jobs,
    signups_guests,
    visits_sync,
)
from server.services.notifications import pushes

_SCANS: Final = dt.timedelta(days=90)


def purge(*, now: dt.datetime) -> dict[str, int]:
    """Delete what has outlived its purpose; return how many rows of each: scan attempts after 90
    days, request keys after 24 hours, WeChat's pushes after 30 days, answers on their question's
    day, job runs after a week, codes of log-ins by phone after a day, verdicts on visits after 90
    days; and forget people who were only ever on lists."""
    scans = ScanLog.delete().where(ScanLog.at < now - _SCANS).execute()
    return {
        "scan_logs": int(scans),
        "idempotency_keys": idempotency.forget_old(now),
        "push_events": pushes.forget_old(now=now),
        "guests": signups_guests.forget_old(now=now),
        "answers": activities_questions.purge(now),
        "imports": enterprises_batches.forget_old(now=now),
        "job_runs": jobs.forget_old(now=now),
        "scan_logins": auth_scans.forget_old(now=now),
        "visit_verdicts": visits_sync.forget_old(now=now),
    }
