"""A thousand planted names, telephones, texts, addresses and places: found only where role and purpose allow."""

from __future__ import annotations

import asyncio
import itertools
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import psycopg
import pytest

from tests.access import (
    oracle,
    probes_figures,
    probes_notices,
    probes_people,
    probes_periods,
    probes_reports,
    probes_work,
)
from tests.access.asking import answering, in_turn
from tests.access.probes import Probe, every_probe
from tests.access.world_facts import TOWN, Filed, Who, World, chain_of
from tests.toytown import polygons

DECLARED = (probes_figures, probes_notices, probes_people, probes_periods, probes_reports, probes_work)
REPORTS, AT_LEAST = 200, 1_000
#: All of them lie here, where most people do not look.
COMMUNITY = polygons.community_code(2, 0)
CELL = f"{COMMUNITY}001"
CANARY = re.compile(r"canary-[a-z]+-\d+")
READERS = ("dispatcher of the district", "supervisor of the district", "grid_worker of the district")


@dataclass(frozen=True)
class Canaries:
    """What was planted, and under which numbers; `places` are coordinates as JSON writes them."""

    numbers: tuple[str, ...]
    places: tuple[str, ...]

    @property
    def planted(self) -> int:
        """How many there are: a text, an address, a name, a telephone and a place for every report."""
        return len(self.numbers) * 4 + len(self.places)

    def found(self, text: str, *, places: bool = True) -> list[str]:
        """Those that stand in a text."""
        return CANARY.findall(text) + [one for one in self.places if places and one in text]


@pytest.fixture
def planted(world_template: tuple[str, World], world_url: str) -> Canaries:
    return asyncio.run(_plant(world_url, world_template[1]))


async def _plant(database_url: str, world: World) -> Canaries:
    """File them as anyone would, and name every account after one."""
    grids = polygons.grids()
    middle = grids.polygons[grids.codes.index(CELL)].centroid
    places = [(round(middle.x + n * 1e-6, 7), round(middle.y - n * 1e-6, 7)) for n in range(REPORTS)]
    numbers = []
    async with answering(database_url) as client:
        for number, (lon, lat) in enumerate(places):
            answer = await client.post("/api/v1/reports", json=_report(number, lon, lat))
            assert answer.status_code == 201, answer.text
            numbers.append(answer.json()["number"])
    with psycopg.connect(database_url) as connection:
        connection.execute("update accounts set name = 'canary-account-' || id")
    return Canaries(tuple(numbers), tuple(repr(lon) for lon, _ in places))


def _report(number: int, lon: float, lat: float) -> dict[str, Any]:
    return {
        "kind": "M01",
        "text": f"canary-text-{number}",
        "address": f"canary-address-{number}",
        "reporter": {"name": f"canary-name-{number}", "phone": f"canary-phone-{number}"},
        "source": "app",
        "client_key": f"planted-{number}",
        "district": TOWN,
        "subject": {"type": "position", "lon": lon, "lat": lat, "datum": "wgs84", "accuracy_m": 5.0},
    }


def test_none_is_found_where_it_may_not_be(
    world_template: tuple[str, World],
    world_url: str,
    planted: Canaries,
    caplog: pytest.LogCaptureFixture,
) -> None:
    _, world = world_template
    assert planted.planted >= AT_LEAST
    with caplog.at_level(logging.DEBUG):
        found = asyncio.run(_found(world_url, world, planted))
    assert found == []
    # What the asking client writes down of its own questions is not the service's.
    ours = [record for record in caplog.records if not record.name.startswith(("httpx", "httpcore"))]
    logged = "\n".join(f"{record.getMessage()} {record.exc_text}" for record in ours)
    assert "request" in logged
    assert planted.found(logged) == []
    with psycopg.connect(world_url) as connection:
        for table in ("traces", "journal_entries"):
            kept = "\n".join(row[0] for row in connection.execute(f"select convert_from(body, 'utf8') from {table}"))
            assert planted.found(kept, places=table == "traces") == [], table


async def _found(database_url: str, world: World, planted: Canaries) -> list[str]:
    """Where they were found by those who may not see them, and by those who may and asked for something else."""
    found: list[str] = []

    async with answering(database_url) as client:

        async def ask(wanted: tuple[Probe, bool]) -> None:
            probe, places = wanted
            answer = await client.request(probe.method, probe.path, headers=probe.shown | probe.headers, **probe.given)
            told = planted.found(f"{answer.headers} {answer.text}", places=places)
            if told:
                found.append(f"{probe.route} [{probe.about}] by {probe.who.name}: {told[:3]}")

        await in_turn(ask, [*_by_others(world, planted), *_by_readers(world, planted)])
        found += await _in_errors(client, world, planted)
    return found


def _by_others(world: World, planted: Canaries) -> Iterator[tuple[Probe, bool]]:
    """Every question that only reads, and the planted reports by number, by whoever does not look there."""
    others = {who.name for who in world.people if not _looks_there(who)}
    asked = [one for one in every_probe(world) if one.who.name in others and _reads(one) and not _of_accounts(one)]
    yield from ((one, True) for one in asked[::4])
    for nth, who in enumerate(one for one in world.people if one.name in others):
        yield from ((one, True) for one in _by_number(who, planted.numbers[nth::40]))


