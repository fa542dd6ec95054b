"""Probes of work: who could take a report, one's tasks, where one stands."""

from __future__ import annotations

from collections.abc import Iterator

import httpx

from tests.access import oracle
from tests.access.probes import Probe, allowed, equal, no_such_report, numbers_in, probes_of, refused, status
from tests.access.world_facts import NEVER, TOWN, World
from tests.access.world_places import COMMUNITY
from tests.access.world_reports import in_cell
from tests.toytown import polygons


@probes_of("GET /api/v1/reports/{number}/candidates")
def _candidates(world: World, route: str) -> Iterator[Probe]:
    for who in world.people:
        for report in (*world.reports, None):
            number = report.number if report else NEVER
            right = status(200) if report and oracle.sees(who, report) else no_such_report(number)
            right = right if allowed(who, route) else refused(who)
            yield Probe(
                route,
                who,
                f"/api/v1/reports/{number}/candidates",
                right,
                report.name if report else "never",
                writes=True,
            )


@probes_of("GET /api/v1/my/tasks", "GET /api/v1/my/unit/tasks", "POST /api/v1/my/tasks/near")
def _tasks(world: World, route: str) -> Iterator[Probe]:
    """What one has in hand, and nothing else; no unit has anything in hand."""
    method, _, path = route.partition(" ")
    given = {"json": _standing_in(polygons.grids().codes[0])} if method == "POST" else {}
    for who in world.people:
        mine = {one.number for one in world.reports if who.person is not None and one.assignee == who.person}
        expected = set() if "unit" in path else mine
        right = equal(expected, numbers_in) if allowed(who, route) else refused(who)
        yield Probe(route, who, path, right, "", given)


@probes_of("POST /api/v1/my/area")
def _area(world: World, route: str) -> Iterator[Probe]:
    """Where one stands is told to whoever acts, and whether it is theirs."""
    cell = next(code for code in polygons.grids().codes if code.startswith(COMMUNITY))
    for who in world.people:
        mine = bool(who.holds & {TOWN, COMMUNITY, f"{COMMUNITY[:9]}000", cell}) and who.role in oracle.LOOKS_BY_PLACE
        right = equal(mine, _mine) if who.district == TOWN else status(200)
        right = right if allowed(who, route) else refused(who)
        yield Probe(route, who, "/api/v1/my/area", right, "", {"json": _standing_in(cell)})


def _standing_in(cell: str) -> dict[str, object]:
    subject = in_cell(cell)
    return {name: subject[name] for name in ("lon", "lat", "datum", "accuracy_m")}


def _mine(answer: httpx.Response) -> bool:
    return bool(answer.json()["mine"])
