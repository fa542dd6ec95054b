"""Probes of plans: which one sees, which one may draw at and decide on, and on which grids one may give orders."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.access import oracle
from tests.access.probes import Probe, allowed, equal, probes_of, refused, status
from tests.access.world_facts import NEXT, TOWN, Who, World, chain_of

#: No plan comes to so many versions: what is sent with it changes nothing.
NEVER = 99_999
SENT: dict[str, dict[str, Any]] = {
    "operations": {"operations": [{"operation": "reparent", "code": "x", "parent": "y"}]},
    "copy": {"name": "x"},
    "steps": {"step": "withdraw"},
}


def _reaches(who: Who, code: str) -> bool:
    return oracle.holds(who, code, chain_of(code))


@probes_of("GET /api/v1/plans")
def _list(world: World, route: str) -> Iterator[Probe]:
    for who in world.people:
        for district in (TOWN, NEXT):
            seen = {one for one, area in world.plans.items() if area[:6] == district[:6] and _reaches(who, area)}
            right = equal(seen, lambda answer: {one["plan"] for one in answer.json()["plans"]} & set(world.plans))
            given = {"params": {"district": district}}
            yield Probe(route, who, "/api/v1/plans", right if allowed(who, route) else refused(who), district, given)


@probes_of(
    "GET /api/v1/plans/{plan}",
    "GET /api/v1/plans/{plan}/cells",
    "GET /api/v1/plans/{plan}/consequences",
    "GET /api/v1/plans/{plan}/consequences.csv",
    "GET /api/v1/plans/{plan}/consequences.pdf",
    "GET /api/v1/plans/{plan}/grids.pdf",
    "GET /api/v1/plans/{plan}/drawn.geojson",
    "GET /api/v1/plans/{plan}/replay",
    "GET /api/v1/plans/{plan}/suggestions",
)
def _one(world: World, route: str) -> Iterator[Probe]:
    for who in world.people:
        for plan, area in world.plans.items():
            path = route.partition(" ")[2].replace("{plan}", str(plan))
            right = status(200 if _reaches(who, area) else 404)
            yield Probe(route, who, path, right if allowed(who, route) else refused(who), area)


@probes_of(
    "POST /api/v1/plans/{plan}/operations",
    "POST /api/v1/plans/{plan}/undo",
    "POST /api/v1/plans/{plan}/redo",
    "POST /api/v1/plans/{plan}/copy",
    "POST /api/v1/plans/{plan}/rebase",
    "POST /api/v1/plans/{plan}/steps",
)
def _change(world: World, route: str) -> Iterator[Probe]:
    """At a version the plan never had: whoever may change it is told so, and nothing changes."""
    for who in world.people:
        for plan, area in world.plans.items():
            path = route.partition(" ")[2].replace("{plan}", str(plan))
            body = {"version": NEVER, **SENT.get(path.rpartition("/")[2], {})}
            right = status(409 if _reaches(who, area) else 404)
            yield Probe(route, who, path, right if allowed(who, route) else refused(who), area, {"json": body})


@probes_of("POST /api/v1/plans/{plan}/options")
def _options(world: World, route: str) -> Iterator[Probe]:
    for who in world.people:
        for plan, area in world.plans.items():
            path = f"/api/v1/plans/{plan}/options"
            # An area that is nowhere: that is said to those who see the plan, and the plan's absence to the others.
            right = status(404)
            given = {"json": {"area": "nowhere"}}
            yield Probe(route, who, path, right if allowed(who, route) else refused(who), area, given)


@probes_of("POST /api/v1/plans/{plan}/drawn")
def _drawn(world: World, route: str) -> Iterator[Probe]:
    """No layer at all: that is said to those who see the plan, and the plan's absence to the others."""
    for who in world.people:
        for plan, area in world.plans.items():
            path = f"/api/v1/plans/{plan}/drawn"
            right = status(422 if _reaches(who, area) else 404)
            layer = {"content": b"{}"}, {"Content-Type": "application/geo+json"}
            yield Probe(route, who, path, right if allowed(who, route) else refused(who), area, *layer)


@probes_of("POST /api/v1/plans/{plan}/comments")
def _comments(world: World, route: str) -> Iterator[Probe]:
    for who in world.people:
        for plan, area in world.plans.items():
            right = status(201 if _reaches(who, area) else 404) if allowed(who, route) else refused(who)
            path = f"/api/v1/plans/{plan}/comments"
            yield Probe(route, who, path, right, area, {"json": {"text": "x"}}, writes=True)


@probes_of("POST /api/v1/plans")
def _open(world: World, route: str) -> Iterator[Probe]:
    for who in world.people:
        for area in world.plans.values():
            mine = _reaches(who, area) and area[:6] == (who.district or "")[:6]
            right = status(201 if mine else 404) if allowed(who, route) else refused(who)
            given = {"json": {"name": "x", "area": area}}
            # Without the first wall it is tried, and the database itself refuses the row.
            alone = right if mine or not allowed(who, route) else status(404, 500)
            yield Probe(route, who, "/api/v1/plans", right, area, given, writes=True, behind_one_wall=alone)


@probes_of("GET /api/v1/cell-locks")
def _locks(world: World, route: str) -> Iterator[Probe]:
    cells = [code for codes in world.areas.values() for code in codes if len(code) == 15]
    for who in world.people:
        reached = {one for one in cells if _reaches(who, one)}

        def told(answer: Any, reached: set[str] = reached) -> bool:
            return {one["code"] for one in answer.json()["locks"]} <= reached

        yield Probe(route, who, "/api/v1/cell-locks", equal(True, told) if allowed(who, route) else refused(who))


@probes_of("POST /api/v1/cell-locks", "DELETE /api/v1/cell-locks/{code}")
def _lock(world: World, route: str) -> Iterator[Probe]:
    """The order is given, or there is one already; ended, or there is none: what is not theirs is not there."""
    for who in world.people:
        for cell in (world.areas[TOWN][-1], world.areas[NEXT][-1]):
            mine = _reaches(who, cell) and cell[:6] == (who.district or "")[:6]
            if route.startswith("POST"):
                path, given, right = "/api/v1/cell-locks", {"json": {"code": cell, "reason": "x"}}, (201, 409)
            else:
                path, given, right = f"/api/v1/cell-locks/{cell}", {}, (204, 404)
            check = status(*(right if mine else (404,))) if allowed(who, route) else refused(who)
            alone = check if mine or not allowed(who, route) else status(404, 500)
            yield Probe(route, who, path, check, cell, given, writes=True, behind_one_wall=alone)


@probes_of("GET /planner")
def _page(world: World, route: str) -> Iterator[Probe]:
    """The page holds no plan, and names areas of one's own territory alone."""
    for who in world.people:
        foreign = {code for codes in world.areas.values() for code in codes if not _reaches(who, code)}

        def named(answer: Any, foreign: set[str] = foreign) -> set[str]:
            told = answer.text.split('"areas":', 1)[1].split('"strings"', 1)[0]
            return {code for code in foreign if f'"code":"{code}"' in told}

        # Areas are everybody's: without the first wall the page offers more of them, and none can be drawn in.
        right = equal(set(), named) if allowed(who, route) else refused(who)
        yield Probe(route, who, "/planner", right, behind_one_wall=status(200) if allowed(who, route) else None)
