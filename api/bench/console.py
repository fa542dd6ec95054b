"""`bench console`: the dispatcher's console in a real Chromium, on a district with 100,000 reports of which 5,000 open.

    Chromium ──HTTP, SSE──► serve ──► PostgreSQL ◄── reports filed meanwhile

Chromium is driven by Playwright, which only a development installation has.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

import httpx
import orjson

from api.bench.console_clients import Order
from api.bench.drawing import naive_bytes
from api.bench.events import LISTENERS_OF_AN_ACCOUNT
from api.bench.filing_scratch import Scratch, scratch_district
from api.bench.outcome import Outcome, Rate
from api.bench.service import BenchFailed, serving
from api.bench.tokens import bearer, token
from api.settings import CHECKOUT, environment_without
from layers.actors import Role

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession, Page

CHROMIUM = Path("/usr/bin/chromium")
SIZE = {"width": 1920, "height": 1080}
READY = "body[data-ready][data-listed][data-live=live]"
GRIDS = "/console?level=grid"
METRICS = ("overdue", "open_per_worker", "unassigned", "open")
#: The moment everything could be used, on the page's own clock, and when anything was first painted.
TIMES = """() => [performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0, performance.now()]"""
#: From the choice of another figure until the frame in which it is painted has ended.
RECOLOUR = """metric => new Promise(done => {
    const select = document.getElementById('metric');
    const began = performance.now();
    select.value = metric;
    select.dispatchEvent(new Event('change'));
    requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - began)));
})"""
WATCH = """() => {
    window.longest = 0;
    const see = list => list.getEntries().forEach(one => { window.longest = Math.max(window.longest, one.duration); });
    new PerformanceObserver(see).observe({ type: 'longtask' });
}"""


#: When a change is on the screen: the number of everything open is another one.
SEEN = """() => {
    window.seen = [];
    const place = document.querySelector('[data-queue=all]').closest('ul');
    let last = '';
    new MutationObserver(() => {
        const now = place.querySelector('[data-queue=all] b').textContent;
        if (now !== last) requestAnimationFrame(() => window.seen.push(performance.timeOrigin + performance.now()));
        last = now;
    }).observe(place, { childList: true, subtree: true, characterData: true });
}"""
#: Reports filed while many consoles are open come so far apart: a quick pace for a district of a million.
APART_S = 1.0


class Sizes(NamedTuple):
    """How many reports there are, how often things are done, how many reports come, and how many consoles are open."""

    reports: int
    loads: int
    recolours: int
    events: int
    changes: int
    consoles: int


FULL, QUICK = Sizes(100_000, 5, 12, 300, 30, 200), Sizes(5_000, 1, 2, 5, 2, 10)


class Seen(NamedTuple):
    """What the browser showed, in the units of the names."""

    first_paint_s: float
    interactive_s: float
    transferred_kb: float
    recolour_ms: float
    longest_task_ms: float
    live_update_kb: float
    heap_growth: float
    unseen: int
    seen_p95_s: float


def bench_console(var: Path, *, quick: bool) -> Outcome:
    """Run it on a scratch database in a cluster under `var`; raises `BenchFailed` where anything goes wrong."""
    sizes = QUICK if quick else FULL
    with scratch_district(var, reports=sizes.reports) as scratch, serving(scratch.url, var, processes=1) as port:
        others = sizes.consoles - 1
        # Made before there is a browser, which holds the event loop.
        secrets = asyncio.run(_secrets(scratch, -(-others // LISTENERS_OF_AN_ACCOUNT)))
        seen = _look(scratch, Order(port, others, secrets), sizes)
        whole = naive_bytes(scratch)
    judged = {
        "first_paint_s": seen.first_paint_s,
        "interactive_s": seen.interactive_s,
        "transferred_kb": seen.transferred_kb,
        "recolour_to_painted_ms": seen.recolour_ms,
        "longest_task_ms": seen.longest_task_ms,
        "live_update_kb": seen.live_update_kb,
        "heap_growth": seen.heap_growth,
        "seen_p95_s": seen.seen_p95_s,
        "transferred_to_naive": seen.transferred_kb * 1024 / whole,
    }
    rows = (
        Rate("the console, all grids, cold cache", seen.transferred_kb, "kB", judged["transferred_to_naive"], NAIVE),
        Rate(NAIVE, whole / 1024, "kB"),
        Rate("all grids in another colour", 1000 / seen.recolour_ms, "paintings/s"),
    )
    return Outcome("console", rows, judged, seen.unseen)


NAIVE = "folium.Choropleth with embedded GeoJSON"


def _look(scratch: Scratch, others: Order, sizes: Sizes) -> Seen:
    base = f"http://127.0.0.1:{others.port}"
    with _browser() as chromium:
        _opened(chromium, base, scratch)[0].context.close()  # the service makes its outlines once for each edition
        loads = []
        for _ in range(sizes.loads):
            page, loaded = _opened(chromium, base, scratch)
            loads.append(loaded)
            page.context.close()
        page, _ = _opened(chromium, base, scratch)
        page.evaluate(WATCH)
        colours = [
            page.evaluate(RECOLOUR, metric) for metric in itertools.islice(itertools.cycle(METRICS), sizes.recolours)
        ]
        _wander(page)
        update_kb, growth, unseen = _live(page, base, scratch, sizes.events)
        longest = page.evaluate("() => window.longest")
        with _open(others):
            seen_p95_s = _seen_by_many(page, base, scratch, sizes.changes)
    paints, ready, sent = zip(*loads, strict=True)
    return Seen(
        median(paints), median(ready), median(sent), median(colours), longest, update_kb, growth, unseen, seen_p95_s
    )


@contextmanager
def _open(others: Order) -> Iterator[None]:
    """Consoles that are open beside the one that is looked at, in a process of their own."""
    with subprocess.Popen(  # this program; no shell # nosec B603
        [sys.executable, "-P", "-m", "api.bench.console_clients"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment_without("WANGGE_", PYTHONPATH=str(CHECKOUT)),
    ) as process:
        assert process.stdin and process.stdout
        process.stdin.write(orjson.dumps(asdict(others)) + b"\n")
        process.stdin.flush()
        if process.stdout.readline() != b"listening\n":
            raise BenchFailed("The consoles did not open.", remedy="Read bench-service.log in WANGGE_VAR.")
        yield
        process.stdin.close()
        tally = orjson.loads(process.stdout.read())
    if tally["refused"] or not tally["asked"]:
        raise BenchFailed(f"Of {tally['asked']} questions of the consoles {tally['refused']} were refused.")


async def _secrets(scratch: Scratch, count: int) -> list[str]:
    return [await token(scratch.url, Role.DISPATCHER) for _ in range(count)]


def _seen_by_many(page: Page, base: str, scratch: Scratch, changes: int) -> float:
    """From the answer to a filing until its change is on the screen, the 95th percentile in seconds."""
    page.evaluate(SEEN)
    answered = []
    for nth in range(changes):
        _file(base, scratch, 1, f"seen-{nth}")
        answered.append(time.time() * 1000)
        page.wait_for_timeout(APART_S * 1000)
    page.wait_for_timeout(5_000)
    seen = page.evaluate("() => window.seen")
    waited = sorted((next((one for one in seen if one > at), at + 1e6) - at) / 1000 for at in answered)
    return float(waited[min(len(waited) - 1, len(waited) * 95 // 100)])


@contextmanager
def _browser() -> Iterator[Any]:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise BenchFailed("Playwright is not installed.", remedy="Install requirements-dev.lock.") from error
    if not CHROMIUM.exists():
        raise BenchFailed("There is no Chromium.", remedy=f"Install {CHROMIUM}.")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM)
        yield chromium
        chromium.close()


def _opened(chromium: Any, base: str, scratch: Scratch) -> tuple[Page, tuple[float, float, float]]:
    """A new browser's first visit: first paint and usable in seconds, and what came over the wire in kB."""
    context = chromium.new_context(viewport=SIZE, extra_http_headers=bearer(scratch.dispatcher))
    page: Page = context.new_page()
    sent = _counted(context.new_cdp_session(page))
    page.goto(base + GRIDS)
    page.wait_for_selector(READY, timeout=60_000)
    painted_ms, ready_ms = page.evaluate(TIMES)
    return page, (painted_ms / 1000, ready_ms / 1000, sum(sent) / 1024)


