"""The plainest sender there could be: threads that post one message after another over a pool. No
outbox, no wallet, no memory of what it did: the yardstick of the worker.

Reads one order as JSON on stdin and answers on stdout; see pushes.py.
"""

from __future__ import annotations

import itertools
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import urllib3


def run(
    *,
    base: str,
    account: dict[str, str],
    message: dict[str, Any],
    prefix: str,
    people: int,
    threads: int,
    seconds: float,
) -> dict[str, float]:
    """Send to `prefix`0 and on, again and again, until the time is over; return how many went out,
    in how many seconds, for how many CPU seconds. Raises RuntimeError when one is refused."""
    pool = urllib3.PoolManager(maxsize=threads)
    grant = {"grant_type": "client_credential", **account}
    token = pool.request("POST", f"{base}/cgi-bin/stable_token", json=grant).json()["access_token"]
    url = f"{base}/cgi-bin/message/subscribe/send?access_token={token}"
    numbers = itertools.cycle(range(people))
    until = time.perf_counter() + seconds

    def send() -> int:
        sent = 0
        while time.perf_counter() < until:
            body = message | {"touser": f"{prefix}{next(numbers)}"}
            answer = pool.request("POST", url, json=body).json()
            if answer["errcode"]:
                raise RuntimeError(f"refused: {answer}")
            sent += 1
        return sent

    began, cpu = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(threads) as crew:
        sent = sum(each.result() for each in [crew.submit(send) for _ in range(threads)])
    return {
        "sent": sent,
        "seconds": time.perf_counter() - began,
        "cpu_s": time.process_time() - cpu,
    }


if __name__ == "__main__":
    json.dump(run(**json.load(sys.stdin)), sys.stdout)
