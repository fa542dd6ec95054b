"""`bench redraw`: plans drawn through HTTP on the demo district, their sheet, and the moment they come in force.

planner ──HTTP──► serve (with its worker) ──► PostgreSQL with many reports ◄── someone who files meanwhile
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from typing import Any, NamedTuple

import httpx
import psycopg
import shapely

from api.bench.filing_scratch import Scratch, scratch_district
from api.bench.outcome import Outcome, Rate
from api.bench.relocating import relocation
from api.bench.service import BenchFailed, serving
from api.bench.tokens import bearer, token
from layers.actors import Role

SPREAD = (Path(__file__).parent / "sql" / "spread_reports.sql").read_text(encoding="utf-8")
PLACES = 40
IN_FORCE_WITHIN_S = 60.0
OPERATION = "an operation, checked and stored"
FULL_RELOCATION, RELOCATION = "every open report located again", "those in changed cells only"


class Sizes(NamedTuple):
    """How many reports there are, operations are timed, cells a sheet is of, and communities are balanced."""

    reports: int
    operations: int
    cells: int
    communities: int


FULL, QUICK = Sizes(1_000_000, 200, 50, 60), Sizes(5_000, 6, 4, 2)


def bench_redraw(var: Path, *, quick: bool) -> Outcome:
    """Run it on a scratch database in a cluster under `var`; raises `BenchFailed` where anything goes wrong."""
    sizes = QUICK if quick else FULL
    with scratch_district(var, reports=sizes.reports, registers=True) as scratch:
        _spread(scratch)
        with serving(scratch.url, var, processes=1) as port, _office(port, scratch) as office:
            took_s = _operations(office, sizes.operations)
            sheet_s = _sheet(office, sizes.cells)
            balanced = [_balanced(office, one) for one in office.communities[: sizes.communities]]
            blocked_s = _in_force(office)
        full_s, part_s, differences = relocation(scratch.url)
    seconds, deviations = zip(*balanced, strict=True)
    judged = {
        "operation_p50_ms": median(took_s) * 1000,
        "operation_p95_ms": quantiles(took_s, n=20)[-1] * 1000,
        "sheet_s": sheet_s,
        "in_force_blocking_s": blocked_s,
        "relocation_to_full": full_s / part_s,
        "balance_s": median(seconds),
        "largest_deviation": median(deviations),
    }
    rows = (
        Rate(OPERATION, 1 / median(took_s), "1/s"),
        Rate("the sheet of a plan", 1 / sheet_s, "1/s"),
        Rate("a community balanced", 1 / median(seconds), "1/s"),
        Rate(RELOCATION, 1 / part_s, "1/s", full_s / part_s, FULL_RELOCATION),
        Rate(FULL_RELOCATION, 1 / full_s, "1/s"),
    )
    return Outcome("redraw", rows, judged, differences)


class Office(NamedTuple):
    """Who draws and who decides, and the communities by code."""

    planner: httpx.Client
    supervisor: httpx.Client
    filer: httpx.Client
    communities: tuple[str, ...]
    scratch: Scratch

    def told(self, method: str, path: str, *, client: httpx.Client | None = None, **body: Any) -> Any:
        """The answer, which must be a good one."""
        answer = (client or self.planner).request(method, f"/api/v1{path}", json=body or None)
        if answer.status_code >= 300:
            raise BenchFailed(f"{path} answered {answer.status_code}: {answer.text[:200]}.", field="plan")
        return answer.json()

    def opened(self) -> int:
        """A plan for the whole district."""
        return int(self.told("POST", "/plans", name="bench")["plan"])


@contextmanager
def _office(port: int, scratch: Scratch) -> Iterator[Office]:
    planner, supervisor = (asyncio.run(token(scratch.url, role)) for role in (Role.PLANNER, Role.SUPERVISOR))

    def client(secret: str) -> httpx.Client:
        return httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=bearer(secret), trust_env=False, timeout=120)

    with psycopg.connect(scratch.url) as connection:
        found = connection.execute(
            "select a.code from areas a join edition_areas e on e.area_id = a.id where e.depth = 2 order by md5(a.code)"
        ).fetchall()
    codes = tuple(code for (code,) in found)
    with client(planner) as drawing, client(supervisor) as deciding, client(scratch.machine) as filing:
        yield Office(drawing, deciding, filing, codes, scratch)


def _spread(scratch: Scratch) -> None:
    with psycopg.connect(scratch.url, autocommit=True) as connection:
        depth = connection.execute("select max(depth) from levels").fetchone()
        connection.execute(SPREAD, {"places": PLACES, "depth": depth[0] if depth else 0})
        connection.execute("vacuum analyze")


def _cells(office: Office, plan: int, community: str) -> list[dict[str, Any]]:
    told = office.told("GET", f"/plans/{plan}/cells?area={community}")["features"]
    return [one for one in told if one["properties"]["inside"]]


def _cut(feature: dict[str, Any]) -> dict[str, Any]:
    """The cell cut in two from south to north, a little off its middle."""
    west, south, east, north = shapely.geometry.shape(feature["geometry"]).bounds
    at = round(west + 0.45 * (east - west), 7)
    line = [[at, round(south - 1e-4, 7)], [at, round(north + 1e-4, 7)]]
    return {"operation": "split", "code": feature["properties"]["code"], "line": line}


def _operations(office: Office, wanted: int) -> list[float]:
    """How long each took: cells are cut in two, and made one again."""
    plan, version, took_s = office.opened(), 1, list[float]()
    office.told("GET", f"/plans/{plan}/cells?area={office.communities[0]}")
    for community in office.communities:
        for feature in _cells(office, plan, community)[:2]:
            if len(took_s) >= wanted:
                return took_s
            cut = _cut(feature)
            drawn, seconds = _timed(office, plan, version, cut)
            if drawn is None:
                continue
            took_s.append(seconds)
            drawn, seconds = _timed(office, plan, drawn["plan"]["version"], _joined(drawn, cut))
            took_s.append(seconds)
            version = drawn["plan"]["version"]
    return took_s


def _joined(drawn: Any, cut: dict[str, Any]) -> dict[str, Any]:
    """The parts made one again."""
    told = [one["properties"] for one in drawn["cells"]["features"]]
    return {"operation": "merge", "codes": [cut["code"], *(one["code"] for one in told if one["change"] == "created")]}


def _timed(office: Office, plan: int, version: int, operation: dict[str, Any]) -> tuple[Any, float]:
    """What came of an operation, None where it was refused, and the seconds it took."""
    began = time.perf_counter()
    body = {"version": version, "operations": [operation]}
    answer = office.planner.post(f"/api/v1/plans/{plan}/operations", json=body)
    seconds = time.perf_counter() - began
    if answer.status_code not in {200, 422}:
        raise BenchFailed(f"An operation answered {answer.status_code}: {answer.text[:200]}.", field="plan")
    return (answer.json() if answer.status_code == 200 else None), seconds


def _drawn(office: Office, cells: int) -> tuple[int, int]:
    """A plan that cuts so many cells, and its version."""
    plan, version = office.opened(), 1
    for community in office.communities:
        if cells <= 0:
            break
        drawn, _ = _timed(office, plan, version, _cut(_cells(office, plan, community)[0]))
        if drawn is not None:
            cells, version = cells - 1, drawn["plan"]["version"]
    return plan, version


def _sheet(office: Office, cells: int) -> float:
    plan, _ = _drawn(office, cells)
    took_s = []
    for _ in range(3):
        began = time.perf_counter()
        office.told("GET", f"/plans/{plan}/consequences")
        took_s.append(time.perf_counter() - began)
    return median(took_s)


def _balanced(office: Office, community: str) -> tuple[float, float]:
    """The seconds until there are options, and the largest deviation of the most even one."""
    plan = office.opened()
    began = time.perf_counter()
    options = office.told("POST", f"/plans/{plan}/options", area=community, by="households")["options"]
    return time.perf_counter() - began, min(one["largest_deviation"] for one in options)


def _in_force(office: Office) -> float:
    """The longest that anyone who files had to wait while a plan came in force."""
    plan, version = _drawn(office, 3)
    for step, client in (("check", None), ("submit", None), ("approve", office.supervisor)):
        told = office.told("POST", f"/plans/{plan}/steps", client=client, version=version, step=step)
        version = told["version"]
    waited_s, over = list[float](), threading.Event()
    filing = threading.Thread(target=_file, args=(office, waited_s, over))
    filing.start()
    try:
        _until_in_force(office, plan)
        time.sleep(3)
    finally:
        over.set()
        filing.join()
    return max(waited_s)


def _until_in_force(office: Office, plan: int) -> None:
    deadline = time.monotonic() + IN_FORCE_WITHIN_S
    while office.told("GET", f"/plans/{plan}")["state"] != "in_force":
        if time.monotonic() > deadline:
            raise BenchFailed("The plan does not come in force.", field="plan", value=plan)
        time.sleep(0.2)


def _file(office: Office, waited_s: list[float], over: threading.Event) -> None:
    cells = office.scratch.cells
    for nth in range(1_000_000):
        if over.is_set():
            return
        cell = cells[nth % len(cells)]
        subject = {"type": "position", "lon": cell.lon, "lat": cell.lat, "datum": "wgs84", "accuracy_m": 12.0}
        body = {"kind": "M01", "text": "bench", "source": "bench", "client_key": f"redraw-{nth}", "subject": subject}
        began = time.perf_counter()
        if office.filer.post("/api/v1/reports", json=body).status_code != 201:
            raise BenchFailed("A report was not filed.", field="reports")
        waited_s.append(time.perf_counter() - began)
        time.sleep(0.01)