def _counted(session: CDPSession) -> list[float]:
    """What arrives from now on, in bytes as they were sent."""
    sent: list[float] = []
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda told: sent.append(told["encodedDataLength"]))
    return sent


def _wander(page: Page) -> None:
    """Zoom and pan as someone who looks for a place."""
    page.mouse.move(SIZE["width"] / 2, SIZE["height"] / 2)
    for turn in (-400, -400, 400):
        page.mouse.wheel(0, turn)
        page.wait_for_timeout(400)
        page.mouse.down()
        page.mouse.move(SIZE["width"] / 2 + 180, SIZE["height"] / 2 + 90, steps=12)
        page.mouse.up()
        page.mouse.move(SIZE["width"] / 2, SIZE["height"] / 2)


def _live(page: Page, base: str, scratch: Scratch, events: int) -> tuple[float, float, int]:
    """What an update costs in kB, how much the heap grows over the events, and how many reports were not seen."""
    session = page.context.new_cdp_session(page)
    before = int(page.locator("[data-queue=all] b").inner_text())
    heap = _heap(session)
    _file(base, scratch, 1, "first")
    sent = _counted(session)
    _file(base, scratch, 1, "one")
    page.wait_for_timeout(5_000)
    update_kb = sum(sent) / 1024
    _file(base, scratch, events, "many")
    page.wait_for_timeout(5_000)
    after = int(page.locator("[data-queue=all] b").inner_text())
    return update_kb, _heap(session) / heap - 1, before + events + 2 - after


def _heap(session: CDPSession) -> float:
    session.send("HeapProfiler.collectGarbage")
    return float(session.send("Runtime.getHeapUsage")["usedSize"])


def _file(base: str, scratch: Scratch, number: int, run: str) -> None:
    chance = random.Random(run)  # noqa: S311 - the same places in every run # nosec B311
    with httpx.Client(base_url=base, headers=bearer(scratch.machine), trust_env=False) as client:
        for nth in range(number):
            cell = chance.choice(scratch.cells)
            subject = {"type": "position", "lon": cell.lon, "lat": cell.lat, "datum": "wgs84", "accuracy_m": 12.0}
            body = {"kind": "M01", "text": "bench", "source": "bench", "client_key": f"{run}-{nth}", "subject": subject}
            if client.post("/api/v1/reports", json=body).status_code != 201:
                raise BenchFailed("A report was not filed.", field="reports")
            time.sleep(0.02)
