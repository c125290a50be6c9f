"""wxa/media_check_async: a real download, a verdict, and the event that brings it."""

import hashlib
import threading
import time
from dataclasses import dataclass
from http.client import HTTPException
from io import BytesIO
from typing import Any

from ..catalogue import words
from ..counters import Limit
from ..errors import ApiError, new_rid
from ..push import events
from ..push.delivery import fetch
from ..registry import endpoint
from ..wire import Request
from ..world import World
from .security import NORMAL, check_subject

MAX_MEDIA = 10 * 1024 * 1024
DOWNLOAD_S = 10.0
# "Too many repeats" is published without a number.
REPEATS = Limit(per_day=5, day_code=87020)
# Servers re-encode images, so a verdict must survive that: it hangs on the mean colour.
COLOUR_TOLERANCE = 24
IMAGE_HEADS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"BM", b"GIF87a", b"GIF89a")
AUDIO_HEADS = (
    *(b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2"),  # mp3
    *(b"\xff\xf1", b"\xff\xf9"),  # aac
    *(b"\x0b\x77", b"\x30\x26\xb2\x75", b"fLaC", b"OggS", b"RIFF"),  # ac3 wma flac ogg wav
)
AUDIO, IMAGE = 1, 2
HEADS = {AUDIO: AUDIO_HEADS, IMAGE: IMAGE_HEADS}


@dataclass(frozen=True)
class _Job:
    openid: str
    url: str
    kind: int
    trace_id: str
    due: float
    era: int
    done: threading.Event


@endpoint(
    "POST",
    "/wxa/media_check_async",
    limit=Limit(per_minute=2000, minute_code=44991, per_day=200_000),
)
def check_media(world: World, request: Request) -> dict[str, Any]:
    """Answer a trace id; the verdict follows as event wxa_media_check."""
    data = request.data()
    openid = check_subject(world, data)
    url, kind = data.get("media_url"), data.get("media_type")
    if kind not in (AUDIO, IMAGE) or isinstance(kind, bool):
        raise ApiError(40004)
    if not isinstance(url, str) or not url:
        raise ApiError(47001)
    world.counters.spend(f"media {url}", REPEATS)
    trace_id = new_rid()
    due = world.clock.now() + world.config.media_delay_s

    def start() -> threading.Event:
        done = threading.Event()
        job = _Job(openid, url, int(kind), trace_id, due, world.era, done)
        threading.Thread(target=_judge, args=(world, job), name="media", daemon=True).start()
        return done

    request.after.append(start)
    return {"errcode": 0, "errmsg": "ok", "trace_id": trace_id}


def _judge(world: World, job: _Job) -> None:
    """Download, judge, wait as configured in the sandbox's time, and push the event."""
    try:
        content = _download(job.url, job.kind)
    except (OSError, HTTPException, ValueError):
        fields = events.media_check(world, job.trace_id, "pass", NORMAL, failed=True)
    else:
        suggest, label = _verdict(world, job, content)
        fields = events.media_check(world, job.trace_id, suggest, label)
    is_wanted = world.clock.sleep_until(job.due, lambda: world.era == job.era)
    times = {"none": 0, "send": 1, "twice": 2}[world.config.media_events]
    if times and is_wanted:
        parcel = world.parcel("wxa_media_check", job.openid, fields)
        for arrival in [world.pusher.submit(parcel.copy()) for _ in range(times)]:
            arrival.wait()
    job.done.set()


def _download(url: str, kind: int) -> bytes:
    """Return the file; OSError or ValueError when it cannot be had or is no such media."""
    status, content = fetch(url, MAX_MEDIA + 1, time.monotonic() + DOWNLOAD_S)
    if status != 200 or len(content) > MAX_MEDIA:
        raise ValueError("not available, or too large")
    if not content.startswith(HEADS[kind]):
        raise ValueError("not a media type the platform checks")
    return content


def _verdict(world: World, job: _Job, content: bytes) -> tuple[str, int]:
    digest = hashlib.sha256(content).hexdigest()
    with world.lock:
        for verdict in reversed(world.verdicts):
            named = verdict.url_contains is not None and verdict.url_contains in job.url
            if named or verdict.sha256 == digest:
                return verdict.suggest, verdict.label
    return _colour_verdict(content) if job.kind == IMAGE else ("pass", NORMAL)


def _colour_verdict(content: bytes) -> tuple[str, int]:
    # Imported late: most runs never look at an image.
    from PIL import Image

    try:
        with Image.open(BytesIO(content)) as image:
            mean = image.convert("RGB").resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    except (OSError, ValueError, Image.DecompressionBombError):
        return "pass", NORMAL
    assert isinstance(mean, tuple)
    for colour in words()["media_colours"]:
        if all(abs(a - b) <= COLOUR_TOLERANCE for a, b in zip(mean, colour["rgb"], strict=True)):
            return colour["suggest"], colour["label"]
    return "pass", NORMAL
