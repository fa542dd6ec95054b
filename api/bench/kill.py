"""`bench kill`: service, worker and PostgreSQL killed at random under load; what was acknowledged is there, once.

    writers ──HTTP──► serve ──► PostgreSQL ◄── worker          each killed with SIGKILL, in turn of a seeded dice,
    listeners ◄─events─┘                                       and started again

Afterwards: every report and every step that was acknowledged is there exactly once, every journal holds, every entry
is in the stream once, and every listener was told every event once.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import psycopg

from api.bench.filing_scratch import Scratch, scratch_district
from api.bench.kill_clients import Kept, listen, write
from api.bench.outcome import Outcome, Rate
from api.bench.service import BenchFailed, free_port, ready
from api.settings import CHECKOUT, environment_without
from layers.reports.verifying import verify

SEED = 20_261_123
SETTLED_S = 60.0
REST_S = (0.4, 1.6)
READY_S = 60.0
LOST = """
select count(*) from unnest(%s::text[]) as kept (key)
where (select count(*) from reports r where r.client_key = kept.key) <> 1
"""
STEPS_LOST = """
select count(*) from unnest(%s::text[]) as kept (key)
where (select count(*) from step_keys s where s.client_key = kept.key) <> 1
"""
UNTOLD = """
select count(*) from journal_entries j
where (select count(*) from journal_stream s where s.report_id = j.report_id and s.position = j.position) <> 1
"""
LAST_PLACE = "select coalesce(max(place), 0) from journal_stream"
PLACES = "select count(*) from journal_stream where place > %s"


class Size(NamedTuple):
    """How often something is killed, and how many write and listen meanwhile."""

    kills: int
    writers: int
    listeners: int


FULL, QUICK = Size(72, 8, 4), Size(6, 4, 2)


@dataclass
class Process:
    """A process of ours that is killed and started again."""

    command: list[str]
    environment: dict[str, str]
    log: Path
    ready: Callable[[], bool] = lambda: True
    running: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self) -> None:
        """Start it and wait until it is ready; raises `BenchFailed`."""
        with self.log.open("a") as log:
            self.running = subprocess.Popen(  # noqa: S603 - this program # nosec B603
                self.command, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        until = time.monotonic() + READY_S
        while not self.ready():
            if time.monotonic() > until or self.running.poll() is not None:
                raise BenchFailed("A process did not come back.", remedy=f"Read {self.log.name} in WANGGE_VAR.")
            time.sleep(0.1)

    def kill(self) -> None:
        """End it and its children at once, as a power cut would."""
        if self.running is not None:
            os.killpg(self.running.pid, signal.SIGKILL)
            self.running.wait()


@dataclass(frozen=True)
class Site:
    """Where it happens: what runs, and the last place of the stream before it began."""

    scratch: Scratch
    service: Process
    worker: Process
    port: int
    first_place: int


def bench_kill(var: Path, *, quick: bool) -> Outcome:
    """Run it on a scratch database in a cluster under `var`; raises `BenchFailed` where something stays down."""
    with scratch_district(var, reports=1) as scratch:
        return kill(scratch, var, QUICK if quick else FULL)


def kill(scratch: Scratch, var: Path, size: Size) -> Outcome:
    """Write to a district and listen to it while its service, worker and database are killed, and count what is there.

    Raises:
        BenchFailed: something stays down.
    """
    kept, began = Kept(), time.monotonic()
    with _running(scratch, var) as site:
        asyncio.run(_under_load(site, size, kept))
        first_place = site.first_place
    return _outcome(scratch, size, kept, first_place, time.monotonic() - began)


@contextmanager
def _running(scratch: Scratch, var: Path) -> Iterator[Site]:
    port = free_port()
    given = {"DATABASE_URL": scratch.url, "WANGGE_VAR": str(var), "WANGGE_PORT": str(port)}
    environment = environment_without("WANGGE_", **given, WANGGE_LOG_LEVEL="warning", PYTHONPATH=str(CHECKOUT))
    program = [sys.executable, "-P", "-m", "api.cli"]
    serve = [*program, "serve", "--workers", "1", "--no-worker"]
    service = Process(serve, environment, var / "bench-kill-service.log", lambda: ready(port))
    worker = Process([*program, "worker"], environment, var / "bench-kill-worker.log")
    try:
        service.start()
        worker.start()
        yield Site(scratch, service, worker, port, _one(scratch.url, LAST_PLACE))
    finally:
        service.kill()
        worker.kill()


async def _under_load(site: Site, size: Size, kept: Kept) -> None:
    scratch, stop = site.scratch, asyncio.Event()
    writers = [asyncio.create_task(write(scratch, site.port, n, kept, stop)) for n in range(size.writers)]
    ears = [asyncio.create_task(listen(scratch, site.port, site.first_place, kept)) for _ in range(size.listeners)]
    dice = random.Random(SEED)  # noqa: S311 - the same blows in every run # nosec B311
    try:
        for _ in range(size.kills):
            await asyncio.sleep(dice.uniform(*REST_S))
            await asyncio.to_thread(_blow, dice.choice(("service", "worker", "postgres")), site)
        await asyncio.sleep(REST_S[1])
        stop.set()
        await asyncio.gather(*writers)
        await _settled(site, kept, size.listeners)
    finally:
        for task in (*writers, *ears):
            task.cancel()
        await asyncio.gather(*writers, *ears, return_exceptions=True)


def _blow(victim: str, site: Site) -> None:
    if victim == "postgres":
        site.scratch.cluster.kill()
        site.scratch.cluster.start()
        return
    struck = site.service if victim == "service" else site.worker
    struck.kill()
    struck.start()


async def _settled(site: Site, kept: Kept, listeners: int) -> None:
    """Until every listener has heard of every place in the stream, or it has taken too long."""
    until = time.monotonic() + SETTLED_S
    while time.monotonic() < until:
        untold, places = _one(site.scratch.url, UNTOLD), _one(site.scratch.url, PLACES, site.first_place)
        if not untold and len(kept.heard) == listeners and all(len(ear) == places for ear in kept.heard.values()):
            return
        await asyncio.sleep(0.2)


def _outcome(scratch: Scratch, size: Size, kept: Kept, first_place: int, spent_s: float) -> Outcome:
    reports = list(kept.filed)
    faults = len(asyncio.run(_verified(scratch.url)))
    places = _one(scratch.url, PLACES, first_place)
    judged = {
        "kills": float(size.kills),
        "lost_reports": float(_one(scratch.url, LOST, reports)),
        "lost_steps": float(_one(scratch.url, STEPS_LOST, list(kept.stepped))),
        "broken_journals": float(faults),
        "entries_not_once_in_the_stream": float(_one(scratch.url, UNTOLD)),
        "events_unheard": float(sum(places - len(ear) for ear in kept.heard.values())),
        "events_heard_twice": float(kept.twice),
    }
    rows = (
        Rate("reports acknowledged", len(reports) / spent_s, "reports/s"),
        Rate("steps acknowledged", len(kept.stepped) / spent_s, "steps/s"),
        Rate("events heard", sum(map(len, kept.heard.values())) / spent_s, "events/s"),
        Rate("requests cut off and sent again", kept.again / spent_s, "requests/s"),
    )
    wrong = sum(int(value) for name, value in judged.items() if name != "kills")
    return Outcome("kill", rows, judged, wrong)


async def _verified(url: str) -> tuple[Any, ...]:
    async with await psycopg.AsyncConnection.connect(url) as connection:
        # What the scratch district was filled with has rows alone.
        return tuple(one for one in (await verify(connection)).faults if not one.what.startswith("the report says"))


def _one(url: str, statement: str, *values: object) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute(statement, values).fetchone()
    assert row is not None
    return int(row[0])
