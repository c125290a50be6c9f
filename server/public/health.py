"""Is it alive, is it ready."""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from redis.exceptions import RedisError

from server.context import redis
from server.services import health

bp = Blueprint("health", __name__)


@bp.get("/healthz")
def alive() -> ResponseReturnValue:
    """The process answers."""
    return jsonify(status="ok")


@bp.get("/readyz")
def ready() -> ResponseReturnValue:
    """The process can work: the database answers and its schema is at head. Redis is told but not
    needed, because nothing in it is the only copy."""
    try:
        redis_ok = bool(redis().ping())
    except RedisError:
        redis_ok = False
    database_ok = health.database_ready()
    body = jsonify(database=database_ok, redis=redis_ok)
    return body, 200 if database_ok else 503
