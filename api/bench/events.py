"""`bench events`: two hundred listeners while reports are filed: how long until each of them knows.

one filer ──HTTP──► serve ──► database ──pump, notify──► serve ──► 200 listeners
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

import orjson

from api.bench.events_clients import Order, Tally
from api.bench.filing_clients import Order as Filing
from api.bench.filing_scratch import Scratch, scratch_district
from api.bench.outcome import Outcome, Rate
from api.bench.service import BenchFailed, serving
from api.bench.tokens import token
from api.settings import CHECKOUT, environment_without
from layers.actors import Role

LISTENERS = 200
#: Each account may have ten streams in a process.
LISTENERS_OF_AN_ACCOUNT = 10
#: Each is two changes: that it was filed, and to whom it was given.
REPORTS_PER_S = 25.0
AROUND_DEG = 0.0004
PATIENCE_S = 60.0


class Size(NamedTuple):
    """How many listen, and how long."""

    listeners: int
    seconds: float


FULL, QUICK = Size(LISTENERS, 20.0), Size(20, 2.0)


def bench_events(var: Path, *, quick: bool) -> Outcome:
    """Run it on a scratch database in a cluster under `var`; raises `BenchFailed` where anything goes wrong."""
    size = QUICK if quick else FULL
    with scratch_district(var) as scratch:
        secrets = asyncio.run(_secrets(scratch, -(-size.listeners // LISTENERS_OF_AN_ACCOUNT)))
        with serving(scratch.url, var) as port:
            _drive(scratch, port, secrets, Size(size.listeners, 1.0), run="warm")
            return _outcome(_drive(scratch, port, secrets, size, run="told"), size)


async def _secrets(scratch: Scratch, count: int) -> list[str]:
    return [await token(scratch.url, Role.DISPATCHER) for _ in range(count)]


def _drive(scratch: Scratch, port: int, secrets: list[str], size: Size, *, run: str) -> Tally:
    around = [(cell.lon, cell.lat) for cell in scratch.cells]
    filing = Filing(port, 1, size.seconds, run, around, AROUND_DEG, scratch.machine)
    order = Order(port, size.listeners, secrets, REPORTS_PER_S, size.seconds, asdict(filing))
    done = subprocess.run(  # this program; no shell # nosec B603
        [sys.executable, "-P", "-m", "api.bench.events_clients"],
        input=orjson.dumps(asdict(order)),
        stdout=subprocess.PIPE,
        env=environment_without("WANGGE_", PYTHONPATH=str(CHECKOUT)),
        timeout=size.seconds + PATIENCE_S,
        check=False,
    )
    if done.returncode:
        raise BenchFailed("The listeners came to no end.", remedy="Read bench-service.log in WANGGE_VAR.")
    return Tally(**orjson.loads(done.stdout))


def _outcome(tally: Tally, size: Size) -> Outcome:
    times = sorted(tally.latencies_s)
    if not times:
        raise BenchFailed("No listener heard anything.", remedy="Read bench-service.log in WANGGE_VAR.")
    p50, p95, p99 = (times[min(len(times) - 1, len(times) * part // 100)] for part in (50, 95, 99))
    rows = (
        Rate("changes filed", 2 * tally.filed / size.seconds, "changes/s"),
        Rate("events told", tally.told / tally.seconds, "events/s"),
        Rate("from the answer to a listener, median", p50 * 1000, "ms"),
        Rate("from the answer to a listener, slowest", times[-1] * 1000, "ms"),
    )
    judged = {"events_p95_s": p95, "events_p99_s": p99, "listeners": float(size.listeners)}
    return Outcome("events", rows, judged, tally.missing + tally.refused)
