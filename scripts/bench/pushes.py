"""`scripts/bench/push`: a menu for 100,000 people: published, spread, sent beside the plainest sender, and
sent by workers that are killed meanwhile."""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psutil  # type: ignore[import-untyped]

from models import Campaign, db
from models.notifications import CampaignState
from scripts._bootstrap import ROOT
from scripts.backing.postgres import PostgresUnavailable
from scripts.backing.redis import RedisUnavailable
from scripts.bench.drill import Drill, drill
from scripts.bench.measure import BenchError
from scripts.bench.outbox import KIND, Outbox, add_space, end, open_outbox, publish, until
from scripts.bench.stack import cpu_s, running
from scripts.supervisor.errors import StartError
from server.clock import utcnow
from server.services.notifications import campaigns
from server.wechat import render

_DELAY_MS = 80
_PLAIN = "plain"
_PLAIN_PEOPLE = 5_000
_WARM_UP_S = 1.0
_SPREAD_WITHIN_S = 300.0


@dataclass(frozen=True)
class Plan:
    """How much of everything."""

    members: int
    rounds: int
    seconds: float
    drill: Drill


_FULL = Plan(100_000, rounds=3, seconds=15.0, drill=Drill(15_000, workers=2, kill_every_s=4.0))
_QUICK = Plan(10_000, rounds=1, seconds=5.0, drill=Drill(3_000, workers=2, kill_every_s=3.0))
_SMOKE = Plan(
    1_200,
    rounds=1,
    seconds=0.3,
    drill=Drill(60, workers=1, kill_every_s=0.1, kills=1, lease_s=2, timeouts_s=(0.5, 1)),
)


@dataclass(frozen=True)
class Pace:
    """What a sender did in a while."""

    rate: float
    cpu_us: float
    postgres_us: float = 0.0

    def __str__(self) -> str:
        return f"{self.rate:>8.0f} {self.cpu_us:>12.0f} {self.postgres_us:>12.0f}"


def main(arguments: Sequence[str]) -> int:
    """Measure and print; return the exit code: 1 when there are no figures to trust, or when a
    message was lost or went out twice."""
    parser = argparse.ArgumentParser(prog="scripts/bench/push", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="within a minute, fewer people")
    parser.add_argument("--smoke", action="store_true", help="only to see that it runs")
    options = parser.parse_args(arguments)
    plan = _SMOKE if options.smoke else _QUICK if options.quick else _FULL
    began = time.monotonic()
    try:
        with running() as stack:
            outbox = open_outbox(stack, lease_s=60, timeouts_s=(3, 8))
            with db.connection_context():
                figures: dict[str, Any] = _one_menu(outbox, plan)
            db.obj.close_all()
            killed = drill(stack, plan.drill)
    except (BenchError, StartError, PostgresUnavailable, RedisUnavailable) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    figures |= {"lost": killed.lost, "twice": killed.twice, "unknown": killed.unknown}
    print(f"{time.monotonic() - began:.0f} s in all")
    print(json.dumps(figures))
    return 0 if killed.is_harmless else 1


def _one_menu(outbox: Outbox, plan: Plan) -> dict[str, float]:
    """Return what publishing to everybody costs, and what sending costs beside the yardstick."""
    space = add_space(outbox, "member", plan.members, every=2)
    outbox.crowd(_PLAIN, _PLAIN_PEOPLE, accepts=200_000)
    outbox.delay(_DELAY_MS)
    worker = _ready(outbox)
    idle_mb = _rss_mb(worker)
    publish_s = publish(space)
    campaign = Campaign.get(Campaign.space == space)
    print(f"published to {plan.members:,} members in {publish_s:.3f} s")
    peak_mb = _wait_until_spread(outbox, worker, campaign.id)
    plain, ours = [], []
    print(f"{'':24}{'sends/s':>8} {'CPU µs/send':>12} {'PG CPU µs':>12}")
    for _ in range(plan.rounds):
        campaigns.pause(campaign.id, now=utcnow())
        plain.append(_plain(outbox, campaign, plan.seconds))
        campaigns.resume(campaign.id, now=utcnow())
        ours.append(_ours(outbox, worker, plan.seconds))
        peak_mb = max(peak_mb, _rss_mb(worker))
        print(f"{'plainest sender':24}{plain[-1]}\n{'worker':24}{ours[-1]}", flush=True)
    print(f"worker's memory: {idle_mb:.0f} MB idle, {peak_mb:.0f} MB at most")
    end(worker)
    ratios = [mine.rate / least.rate for mine, least in zip(ours, plain, strict=True)]
    return {
        "publish_s": round(publish_s, 3),
        "rate_ratio": round(statistics.median(ratios), 2),
        "cpu_us_per_send": round(statistics.median(each.cpu_us for each in ours)),
        "rss_growth_mb": round(peak_mb - idle_mb, 1),
    }


