"""Probes of pages and figures: the start page, queues, workload and its maps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx

from tests.access import oracle
from tests.access.probes import (
    Check,
    Probe,
    allowed,
    equal,
    numbers_in,
    probes_of,
    refused,
    status,
)
from tests.access.probes_reports import seen_in
from tests.access.world_facts import NEXT, TOWN, Filed, Who, World, chain_of

LEVELS = ("district", "street", "community", "grid")


@probes_of("GET /")
def _start(world: World, route: str) -> Iterator[Probe]:
    for who in world.people:
        for district in (TOWN, NEXT):
            waiting = [one for one in seen_in(who, world.reports, district) if one.assignee is None]
            right = equal({one.number for one in waiting}, numbers_in) if allowed(who, route) else refused(who)
            yield Probe(route, who, "/", right, district, {"params": {"district": district}})


@probes_of("GET /queues/{key}")
def _queues(world: World, route: str) -> Iterator[Probe]:
    for who in world.people:
        for district in (TOWN, NEXT):
            for key in ("unassigned", "unlocated"):
                waiting = [one for one in seen_in(who, world.reports, district) if one.assignee is None]
                waiting = [one for one in waiting if one.located == (key == "unassigned")]
                right = equal({one.number for one in waiting}, numbers_in) if allowed(who, route) else refused(who)
                yield Probe(route, who, f"/queues/{key}", right, district, {"params": {"district": district}})


@probes_of("GET /api/v1/workload")
def _workload(world: World, route: str) -> Iterator[Probe]:
    for who in world.people:
        for district in (TOWN, NEXT):
            for depth, level in enumerate(LEVELS):
                expected = _figures(world, who, district, depth, seen_in(who, world.reports, district))
                right = equal(expected, _told_figures) if allowed(who, route) else refused(who)
                given = {"params": {"district": district, "level": level}}
                leak = _no_more_than(expected, _told_figures) if allowed(who, route) else None
                yield Probe(route, who, "/api/v1/workload", right, f"{level}, {district}", given, behind_one_wall=leak)


def _figures(world: World, who: Who, district: str, depth: int, seen: list[Filed]) -> Any:
    """Counts of a level by code, None outside the territory; what is counted elsewhere; what lies nowhere."""
    codes = [code for code in world.areas[district] if len(chain_of(code)) == depth + 1]
    held = {code for code in codes if oracle.holds(who, code, chain_of(code))}
    counts = {code: sum(code in one.chain for one in seen) if code in held else None for code in codes}
    inside = sum(count or 0 for count in counts.values())
    return counts, sum(bool(one.chain) for one in seen) - inside, sum(not one.located for one in seen)


def _told_figures(answer: httpx.Response) -> Any:
    told = answer.json()
    return {one["code"]: one["open"] for one in told["rows"]}, told["held_above"], told["unlocated"]


@probes_of("GET /maps/figures")
def _map_figures(world: World, route: str) -> Iterator[Probe]:
    """Figures of a map are of a territory, not of a person: whose reports they have in hand does not change them."""
    for who in world.people:
        for district in (TOWN, NEXT):
            for depth, level in enumerate(LEVELS):
                by_place = [one for one in world.reports if one.district == district and oracle.sees_by_place(who, one)]
                counts, above, unlocated = _figures(world, who, district, depth, by_place)
                expected = [counts[code] for code in sorted(counts)], above, unlocated
                right = equal(expected, _drawn_figures) if allowed(who, route) else refused(who)
                given = {"params": {"district": district, "level": level}}
                headers = {"Cache-Control": "no-cache"}
                leak = _no_more_than(expected, _drawn_figures) if allowed(who, route) else None
                about = f"{level}, {district}"
                yield Probe(route, who, "/maps/figures", right, about, given, headers, behind_one_wall=leak)


def _no_more_than(expected: Any, found: Callable[[httpx.Response], Any]) -> Check:
    """As many reports altogether as may be seen, and as many in no area: where the first wall does not say which areas
    are outside, they have zero instead of nothing, which tells no more.
    """

    def total(figures: Any) -> tuple[int, int]:
        counts, above, unlocated = figures
        values = counts.values() if isinstance(counts, dict) else counts
        return sum(one or 0 for one in values) + above, unlocated

    return equal(total(expected), lambda answer: total(found(answer)))


def _drawn_figures(answer: httpx.Response) -> Any:
    told = answer.json()
    elsewhere = told["elsewhere"]
    return (
        unpacked(told["columns"]["open"], told["count"]),
        elsewhere["held_above"]["open"],
        elsewhere["unlocated"]["open"],
    )


def unpacked(column: Any, count: int) -> list[float | None]:
    """A column as it was before it was packed."""
    if isinstance(column, list):
        return column
    whole: list[float | None] = []
    for skipped, value in zip(column["skip"], column["is"], strict=True):
        whole += [column["most"]] * skipped + [value]
    return whole + [column["most"]] * (count - len(whole))


@probes_of("GET /maps/workload.pdf", "GET /maps/workload.png")
def _paper(world: World, route: str) -> Iterator[Probe]:
    """One's own district alone has figures; of another nothing is drawn."""
    for who in world.people[::4]:
        right = status(200) if allowed(who, route) else refused(who)
        yield Probe(route, who, route.partition(" ")[2], right, TOWN, {"params": {"district": TOWN}})


@probes_of("POST /api/v1/addresses")
def _addresses(world: World, route: str) -> Iterator[Probe]:
    for who in world.people:
        right = status(200) if allowed(who, route) else refused(who)
        given = {"json": {"address": "和平路12号", "district": TOWN}}
        yield Probe(route, who, "/api/v1/addresses", right, TOWN, given)


@probes_of("GET /maps/outlines")
def _outlines(world: World, route: str) -> Iterator[Probe]:
    for who in world.people:
        right = status(307) if allowed(who, route) else refused(who)
        yield Probe(route, who, "/maps/outlines", right, TOWN, {"params": {"district": TOWN, "level": "street"}})


@probes_of("GET /maps/workload", "GET /maps/workload.html")
def _maps(world: World, route: str) -> Iterator[Probe]:
    """No number of a report stands on a map."""
    for who in world.people:
        for district in (TOWN, NEXT):
            right = equal(set(), numbers_in) if allowed(who, route) else refused(who)
            yield Probe(route, who, route.partition(" ")[2], right, district, {"params": {"district": district}})
