"""`bench file`: the whole service over HTTP beside pgbench writing the same rows, in turn on one durable database.

16 clients ──HTTP──► serve ──► database ◄── pgbench, 16 clients
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import NamedTuple

import orjson
import psycopg

from api.bench.filing_clients import TEXT, Order, Tally
from api.bench.filing_scratch import Scratch, scratch_district
from api.bench.outcome import Outcome, Rate
from api.bench.service import BenchFailed, serving
from api.cluster_programs import postgis_programs
from api.settings import CHECKOUT, environment_without
from geo.crs import STORAGE_SRID

CLIENTS = 16
PATIENCE_S = 30.0
#: About 40 m around the middle of a cell, and about 5 m in the crowded one.
AROUND_DEG = 0.0004
CROWDED_DEG = 0.00005
BOUND = Path(__file__).parent / "sql" / "bound.sql"
LOADS = "select coalesce(l.open, 0) from people p left join person_loads l on l.person_id = p.id where p.id = any(%s)"

GIVEN = "select count(*) from reports where source = 'bench' and client_key like 'hot%%' and assignee_id = any(%s)"


class Times(NamedTuple):
    """How long the parts of a run last, and how often they take turns."""

    seconds: float
    rounds: int


FULL, QUICK = Times(6.0, 3), Times(0.7, 1)


def bench_file(var: Path, *, quick: bool) -> Outcome:
    """Run it on a scratch database in a cluster under `var`; raises `BenchFailed` where anything goes wrong."""
    times = QUICK if quick else FULL
    with (
        scratch_district(var) as scratch,
        serving(scratch.url, var) as port,
    ):
        _file(scratch, port, "warm", times.seconds / 2, crowded=False)
        _bound(scratch, 0, times.seconds / 2)
        rounds = [_round(scratch, port, number, times) for number in range(1, times.rounds + 1)]
        left_out = sum(_filed(one.hot) for one in rounds) - _given(scratch)
        return _outcome(rounds, _loads(scratch), left_out=left_out)


class _Round(NamedTuple):
    bound: float
    spread: Tally
    hot: Tally


def _round(scratch: Scratch, port: int, number: int, times: Times) -> _Round:
    bound = _bound(scratch, number, times.seconds)
    spread = _file(scratch, port, f"spread{number}", times.seconds, crowded=False)
    return _Round(bound, spread, _file(scratch, port, f"hot{number}", times.seconds, crowded=True))


def _outcome(rounds: list[_Round], loads: list[int], *, left_out: int) -> Outcome:
    bound = median(one.bound for one in rounds)
    spread, hot = (median(_rate(tally) for tally in tallies) for tallies in _by_kind(rounds))
    latencies = sorted(latency for one in rounds for latency in one.spread.latencies_ms)
    refused = sum(_refused(one.spread) + _refused(one.hot) for one in rounds)
    judged = {
        "share_of_bound": median(_rate(one.spread) / one.bound for one in rounds),
        "hot_to_spread": median(_rate(one.hot) / _rate(one.spread) for one in rounds),
        "p50_ms": latencies[len(latencies) // 2],
        "p99_ms": latencies[len(latencies) * 99 // 100],
        "load_spread": (max(loads) - min(loads)) / max(1.0, sum(loads) / len(loads)),
        "left_out": float(left_out),
    }
    rows = (
        Rate("pgbench, the same rows", bound, "transactions/s", 1.0, "pgbench, the same rows"),
        Rate("service, spread over all cells", spread, "reports/s", spread / bound, "pgbench, the same rows"),
        Rate("service, all in one cell", hot, "reports/s", hot / spread, "service, spread over all cells"),
    )
    return Outcome("file", rows, judged, refused + abs(left_out))


def _by_kind(rounds: list[_Round]) -> Iterator[list[Tally]]:
    yield [one.spread for one in rounds]
    yield [one.hot for one in rounds]


def _filed(tally: Tally) -> int:
    return tally.statuses.get("201", 0)


def _refused(tally: Tally) -> int:
    return sum(tally.statuses.values()) - _filed(tally)


def _rate(tally: Tally) -> float:
    return _filed(tally) / tally.seconds


def _loads(scratch: Scratch) -> list[int]:
    with psycopg.connect(scratch.url) as connection:
        return [load for (load,) in connection.execute(LOADS, [list(scratch.crowd)]).fetchall()]


def _given(scratch: Scratch) -> int:
    """How many of the reports in the crowded cell its people got."""
    with psycopg.connect(scratch.url) as connection:
        row = connection.execute(GIVEN, [list(scratch.crowd)]).fetchone()
    assert row is not None
    return int(row[0])


def _file(scratch: Scratch, port: int, run: str, seconds: float, *, crowded: bool) -> Tally:
    _settle(scratch)
    around, spread_deg = ([scratch.crowded], CROWDED_DEG) if crowded else (list(scratch.cells), AROUND_DEG)
    places = [(one.lon, one.lat) for one in around]
    order = Order(port, CLIENTS, seconds, run, places, spread_deg, scratch.machine)
    done = subprocess.run(  # this program; no shell # nosec B603
        [sys.executable, "-P", "-m", "api.bench.filing_clients"],
        input=orjson.dumps(asdict(order)),
        capture_output=True,
        check=False,
        timeout=seconds + PATIENCE_S,
        env=environment_without("PYTHONPATH", PYTHONPATH=str(CHECKOUT)),
    )
    if done.returncode:
        raise BenchFailed(f"The clients failed: {done.stderr.decode()[-500:]}", field="clients")
    return Tally(**orjson.loads(done.stdout))


def _bound(scratch: Scratch, run: int, seconds: float) -> float:
    """Transactions in a second by pgbench."""
    _settle(scratch)
    program = postgis_programs(scratch.cluster.folder) / "pgbench"
    given = {
        **scratch.ground,
        "run": run,
        "n": 0,
        "srid": STORAGE_SRID,
        "text": TEXT,
        "salt": r"\x" + "ab" * 16,
        "digest": r"\x" + "ab" * 32,
        **_stored_bodies(scratch),
    }
    variables = [f"--define={name}={value}" for name, value in given.items()]
    # pgbench counts whole seconds.
    limits = ["--client", str(CLIENTS), "--jobs", "2", "--time", str(max(1, round(seconds)))]
    done = subprocess.run(  # noqa: S603 - found beside the cluster's programs; no shell # nosec B603
        [str(program), "--no-vacuum", "--protocol=prepared", *limits, "--file", str(BOUND), *variables, scratch.url],
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds + PATIENCE_S,
    )
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    if done.returncode or found is None or "number of failed transactions: 0 " not in done.stdout:
        raise BenchFailed(f"pgbench failed: {(done.stderr or done.stdout)[-500:]}", field="pgbench")
    return float(found[1])


def _stored_bodies(scratch: Scratch) -> dict[str, str]:
    """The longer values of a report that the service itself has stored, so that the bound writes as many bytes."""
    with psycopg.connect(scratch.url) as connection:
        row = connection.execute(STORED).fetchone()
    if row is None:
        raise BenchFailed("The service stored nothing.", field="service")
    return dict(zip(("candidates", "considered", "filed", "assigned"), row, strict=True))


STORED = r"""
select r.candidates::text, a.considered::text, '\x' || encode(f.body, 'hex'), '\x' || encode(g.body, 'hex')
from reports r
join assignments a on a.report_id = r.id
join journal_entries f on f.report_id = r.id and f.position = 1
join journal_entries g on g.report_id = r.id and g.position = 2
where r.source = 'bench' and r.located limit 1
"""


def _settle(scratch: Scratch) -> None:
    """Let no method pay for what the one before it left to be written."""
    with psycopg.connect(scratch.url, autocommit=True) as connection:
        connection.execute("checkpoint")