def _ready(outbox: Outbox) -> psutil.Popen:
    """Return a worker that has come to rest."""
    worker = outbox.work()
    log = outbox.state.log / "worker.log"
    until(lambda: "worker started" in log.read_text(encoding="utf-8"), 30, "the worker starts")
    time.sleep(_WARM_UP_S)
    return worker


def _rss_mb(worker: psutil.Popen) -> float:
    return float(psutil.Process(worker.pid).memory_info().rss) / 2**20


def _wait_until_spread(outbox: Outbox, worker: psutil.Popen, campaign_id: int) -> float:
    """Wait until everybody has the menu in the inbox; return the worker's most memory meanwhile."""
    began, sent_before, most = time.monotonic(), outbox.sends(), 0.0

    def is_spread() -> bool:
        nonlocal most
        most = max(most, _rss_mb(worker))
        return bool(Campaign.get_by_id(campaign_id).state != CampaignState.SPREADING)

    until(is_spread, _SPREAD_WITHIN_S, "everybody has it in the inbox")
    took, total = time.monotonic() - began, Campaign.get_by_id(campaign_id).total
    sent = outbox.sends() - sent_before
    print(
        f"in {total:,} inboxes after {took:.1f} s, {sent / took:.0f} sends/s meanwhile", flush=True
    )
    return most


def _plain(outbox: Outbox, campaign: Campaign, seconds: float) -> Pace:
    """Let the plainest sender have its turn with the very same message."""
    it = outbox.it
    template = it.config.wechat.templates[KIND]
    data = render(KIND, campaign.fields, None)
    message: dict[str, Any] = {"template_id": template, "page": campaign.page, "lang": "zh_CN"}
    message["data"] = {key: {"value": value} for key, value in data.items()}
    secret = it.config.secrets
    order = {
        "base": outbox.sandbox,
        "account": {"appid": secret.wechat_appid, "secret": secret.wechat_secret},
        "message": message,
        "prefix": _PLAIN,
        "people": _PLAIN_PEOPLE,
        "threads": it.config.jobs.send_threads,
        "seconds": seconds,
    }
    done = subprocess.run(
        [sys.executable, "-m", "scripts.bench.plain"],
        cwd=ROOT,
        input=json.dumps(order),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    told = json.loads(done.stdout)
    return Pace(told["sent"] / told["seconds"], told["cpu_s"] / told["sent"] * 1e6)


def _ours(outbox: Outbox, worker: psutil.Popen, seconds: float) -> Pace:
    """Watch the worker in the middle of its work."""
    time.sleep(_WARM_UP_S)
    began, sent = time.perf_counter(), outbox.sends()
    cpu, postgres = cpu_s(worker.pid), outbox.stack.postgres_cpu_s()
    time.sleep(seconds)
    cpu, postgres = cpu_s(worker.pid) - cpu, outbox.stack.postgres_cpu_s() - postgres
    sent = outbox.sends() - sent
    if not sent:
        raise BenchError("the worker sends nothing")
    return Pace(sent / (time.perf_counter() - began), cpu / sent * 1e6, postgres / sent * 1e6)
