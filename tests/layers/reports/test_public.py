"""What everybody sees: squares instead of places, five together or none, and months that cannot be cut."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest
from sqlalchemy import NullPool
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from geo.positions import LonLat
from geo.public_grid import snapped_position
from layers.migrations import sqlalchemy_url
from layers.reports.public import BadMonth, Month, PublicMonth, public_month
from layers.reports.records import NoSubject
from layers.reports.suppression import LEAST
from tests.layers.reports.desk import MORNING, Desk, desk_at, near

JANUARY = Month(2025, 1)


@pytest.fixture
async def asked(toytown_url: str) -> AsyncIterator[tuple[Desk, AsyncConnection]]:
    engine = create_async_engine(
        sqlalchemy_url(toytown_url), poolclass=NullPool, execution_options={"isolation_level": "AUTOCOMMIT"}
    )
    async with (
        await psycopg.AsyncConnection.connect(toytown_url, autocommit=True) as connection,
        engine.connect() as reading,
    ):
        yield await desk_at(toytown_url, connection), reading
    await engine.dispose()


async def told(asked: tuple[Desk, AsyncConnection], month: Month = JANUARY) -> PublicMonth:
    desk, reading = asked
    return await public_month(reading, desk.compiled, month)


def streets_and_communities(desk: Desk) -> list[int]:
    return [one.id for one in desk.compiled.areas.values() if one.depth < desk.compiled.district.cell_depth]


def one_cell_of_each_community(desk: Desk) -> list[str]:
    """Codes, by the path of the community."""
    cells = {desk.compiled.cell(code).parent_id: code for code in reversed(desk.cells())}
    return [cells[one] for one in sorted(cells, key=lambda parent: parent or 0)]


async def file_many(desk: Desk, cell: str, number: int, *, now: datetime = MORNING) -> None:
    for _ in range(number):
        await desk.file(desk.middle_of(cell), now=now)


async def file_everywhere(desk: Desk, number: int, *, now: datetime = MORNING) -> None:
    for cell in one_cell_of_each_community(desk):
        await file_many(desk, cell, number, now=now)


async def test_an_empty_month_shows_nothing(asked: tuple[Desk, AsyncConnection]) -> None:
    found = await told(asked)
    assert found.reports == ()
    assert set(found.counts) == set(streets_and_communities(asked[0]))
    assert set(found.counts.values()) == {None}


async def test_five_are_shown_and_four_are_not(asked: tuple[Desk, AsyncConnection]) -> None:
    desk, _ = asked
    await file_everywhere(desk, LEAST - 1)
    assert (await told(asked)).reports == ()
    await file_everywhere(desk, 1)
    found = await told(asked)
    lowest = desk.compiled.district.cell_depth - 1
    assert {found.counts[one] for one in found.counts if desk.compiled.areas[one].depth == lowest} == {LEAST}
    assert len(found.reports) == LEAST * len(one_cell_of_each_community(desk))


async def test_a_square_of_four_is_not_listed_where_its_area_is_counted(asked: tuple[Desk, AsyncConnection]) -> None:
    desk, _ = asked
    for cell in one_cell_of_each_community(desk):
        await file_many(desk, cell, LEAST - 1)
        parent = desk.compiled.cell(cell).parent_id
        siblings = [code for code in desk.cells() if desk.compiled.cell(code).parent_id == parent]
        await file_many(desk, siblings[-1], LEAST - 1)
    found = await told(asked)
    assert None not in found.counts.values()
    assert found.reports == ()


async def test_the_list_holds_squares_of_five_and_never_completes_the_counts(
    asked: tuple[Desk, AsyncConnection],
) -> None:
    desk, _ = asked
    quiet, *others = one_cell_of_each_community(desk)
    await file_many(desk, quiet, 3)
    for number, cell in enumerate(others):
        await file_many(desk, cell, 6 + number)
        scattered = desk.middle_of(desk.cells()[desk.cells().index(cell) + 1])
        await desk.file(replace(scattered, given=near(scattered.given, east_deg=0.0001)))
    found = await told(asked)
    rows = await desk.rows("select st_x(geom) as lon, st_y(geom) as lat from reports")
    assert 0 < len(found.reports) < len(rows)
    assert min(Counter(one.position for one in found.reports).values()) >= LEAST
    exact = {LonLat(row["lon"], row["lat"]) for row in rows}
    assert not {one.position for one in found.reports} & exact
    assert all(snapped_position(one.position, desk.compiled.plane) == one.position for one in found.reports)
    left_out = [one for one, count in found.counts.items() if count is None]
    assert len(left_out) == 2, "the quiet community, and the next smallest of its street"
    assert desk.compiled.cell(quiet).parent_id in left_out
    lowest = desk.compiled.district.cell_depth - 1
    countable = sum(count or 0 for one, count in found.counts.items() if desk.compiled.areas[one].depth == lowest)
    assert countable - len(others) + 1 == len(found.reports), "of areas left out nothing is listed"


async def test_nothing_that_could_be_followed(asked: tuple[Desk, AsyncConnection]) -> None:
    await file_everywhere(asked[0], 6)
    one = (await told(asked)).reports[0]
    assert (one.day, one.kind, one.status) == (date(2025, 1, 8), "M01", "dispatched")
    assert set(type(one).__slots__) == {"day", "kind", "status", "position"}


async def test_a_month_is_that_of_the_district_and_asking_again_tells_the_same(
    asked: tuple[Desk, AsyncConnection],
) -> None:
    desk, _ = asked
    midnight = datetime(2025, 1, 31, 16, 0, tzinfo=UTC)
    await file_everywhere(desk, 6, now=midnight - timedelta(seconds=1))
    await file_everywhere(desk, 7, now=midnight)
    root = desk.compiled.by_code[0, desk.compiled.district.code].id
    january, february = await told(asked), await told(asked, JANUARY.after)
    areas = len(one_cell_of_each_community(desk))
    assert (january.counts[root], february.counts[root]) == (6 * areas, 7 * areas)
    assert (len(january.reports), len(february.reports)) == (6 * areas, 7 * areas)
    assert await told(asked) == january


async def test_what_lies_nowhere_counts_nowhere(asked: tuple[Desk, AsyncConnection]) -> None:
    desk, _ = asked
    for _ in range(6):
        filed = await desk.file(desk.middle_of(desk.cells()[0]))
        await desk.connection.execute(
            "update reports set area_path = null, area_id = null, located = false where id = %s", [filed.report_id]
        )
        await desk.file(NoSubject())
    found = await told(asked)
    root = desk.compiled.by_code[0, desk.compiled.district.code].id
    assert found.counts[root] == 6, "reports of the whole district"
    assert found.reports == ()


@pytest.mark.parametrize("text", ["", "2025", "2025-13", "2025-1-1", "january"])
def test_only_whole_months(text: str) -> None:
    with pytest.raises(BadMonth):
        Month.read(text)


def test_months_follow_each_other() -> None:
    assert Month.read("2025-12").after == Month(2026, 1)
    assert Month.read("2025-11").after == Month(2025, 12)
    assert str(Month.read("2025-01")) == "2025-01"
