"""`bench access`: what the second wall costs: the service as it is, beside one whose role stands above row security.

client ──► serve as wangge_service ────────┐
       ──► serve as wangge_bench_unwalled ─┴─► one durable database
"""

from __future__ import annotations

import asyncio
import itertools
import random
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from typing import NamedTuple

import orjson
import psycopg
from psycopg import sql

from api.bench.filing_clients import TEXT
from api.bench.filing_scratch import Scratch, scratch_district
from api.bench.outcome import Outcome, Rate
from api.bench.service import READY_S, STOP_S, BenchFailed
from api.bench.tokens import bearer, token
from api.database import SERVICE_ROLE
from api.settings import CHECKOUT, environment_without
from layers.actors import Role

UNWALLED = "wangge_bench_unwalled"
LIST = "/api/v1/reports?limit=50"
#: About 40 m around the middle of a cell.
AROUND_DEG = 0.0004
WALLED_ROW, UNWALLED_ROW = "as it is", "without row security"


class Sizes(NamedTuple):
    """How many pairs are measured, and how much is asked in each half of one."""

    pairs: int
    filings: int
    lists: int


FULL, QUICK = Sizes(15, 150, 60), Sizes(1, 5, 3)
#: Seconds of both halves of a pair: with the wall, without it.
Pair = tuple[float, float]
Work = Callable[[HTTPConnection], None]


def bench_access(var: Path, *, quick: bool) -> Outcome:
    """Run it on a scratch database in a cluster under `var`; raises `BenchFailed` where anything goes wrong."""
    sizes = QUICK if quick else FULL
    with scratch_district(var) as scratch, _unwalled(scratch), ExitStack() as services:
        ports = [services.enter_context(_serving(scratch.url, role, var)) for role in (SERVICE_ROLE, UNWALLED)]
        officer = asyncio.run(token(scratch.url, Role.STREET_OFFICER))
        _grant_street(scratch.url)
        works: dict[str, tuple[Work, int]] = {
            "filing": (_filing(scratch), sizes.filings),
            "list, street officer": (_listing(officer), sizes.lists),
            "list, dispatcher": (_listing(scratch.dispatcher), sizes.lists),
        }
        told = {name: list(_pairs(ports, work, times, sizes.pairs)) for name, (work, times) in works.items()}
        return _outcome(told, {name: times for name, (_, times) in works.items()}, _differing(ports, officer, scratch))


def _outcome(told: dict[str, list[Pair]], times: dict[str, int], differing: int) -> Outcome:
    rows: list[Rate] = []
    for name, pairs in told.items():
        walled, unwalled = f"{name}, {WALLED_ROW}", f"{name}, {UNWALLED_ROW}"
        rows.append(
            Rate(walled, times[name] / median(a for a, _ in pairs), "answers/s", 1 / (1 + _cost(pairs)), unwalled)
        )
        rows.append(Rate(unwalled, times[name] / median(b for _, b in pairs), "answers/s", 1.0, unwalled))
    costs = {name: _cost(pairs) for name, pairs in told.items()}
    lists = max(cost for name, cost in costs.items() if name.startswith("list"))
    return Outcome("access", tuple(rows), {"filing_cost": costs["filing"], "list_cost": lists}, differing)


def _cost(pairs: list[Pair]) -> float:
    """By how much longer it takes with the wall: the median over the pairs, whose halves saw the same load."""
    return median(walled / unwalled for walled, unwalled in pairs) - 1


def _pairs(ports: list[int], work: Work, times: int, pairs: int) -> Iterator[Pair]:
    """Both in turn, each first as often as the other; one pair before counts for nothing."""
    for number in range(pairs + 1):
        taken = {port: _seconds(port, work, times) for port in (ports if number % 2 else ports[::-1])}
        if number:
            yield taken[ports[0]], taken[ports[1]]


