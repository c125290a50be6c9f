"""How often somebody may ask, counted in Redis; without Redis, counted per process."""

from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

limiter = Limiter(
    get_remote_address,
    strategy="sliding-window-counter",
    in_memory_fallback_enabled=True,
    headers_enabled=False,
    swallow_errors=False,
)


def redis_uri(url: str) -> str:
    """Return a Redis URL in the spelling the limiter's library wants."""
    return url.replace("unix://", "redis+unix://", 1) if url.startswith("unix://") else url
