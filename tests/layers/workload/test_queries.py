"""The figures of whole levels against a plain count over rows written by hand."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from layers.actors import DESK
from layers.areas.queries import areas as areas_of
from layers.areas.queries import edition_in_force
from layers.areas.records import Area, Edition
from layers.districts.queries import district as district_of
from layers.districts.records import District
from layers.workload.lately import lately
from layers.workload.queries import sheet, standing
from layers.workload.records import Elsewhere, WorkloadSheet

NOW = datetime(2025, 2, 1, 4, 0, tzinfo=UTC)
INSERT = text("""
    insert into reports (
        id, district_id, sender, source, client_key, content_digest, kind_id, status, subject, occurred_at, filed_at,
        located, located_by, edition_id, area_id, area_path, assignee_id, entries, chain_head, due_at,
        overdue_marked
    )
    values (
        :id, :district, 'source:test', 'test', cast(:id as text), '', :kind, :status, 'position', :filed_at, :filed_at,
        :located, 'position', :edition, :area, :path, :assignee, 1, '', :due_at, :overdue
    )
""")


@dataclass(frozen=True)
class Row:
    """A report as the test made it up."""

    area: Area | None
    status: str
    assigned: bool
    filed_at: datetime
    due_at: datetime | None
    overdue: bool

    @property
    def due_soon(self) -> bool:
        return self.due_at is not None and not self.overdue and self.due_at <= NOW + timedelta(hours=24)


@dataclass(frozen=True)
class Ground:
    """What the figures are counted over."""

    district: District
    edition: Edition
    areas: list[Area]


async def ground_of(connection: AsyncConnection) -> Ground:
    district = await district_of(connection, None)
    edition = await edition_in_force(connection, district)
    return Ground(district, edition, await areas_of(connection, edition.id))


def made_up(ground: Ground, count: int, *, open_share: float = 0.7) -> list[Row]:
    """Mostly in cells, some in larger areas, some nowhere; open and closed, with and without someone."""
    chance = random.Random(7)
    cells = [one for one in ground.areas if one.depth == ground.district.cell_depth][:-5]
    above = [one for one in ground.areas if one.depth < ground.district.cell_depth]
    rows = []
    for _ in range(count):
        where = chance.random()
        area = chance.choice(cells) if where < 0.85 else chance.choice(above) if where < 0.95 else None
        status = chance.choice(["filed", "dispatched"] if chance.random() < open_share else ["closed", "void"])
        filed_at = NOW - timedelta(seconds=chance.randrange(30 * 86_400))
        assigned, overdue = chance.random() < 0.8, chance.random() < 0.1
        due_at = None if chance.random() < 0.2 else NOW + timedelta(hours=chance.randrange(-60, 60))
        rows.append(Row(area, status, assigned, filed_at, due_at, overdue))
    return rows


async def store(connection: AsyncConnection, ground: Ground, rows: list[Row]) -> None:
    kind = await connection.scalar(text("select min(id) from kinds"))
    person = await connection.scalar(text("select min(id) from people"))
    given = [
        {
            "id": 202501010000000 + number,
            "district": ground.district.id,
            "kind": kind,
            "status": row.status,
            "filed_at": row.filed_at,
            "located": row.area is not None,
            "edition": ground.edition.id,
            "area": row.area.id if row.area else None,
            "path": row.area.path if row.area else None,
            "assignee": person if row.assigned else None,
            "due_at": row.due_at,
            "overdue": row.overdue,
        }
        for number, row in enumerate(rows, start=1)
    ]
    await connection.execute(INSERT, given)


def counted_by_hand(rows: list[Row]) -> Elsewhere:
    return Elsewhere(
        open=len(rows),
        unassigned=sum(not row.assigned for row in rows),
        overdue=sum(row.overdue for row in rows),
        due_soon=sum(row.due_soon for row in rows),
    )


async def sheet_of(connection: AsyncConnection, ground: Ground, depth: int) -> WorkloadSheet:
    level = ground.district.levels[depth]
    areas = [one for one in ground.areas if one.depth == depth]
    return await sheet(
        connection,
        scope=DESK,
        district=ground.district,
        edition=ground.edition,
        level=level,
        stands=await standing(connection, ground.edition, level, areas, on=NOW.date()),
        went=await lately(
            connection, district=ground.district, edition=ground.edition, level=level, areas=areas, now=NOW
        ),
        now=NOW,
    )


async def test_every_figure_of_every_level_equals_a_plain_count(toytown: AsyncConnection) -> None:
    ground = await ground_of(toytown)
    rows = made_up(ground, 600)
    await store(toytown, ground, rows)
    is_open = [row for row in rows if row.status in {"filed", "dispatched"}]
    for depth in range(4):
        counted = await sheet_of(toytown, ground, depth)
        by_code = {one.code: one for one in counted.figures.rows()}
        level = [one for one in ground.areas if one.depth == depth]
        assert by_code.keys() == {one.code for one in level}
        for area in level:
            inside = [row for row in is_open if row.area and row.area.path.startswith(area.path)]
            ages_h = [(NOW - row.filed_at).total_seconds() / 3600 for row in inside]
            told = by_code[area.code]
            assert told.open == len(inside)
            assert told.unassigned == sum(not row.assigned for row in inside)
            assert (told.overdue, told.due_soon) == (
                sum(row.overdue for row in inside),
                sum(row.due_soon for row in inside),
            )
            assert told.median_age_open_h == (pytest.approx(median(ages_h)) if ages_h else None)


async def test_what_no_area_of_a_level_holds_is_told_apart(toytown: AsyncConnection) -> None:
    ground = await ground_of(toytown)
    rows = made_up(ground, 300)
    await store(toytown, ground, rows)
    is_open = [row for row in rows if row.status in {"filed", "dispatched"}]
    placed = sum(row.area is not None for row in is_open)
    for depth in range(4):
        counted = await sheet_of(toytown, ground, depth)
        total = counted.total("open")
        assert total is not None
        assert total + counted.held_above.open == placed
        above = [row for row in is_open if row.area is not None and row.area.depth < depth]
        nowhere = [row for row in is_open if row.area is None]
        assert (counted.held_above, counted.unlocated) == (counted_by_hand(above), counted_by_hand(nowhere))


async def test_the_last_thirty_days_of_every_level_equal_a_plain_count(toytown: AsyncConnection) -> None:
    ground = await ground_of(toytown)
    await store(toytown, ground, made_up(ground, 400, open_share=0.2))
    await toytown.execute(
        text("""
        update reports set
            closed_at = filed_at + make_interval(hours => (id % 900)::int), evaluated_at = filed_at, responded = true,
            solved = true, satisfied = (array['satisfied', 'basically', 'dissatisfied', null])[1 + id % 4]
        where status = 'closed'
    """)
    )
    found = await toytown.execute(
        text("""
        select area_path, satisfied, extract(epoch from closed_at - filed_at)::float / 3600 as hours from reports
        where status = 'closed' and closed_at >= '2025-01-03 00:00+08' and closed_at < '2025-02-02 00:00+08'
    """)
    )
    closed = found.all()
    assert 50 < len(closed) < 300
    points = {"satisfied": 100, "basically": 90}
    for depth in range(4):
        told = {one.code: one for one in (await sheet_of(toytown, ground, depth)).figures.rows()}
        for area in (one for one in ground.areas if one.depth == depth):
            inside = [row for row in closed if row.area_path and row.area_path.startswith(area.path)]
            judged = [points.get(row.satisfied, 0) for row in inside]
            assert told[area.code].closed_30d == len(inside)
            assert told[area.code].median_h_to_close_30d == (
                pytest.approx(median([row.hours for row in inside])) if inside else None
            )
            assert told[area.code].satisfaction_30d == (pytest.approx(sum(judged) / len(judged)) if judged else None)


async def test_workers_and_residents_of_a_level(toytown: AsyncConnection) -> None:
    ground = await ground_of(toytown)
    [district] = (await sheet_of(toytown, ground, 0)).figures.rows()
    assert (district.workers, district.residents) == (27, 63 * 3 * 55)
    assert {row.workers for row in (await sheet_of(toytown, ground, 2)).figures.rows()} == {3}
    assert {row.workers for row in (await sheet_of(toytown, ground, 3)).figures.rows()} == {3}


async def test_who_has_left_or_whose_duty_ended_is_no_worker(toytown: AsyncConnection) -> None:
    ground = await ground_of(toytown)
    await toytown.execute(text("update people set active = false where number = 'W0001'"))
    await toytown.execute(
        text("update duties set valid_to = '2025-01-31' where person_id = (select id from people where number='W0002')")
    )
    first = (await sheet_of(toytown, ground, 2)).figures.rows()[0]
    assert first.workers == 1
