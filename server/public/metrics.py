"""Numbers for Prometheus: what the processes count, and what the database says at this moment."""

import hmac
import os
from collections.abc import Iterable

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from redis.exceptions import RedisError

from server.clock import utcnow
from server.context import config, redis
from server.services import health, health_figures

bp = Blueprint("metrics", __name__)

_LOOPBACK = ("127.0.0.1", "::1")
_FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP")


@bp.get("/metrics")
def metrics() -> ResponseReturnValue:
    """Prometheus' text. Only for this machine, or with the token; others are told nothing."""
    if not (_is_local() or _has_token()):
        abort(404)
    registry = CollectorRegistry()
    registry.register(_State())
    return Response(_counted() + generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _is_local() -> bool:
    """Whether the asker is on this machine. A proxy is too and asks for others, so whatever has
    come through one is not local, trusted or not."""
    came_through = any(name in request.environ for name in _FORWARDED)
    return not came_through and request.environ.get("REMOTE_ADDR") in _LOOPBACK


def _has_token() -> bool:
    token = config().secrets.metrics_token
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return bool(token) and hmac.compare_digest(given.encode(), token.encode())


def _counted() -> bytes:
    """Return what the processes of this machine have counted, added up."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    return generate_latest(registry)


class _State(Collector):
    """Asks when it is asked: any process of any machine tells the same."""

    def collect(self) -> Iterable[Metric]:
        is_up = health.database_ready()
        yield _one("xinyi_database_up", "Whether the database answers.", is_up)
        pool = config().database.pool
        yield _one("xinyi_database_pool_size", "Connections one process may hold.", pool)
        web = config().server
        slots = web.workers * web.threads
        yield _one("xinyi_request_slots", "Requests one machine answers at a time.", slots)
        yield _one("xinyi_redis_up", "Whether Redis answers.", _redis_answers())
        if is_up:
            yield from _figures()


def _redis_answers() -> bool:
    try:
        return bool(redis().ping())
    except RedisError:
        return False


def _figures() -> Iterable[Metric]:
    found = health_figures.figures(now=utcnow())
    yield _one("xinyi_deliveries_due", "Deliveries due that no worker has taken.", found.due)
    yield _one("xinyi_deliveries_oldest_due_seconds", "How long one waits.", found.oldest_due_s)
    yield _one("xinyi_pushes_waiting", "WeChat's pushes not worked off.", found.pushes)
    yield _many("xinyi_deliveries", "Deliveries kept, by state.", "state", found.deliveries)
    ended = {name: at.timestamp() for name, at in found.succeeded.items()}
    help_ = "When each job of the timetable last finished."
    yield _many("xinyi_job_last_success_timestamp_seconds", help_, "job_name", ended)
    yield _many("xinyi_job_failed_runs", "Failed runs not made up for.", "job_name", found.failed)


def _one(name: str, help_: str, value: float) -> Metric:
    return GaugeMetricFamily(name, help_, value=value)


def _many(name: str, help_: str, label: str, values: dict[str, int] | dict[str, float]) -> Metric:
    family = GaugeMetricFamily(name, help_, labels=[label])
    for key, value in values.items():
        family.add_metric([str(key)], value)
    return family
