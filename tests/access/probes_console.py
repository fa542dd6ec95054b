"""Probes of the console: what is open, in few words, and the page, which holds no report at all."""

from __future__ import annotations

import io
from collections.abc import Iterator

import httpx
import openpyxl

from tests.access.probes import Check, Probe, allowed, equal, numbers_in, probes_of, refused
from tests.access.probes_reports import seen_in
from tests.access.world_facts import NEXT, TOWN, World


@probes_of("GET /api/v1/open-reports")
def _open(world: World, route: str) -> Iterator[Probe]:
    """Everything that may be seen, for all of them are open; of reports that are named, only these."""
    named = [one.number for one in world.reports][:50]
    for who in world.people:
        for district in (TOWN, NEXT):
            seen = {one.number for one in seen_in(who, world.reports, district)}
            for about, wanted in (("all", seen), ("named", seen & set(named))):
                given = {"params": {"district": district, **({"number": named} if about == "named" else {})}}
                right = equal(wanted, numbers_in) if allowed(who, route) else refused(who)
                yield Probe(route, who, "/api/v1/open-reports", right, f"{about}, {district}", given)


@probes_of("GET /api/v1/open-reports/day")
def _day(world: World, route: str) -> Iterator[Probe]:
    """On the day they were filed all of them were open: those that may be seen, and no area outside the territory."""
    days = sorted({one.number[:8] for one in world.reports})
    for who in world.people:
        for district in (TOWN, NEXT):
            for day in days:
                seen = {one.number for one in seen_in(who, world.reports, district) if one.number[:8] <= day}
                given = {"params": {"district": district, "date": f"{day[:4]}-{day[4:6]}-{day[6:]}"}}
                right = equal(seen, numbers_in) if allowed(who, route) else refused(who)
                yield Probe(route, who, "/api/v1/open-reports/day", right, f"{day}, {district}", given)


@probes_of("GET /wall")
def _wall(world: World, route: str) -> Iterator[Probe]:
    """No number of a report stands on it."""
    for who in world.people:
        yield Probe(route, who, "/wall", _no_number() if allowed(who, route) else refused(who))


@probes_of("GET /console")
def _page(world: World, route: str) -> Iterator[Probe]:
    for who in world.people:
        yield Probe(route, who, "/console", _no_number() if allowed(who, route) else refused(who))


def _no_number() -> Check:
    def check(answer: httpx.Response) -> str | None:
        if answer.status_code not in {200, 422}:
            return f"{answer.status_code}"
        return f"{sorted(numbers_in(answer))} are in the page" if numbers_in(answer) else None

    return check


@probes_of("GET /api/v1/reports.csv", "GET /api/v1/reports.xlsx")
def _tables(world: World, route: str) -> Iterator[Probe]:
    """The same reports as the list, line by line."""
    for who in world.people:
        for district in (TOWN, NEXT):
            expected = {one.number for one in seen_in(who, world.reports, district)}
            right = equal(expected, _numbers_in_table) if allowed(who, route) else refused(who)
            yield Probe(route, who, route.partition(" ")[2], right, district, {"params": {"district": district}})


def _numbers_in_table(answer: httpx.Response) -> set[str]:
    if not answer.content.startswith(b"PK"):
        return numbers_in(answer)
    rows = openpyxl.load_workbook(io.BytesIO(answer.content), read_only=True).active.iter_rows(min_row=2)
    return {str(row[0].value) for row in rows}
