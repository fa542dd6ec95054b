"""`bench maps`: the workload map of all cells, geometry and figures apart, beside one folium page with all of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from typing import NamedTuple

from sqlalchemy import NullPool
from sqlalchemy.ext.asyncio import create_async_engine

from api.bench.filing_scratch import Scratch, scratch_district
from api.bench.outcome import Outcome, Rate
from api.bench.rounds import ratio, seconds_each
from api.bench.service import BenchFailed, serving
from api.bench.tokens import bearer
from api.clock import now
from layers.actors import DESK
from layers.areas.queries import edition_in_force, polygons
from layers.districts.queries import district as district_of
from layers.migrations import sqlalchemy_url
from layers.workload.lately import lately
from layers.workload.queries import sheet, standing
from layers.workload.records import WorkloadSheet
from maps.figures import ClassChoice, figures_json
from maps.naive import naive_page
from maps.outlines import AreaOutline, outlines_json
from maps.workload import workload_page

METRIC = "open"
SHOWN = [(METRIC, ClassChoice())]
NAIVE, OURS = "folium.Choropleth with embedded GeoJSON", "wangge, outlines + figures + page"
KEPT = "wangge, figures + page, outlines kept"
FIGURES = "/maps/figures"
NO_HEADERS: Mapping[str, str] = {}
ANEW = {"Cache-Control": "no-cache"}


class Sizes(NamedTuple):
    """How many reports there are, and how often each thing is asked or drawn."""

    reports: int
    asked: int
    rounds: int


FULL, QUICK = Sizes(100_000, 500, 3), Sizes(5_000, 20, 1)


class _Level(NamedTuple):
    sheet: WorkloadSheet
    areas: list[AreaOutline]


class _Asked(NamedTuple):
    """Milliseconds of the answers, each ascending."""

    figures_ms: list[float]
    anew_ms: list[float]
    outlines_ms: list[float]


def bench_maps(var: Path, *, quick: bool) -> Outcome:
    """Run it on a scratch database in a cluster under `var`; raises `BenchFailed` where anything goes wrong."""
    sizes = QUICK if quick else FULL
    with scratch_district(var, reports=sizes.reports) as scratch:
        level = asyncio.run(_level(scratch))
        with serving(scratch.url, var, processes=1) as port:
            outlines = _outlines_address(port, scratch.dispatcher)
            shown = bearer(scratch.dispatcher)
            asked = _Asked(
                figures_ms=_asked(port, FIGURES, sizes.asked, shown),
                anew_ms=_asked(port, FIGURES, sizes.asked, shown | ANEW),
                outlines_ms=_asked(port, outlines, sizes.asked),
            )
    return _outcome(level, asked, sizes)


def _outcome(level: _Level, asked: _Asked, sizes: Sizes) -> Outcome:
    methods: dict[str, Callable[[], object]] = {
        NAIVE: lambda: _naive(level),
        OURS: lambda: _ours(level),
        KEPT: lambda: _figures_and_page(level),
    }
    times = seconds_each(methods, rounds=sizes.rounds)
    refreshed = len(figures_json(level.sheet, shown=SHOWN))
    whole = len(_naive(level).encode())
    judged = {
        "refresh_bytes_to_naive": refreshed / whole,
        "build_to_naive": ratio(times, OURS, NAIVE),
        "figures_p99_ms": _p99(asked.figures_ms),
        "figures_p50_ms": median(asked.figures_ms),
        "figures_anew_p99_ms": _p99(asked.anew_ms),
        "figures_anew_p50_ms": median(asked.anew_ms),
    }
    rows = (
        *(Rate(name, 1 / median(taken), "maps/s", ratio(times, NAIVE, name), NAIVE) for name, taken in times.items()),
        Rate("figures of all cells, one client", 1000 / median(asked.figures_ms), "answers/s"),
        Rate("figures of all cells, counted anew each time", 1000 / median(asked.anew_ms), "answers/s"),
        Rate("outlines from memory, one client", 1000 / median(asked.outlines_ms), "answers/s"),
        Rate("bytes of a refresh", refreshed, "bytes", refreshed / whole, "bytes of the naive page"),
        Rate("bytes of the naive page", whole, "bytes"),
    )
    return Outcome("maps", rows, judged, _differing(level))


def naive_bytes(scratch: Scratch) -> int:
    """The size of the plain page of all cells of a scratch district."""
    return len(_naive(asyncio.run(_level(scratch))).encode())


def _naive(level: _Level) -> str:
    return naive_page(level.sheet, level.areas, metric=METRIC)


def _ours(level: _Level) -> tuple[bytes, bytes, str]:
    """Everything that a first look needs, the outlines too, though they are made once for each edition."""
    return outlines_json(level.areas).body, *_figures_and_page(level)


def _figures_and_page(level: _Level) -> tuple[bytes, str]:
    """What is made when the edition has been looked at before."""
    figures = figures_json(level.sheet, shown=SHOWN)
    page = workload_page(
        level.sheet,
        metric=METRIC,
        choice=ClassChoice(),
        outlines_url="/maps/outlines/bench.json",
        figures_url=FIGURES,
    )
    return figures, page


def _differing(level: _Level) -> int:
    """How many areas the figures leave out or tell otherwise than the sheet."""
    told = {row.code: row.open for row in level.sheet.figures.rows()}
    return sum(one.code not in told for one in level.areas) + abs(len(told) - len(level.areas))


async def _level(scratch: Scratch) -> _Level:
    """Read the cells and their figures."""
    engine = create_async_engine(sqlalchemy_url(scratch.url), poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            district = await district_of(connection, None)
            edition, level, moment = await edition_in_force(connection, district), district.levels[-1], now()
            areas, shapes = await polygons(connection, edition.id, depth=level.depth)
            stands = await standing(connection, edition, level, areas, on=moment.date())
            went = await lately(connection, district=district, edition=edition, level=level, areas=areas, now=moment)
            made = await sheet(
                connection,
                scope=DESK,
                district=district,
                edition=edition,
                level=level,
                stands=stands,
                went=went,
                now=moment,
            )
    finally:
        await engine.dispose()
    drawn = [AreaOutline(one.code, one.name, shape, one.label) for one, shape in zip(areas, shapes, strict=True)]
    return _Level(made, drawn)


def _outlines_address(port: int, token: str) -> str:
    """Where the page says the outlines are."""
    page = _get(HTTPConnection("127.0.0.1", port, timeout=30), "/maps/workload", bearer(token))
    _, found, rest = page.decode().partition("/maps/outlines/")
    if not found:
        raise BenchFailed("The map's page names no outlines.", field="page")
    return "/maps/outlines/" + rest.partition('"')[0].partition("\\")[0]


def _asked(port: int, address: str, times: int, headers: Mapping[str, str] = NO_HEADERS) -> list[float]:
    """Milliseconds of each answer, ascending; a tenth more are asked first and not counted."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    taken = []
    for _ in range(times + times // 10 + 1):
        began = time.perf_counter()
        _get(connection, address, {"Accept-Encoding": "gzip", **headers})
        taken.append((time.perf_counter() - began) * 1000)
    return sorted(taken[-times:])


def _p99(taken_ms: list[float]) -> float:
    return taken_ms[len(taken_ms) * 99 // 100]


def _get(connection: HTTPConnection, address: str, headers: Mapping[str, str] = NO_HEADERS) -> bytes:
    connection.request("GET", address, headers=dict(headers))
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise BenchFailed(f"{address} answered {answer.status}.", field="address", value=address)
    return body
