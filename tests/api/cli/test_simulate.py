"""A district that is simulated in two processes at once: every report is filed once, and the record holds."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import UTC, datetime

import psycopg
import pytest

from api.simulating import Asked, simulated_in_parts
from geo.positions import LonLat
from layers.reports.records import Filing, NoSubject
from layers.reports.simulation import Arrival, Home
from layers.reports.simulation_parts import WHOLE, Coming, Part, meridians
from layers.reports.verifying import verify
from tests.layers.reports.steps.life import life_at

NOON = datetime(2025, 6, 2, 4, tzinfo=UTC)


def homes(*residents: int) -> list[Home]:
    return [Home(f"{nth}号", LonLat(120.0 + nth, 39.0), number) for nth, number in enumerate(residents)]


def arrivals(*lons: float) -> list[Arrival]:
    filing = Filing(kind="M01", text="", source="test", sender="test", client_key="1", subject=NoSubject())
    return [Arrival(NOON, filing, LonLat(lon, 39.0)) for lon in lons]


@pytest.mark.parametrize("parts", [2, 3])
def test_about_as_many_people_live_between_two_meridians(parts: int) -> None:
    dwellings = homes(*(30, 1, 1, 28, 2, 30, 1, 27))
    edges = meridians(dwellings, parts)
    assert len(edges) == parts + 1
    sizes = [
        sum(one.residents for one in dwellings if west <= one.position.lon < east)
        for west, east in itertools.pairwise(edges)
    ]
    assert sum(sizes) == 120
    # As even as whole houses allow.
    assert max(sizes) <= 120 / parts + 30
    assert min(sizes) > 0


def test_what_came_since_the_mark_comes_again() -> None:
    coming = Coming(arrivals(120.1, 120.2, 120.3, 120.4), WHOLE)
    assert lons(coming, 1) == [120.1]
    coming.mark()
    assert lons(coming, 2) == [120.2, 120.3]
    coming.back()
    assert lons(coming, 4) == [120.2, 120.3, 120.4]
    assert coming.next() is None


def test_a_part_has_its_own_arrivals() -> None:
    west = Part(-180, 120.25, sweeps=True, meet=lambda: None)
    assert lons(Coming(arrivals(120.1, 120.3, 120.2), west), 9) == [120.1, 120.2]


def lons(coming: Coming, number: int) -> Sequence[float]:
    found = [coming.next() for _ in range(number)]
    return [one.home.lon for one in found if one is not None]


@pytest.mark.anyio
async def test_two_processes_lead_all_lives_and_the_record_holds(toytown_url: str) -> None:
    told: list[int] = []
    async with life_at(toytown_url):
        pass
    asked = Asked(toytown_url, None, days=3, seed=5, number=120, end=datetime(2025, 6, 30, 15, 59, tzinfo=UTC))
    tally = simulated_in_parts(asked, 2, told.append)
    assert tally.filed == sum(told) > 100
    assert tally.steps["verify"] > 0
    async with await psycopg.AsyncConnection.connect(toytown_url) as connection:
        count = await (await connection.execute("select count(*), count(distinct client_key) from reports")).fetchone()
        assert count == (tally.filed, tally.filed)
        assert (await verify(connection)).faults == ()
