"""Probes of the figures of a period: of a territory, not of a person, by every dimension there is."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

import httpx

from tests.access import oracle
from tests.access.probes import Probe, allowed, equal, numbers_in, probes_of, refused
from tests.access.world_facts import NEXT, TOWN, Who, World, chain_of

LEVELS = ("district", "street", "community", "grid")
PERIOD = "2025-01-01..2025-01-31"


def _filed(world: World, who: Who, district: str, depth: int) -> dict[str, int]:
    """Reports filed by code of the areas of a level, `elsewhere` and `total`: those that are not none."""
    counts = {"total": 0, "elsewhere": 0}
    for one in world.reports:
        if one.district != district or not oracle.sees_by_place(who, one):
            continue
        code = one.chain[depth] if depth < len(one.chain) else "elsewhere"
        assert code == "elsewhere" or chain_of(code)[-1] == code
        counts[code] = counts.get(code, 0) + 1
        counts["total"] += 1
    return counts


def _told(answer: httpx.Response) -> Any:
    told = answer.json()
    counts = {one["code"]: one["counts"]["filed"] for one in told["rows"]}
    others = {name: told[name]["counts"]["filed"] for name in ("total", "elsewhere")}
    return {code: number for code, number in counts.items() if number} | others


def _listed(answer: httpx.Response) -> Any:
    lines = list(csv.DictReader(io.StringIO(answer.text)))
    counts = {one["code"] or one["name_en"]: int(one["filed"]) for one in lines}
    return {code: number for code, number in counts.items() if number or code in {"total", "elsewhere"}}


@probes_of("GET /api/v1/figures", "GET /api/v1/figures.csv")
def _figures(world: World, route: str) -> Iterator[Probe]:
    for who in world.people:
        for district in (TOWN, NEXT):
            for depth, level in enumerate(LEVELS):
                expected = _filed(world, who, district, depth)
                found = _listed if route.endswith(".csv") else _told
                right = equal(expected, found) if allowed(who, route) else refused(who)
                given = {"params": {"district": district, "level": level, "period": PERIOD}}
                yield Probe(route, who, route.partition(" ")[2], right, f"{level}, {district}", given)


def _of_steps(answer: httpx.Response) -> Any:
    """What was filed in all steps, which is what was filed in the period."""
    told = answer.json()
    filed = sum(one["counts"]["filed"] for one in told["steps"])
    return filed if filed == told["total"]["counts"]["filed"] else "steps that are not the period"


@probes_of("GET /api/v1/figures/course")
def _course(world: World, route: str) -> Iterator[Probe]:
    for who in world.people:
        for district in (TOWN, NEXT):
            every = {"district": district, "period": PERIOD, "step": "week"}
            yield _stepwise(route, who, _filed(world, who, district, 0)["total"], every)
            for depth, level in enumerate(LEVELS):
                filed = _filed(world, who, district, depth)
                lain = {one.chain[depth] for one in world.reports if one.district == district and depth < one.depth}
                for code in sorted(lain)[:2]:
                    yield _stepwise(route, who, filed.get(code, 0), {**every, "level": level, "area": code})


def _stepwise(route: str, who: Who, filed: int, asked: dict[str, str]) -> Probe:
    right = equal(filed, _of_steps) if allowed(who, route) else refused(who)
    about = f"{asked.get('level', 'all')}, {asked['district']}"
    return Probe(route, who, "/api/v1/figures/course", right, about, {"params": asked})


def _page(answer: httpx.Response) -> Any:
    """What was filed altogether stands first in the line of the total; no number of a report stands anywhere."""
    assert not numbers_in(answer)
    found = re.search(r"<tfoot><tr><th[^>]*>[^<]*</th><td>([^<]*)</td>", answer.text)
    return found and int(found[1])


@probes_of("GET /figures")
def _figures_page(world: World, route: str) -> Iterator[Probe]:
    for who in world.people:
        for district in (TOWN, NEXT):
            expected = _filed(world, who, district, 1)["total"]
            right = equal(expected, _page) if allowed(who, route) else refused(who)
            given = {"params": {"district": district, "period": PERIOD}}
            yield Probe(route, who, "/figures", right, district, given)