def _by_readers(world: World, planted: Canaries) -> Iterator[tuple[Probe, bool]]:
    """Whoever may see the reports sees where they lie; what they hold of persons stands in no other answer."""
    readers = [world.who(name) for name in READERS]
    asked = [one for one in every_probe(world) if one.who in readers and _reads(one) and not _of_accounts(one)]
    yield from ((one, False) for one in asked if "{number}" not in one.route)
    for who in readers:
        yield from ((one, False) for one in _by_number(who, planted.numbers[::40], personal=False))


def _by_number(who: Who, numbers: tuple[str, ...], *, personal: bool = True) -> Iterator[Probe]:
    for number in numbers:
        for ending in ("", "/record", "/photos"):
            route = f"GET /api/v1/reports/{number}{ending}"
            yield Probe(route, who, f"/api/v1/reports/{number}{ending}", lambda _: None)
        if personal:
            purpose = oracle.PURPOSES.get(who.role or "", ("own", ()))[0]
            path = f"/api/v1/reports/{number}/personal"
            yield Probe(f"POST {path}", who, path, lambda _: None, given={"json": {"purpose": purpose}})


def _looks_there(who: Who) -> bool:
    return oracle.holds(who, CELL, chain_of(CELL))


def _reads(probe: Probe) -> bool:
    return probe.method == "GET" and not probe.writes


def _of_accounts(probe: Probe) -> bool:
    """Where administrators see the names of accounts, and everyone their own."""
    return probe.route in {"GET /api/v1/accounts", "GET /account", "GET /api/v1/session"}


async def _in_errors(client: httpx.AsyncClient, world: World, planted: Canaries) -> list[str]:
    """Bad requests that carry them: no error says what was sent."""
    found = []
    filed = world.reports[0]
    for who in (world.who("anyone"), *(world.who(name) for name in READERS), world.who("resident 1")):
        for method, path, given in _bad_requests(filed, planted.places[0]):
            answer = await client.request(method, path, headers=who.headers, **given)
            told = planted.found(f"{answer.headers} {answer.text}")
            if told or answer.status_code >= 500:
                found.append(f"{method} {path} by {who.name}: {answer.status_code} {told[:3]}")
    return found


def _bad_requests(filed: Filed, place: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    right = _report(10_000, 117.2, 36.6)
    sent = ("canary-name-1", ["canary-name-2"], {"canary": "canary-name-3"}, f"{place} canary-text-1" * 900)
    for wrong in sent:
        for field in ("text", "address", "reporter", "subject", "extra", "occurred_at"):
            yield "POST", "/api/v1/reports", {"json": right | {field: _unfit(field, wrong)}}
        yield "POST", "/api/v1/reports", {"json": right | {"unknown": wrong}}
        yield "POST", "/api/v1/reports", {"json": right | {"reporter": {"phone": [wrong], "name": 7}}}
        subject = right["subject"] | {"lon": wrong, "lat": wrong}
        yield "POST", "/api/v1/reports", {"json": right | {"subject": subject}}
        yield "POST", "/api/v1/locate", {"json": {"lon": wrong, "lat": wrong, "datum": "wgs84"}}
        yield "POST", "/api/v1/session", {"json": {"login": wrong, "password": [wrong]}}
        yield "POST", "/api/v1/residents", {"json": {"login": [wrong], "password": wrong}}
        yield "POST", "/api/v1/my/position", {"json": {"lon": wrong, "lat": wrong, "purpose": wrong}}
        for path, field in (("hand-overs", "reason"), ("hand-overs", "person"), ("personal", "purpose")):
            yield "POST", f"/api/v1/reports/{filed.number}/{path}", {"json": {field: wrong}}
    for query in ({"lon": place, "lat": "canary-text-1"}, {"bbox": f"{place},1,2"}, {"area": "canary-text-2"}):
        for path in ("locate", "reports", "service-points", "positions"):
            yield "GET", f"/api/v1/{path}", {"params": query}
    yield "POST", "/api/v1/reports", {"content": b'{"text": "canary-text-1'}


def _unfit(field: str, wrong: Any) -> Any:
    """A value that does not fit the field, whatever the value."""
    return [wrong] if field in {"text", "address"} and isinstance(wrong, str) and len(wrong) < 100 else wrong


def test_a_reader_with_a_purpose_finds_them(
    world_template: tuple[str, World], world_url: str, planted: Canaries
) -> None:
    """That nothing was found elsewhere says something only because here they are."""
    who = world_template[1].who("dispatcher of the district")
    texts = asyncio.run(_personal(world_url, who, planted.numbers[:5]))
    kinds = ("text", "address", "name", "phone")
    wanted = {f"canary-{kind}-{number}" for kind, number in itertools.product(kinds, range(5))}
    assert wanted <= set(itertools.chain.from_iterable(planted.found(one) for one in texts))


async def _personal(database_url: str, who: Who, numbers: tuple[str, ...]) -> list[str]:
    async with answering(database_url) as client:
        body = {"purpose": "dispatch"}
        return [
            (await client.post(f"/api/v1/reports/{one}/personal", json=body, headers=who.headers)).text
            for one in numbers
        ]
