"""What every process counts about itself for Prometheus; /metrics adds the processes up."""

from prometheus_client import Counter, Gauge, Histogram

_REQUESTS = Counter(
    "xinyi_requests", "Requests answered, by route and status.", ("method", "route", "status")
)
_SECONDS = Histogram(
    "xinyi_request_seconds",
    "Time from a request's beginning to its answer, by route.",
    ("route",),
    # The promises are in hundreds of milliseconds; beyond ten seconds nobody waits.
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
)
_SLOW_STATEMENTS = Counter(
    "xinyi_slow_statements", "SQL statements that took longer than [database] slow_ms."
)
_IN_FLIGHT = Gauge(
    "xinyi_requests_in_flight",
    "Requests being answered; each holds one database connection of its process's pool.",
    multiprocess_mode="livesum",
)


def begin() -> None:
    """Count a request that has come in; each needs one `end`."""
    _IN_FLIGHT.inc()


def end() -> None:
    """Count a request that is over, however it ended."""
    _IN_FLIGHT.dec()


def answered(method: str, route: str | None, status: int, seconds: float) -> None:
    """Count an answer. `route` is the rule, never the path: there are few rules, and a path may
    name a person. Without one the method may be any word a stranger sends, so it is left out."""
    _REQUESTS.labels(method if route else "-", route or "-", status).inc()
    _SECONDS.labels(route or "-").observe(seconds)


def slow_statement() -> None:
    """Count a statement that took too long."""
    _SLOW_STATEMENTS.inc()