def _seconds(port: int, work: Work, times: int) -> float:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    work(connection)
    began = time.perf_counter()
    for _ in range(times):
        work(connection)
    taken = time.perf_counter() - began
    connection.close()
    return taken


def _filing(scratch: Scratch) -> Work:
    """Reports near the middles of cells, the same places in every run."""
    chance, numbers = random.Random(7), itertools.count()  # noqa: S311 - the same places in every run # nosec B311

    def file(connection: HTTPConnection) -> None:
        cell = chance.choice(scratch.cells)
        lon, lat = (value + chance.uniform(-AROUND_DEG, AROUND_DEG) for value in (cell.lon, cell.lat))
        subject = {"type": "position", "lon": lon, "lat": lat, "datum": "wgs84", "accuracy_m": 12.0}
        body = {"kind": "M01", "text": TEXT, "source": "bench", "client_key": f"access-{next(numbers)}"}
        headers = {"Content-Type": "application/json", **bearer(scratch.machine)}
        connection.request("POST", "/api/v1/reports", orjson.dumps(body | {"subject": subject}), headers)
        _read(connection, 201)

    return file


def _listing(secret: str) -> Work:
    def ask(connection: HTTPConnection) -> None:
        connection.request("GET", LIST, headers=bearer(secret))
        _read(connection, 200)

    return ask


def _read(connection: HTTPConnection, right: int) -> bytes:
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != right:
        raise BenchFailed(f"The service answered {answer.status}: {body[:200]!r}", field="status")
    return body


def _differing(ports: list[int], officer: str, scratch: Scratch) -> int:
    """How many lists differ between the two: the first wall alone must show what both show."""
    found = 0
    for secret in (officer, scratch.dispatcher):
        bodies = []
        for port in ports:
            connection = HTTPConnection("127.0.0.1", port, timeout=30)
            connection.request("GET", LIST, headers=bearer(secret))
            bodies.append(_read(connection, 200))
        found += bodies[0] != bodies[1]
    return found


@contextmanager
def _unwalled(scratch: Scratch) -> Iterator[None]:
    """A role with the service's rights that no policy judges, for as long as the bench lasts."""
    role = sql.Identifier(UNWALLED)
    make = sql.SQL("create role {} nologin bypassrls in role {}").format(role, sql.Identifier(SERVICE_ROLE))
    with psycopg.connect(scratch.url, autocommit=True) as connection:
        connection.execute(sql.SQL("drop role if exists {}").format(role))
        connection.execute(make)
    try:
        yield
    finally:
        with psycopg.connect(scratch.url, autocommit=True) as connection:
            connection.execute(sql.SQL("drop role {}").format(role))


def _grant_street(url: str) -> None:
    """The street with the most reports, to every street officer."""
    with psycopg.connect(url) as connection:
        connection.execute(GRANT_STREET)


GRANT_STREET = """
insert into territories (account_id, area_id, valid_from, granted_by)
select a.id, s.area, '2020-01-01', 'bench' from accounts a, (
    select split_part(area_path, '.', 2)::bigint as area from reports where area_path is not null
    group by 1 order by count(*) desc limit 1
) s where a.role = 'street_officer'
"""


@contextmanager
def _serving(url: str, role: str, var: Path) -> Iterator[int]:
    """The service as a role; its port, once it is ready."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-P", "-m", "api.bench.access_service", url, role, str(port)]
    with (var / f"bench-{role}.log").open("w") as log:
        environment = environment_without("WANGGE_", PYTHONPATH=str(CHECKOUT))
        service = subprocess.Popen(command, env=environment, stdout=log, stderr=log)  # noqa: S603 - this program # nosec B603
    try:
        _wait(service, port)
        yield port
    finally:
        service.terminate()
        service.wait(STOP_S)


def _wait(service: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + READY_S
    while not _ready(port):
        if time.monotonic() > deadline or service.poll() is not None:
            raise BenchFailed("The service did not become ready.", remedy="Read the logs in WANGGE_VAR.")
        time.sleep(0.2)


def _ready(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
