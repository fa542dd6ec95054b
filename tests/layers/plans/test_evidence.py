"""Boundaries that evidence speaks for: found from real returns, and made into transfers that hold."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import shapely
from sqlalchemy import NullPool
from sqlalchemy.ext.asyncio import create_async_engine

from geo.redraw import Cell, Coverage, apply, check, operation_of
from layers.actors import DESK
from layers.areas.queries import area, edition_in_force
from layers.migrations import sqlalchemy_url
from layers.plans.evidence import LEAST, Returned, clusters, returned_reports, suggestions
from layers.plans.keeping import plan
from layers.plans.opening import Heading, opened
from layers.plans.redrawing import coverage_of
from layers.reports.lifecycle import Action
from layers.scope import enter
from tests.layers.reports.steps.life import Life, life_at
from tests.toytown import polygons


@pytest.fixture
async def life(toytown_url: str) -> AsyncIterator[Life]:
    async with life_at(toytown_url) as made:
        yield made


async def came_back(life: Life, *, cell: int, to: str, reason: str) -> None:
    """A report that its holder returns, and that someone else is then given."""
    report = await life.file(cell)
    holder = await life.holder(report)
    dispatcher = await life.person("D0001")
    await life.take(holder, report, Action.ACCEPT)
    await life.take(holder, report, Action.RETURN, reason=reason)
    await life.take(dispatcher, report, Action.ASSIGN, person=to)


async def test_returns_of_a_year_become_a_transfer_to_who_took_them_on(life: Life, toytown_url: str) -> None:
    cells = life.desk.cells()
    rows = await life.desk.rows(
        "select p.number, a.code from duties d join people p on p.id = d.person_id join areas a on a.id = d.area_id "
        "where d.rank = 'A' and a.depth = 3 order by a.code"
    )
    answers = {row["code"]: row["number"] for row in rows}
    engine = create_async_engine(sqlalchemy_url(toytown_url), poolclass=NullPool)
    async with engine.connect() as connection:
        await enter(connection, DESK)
        district = life.desk.setting.district
        edition = await edition_in_force(connection, district)
        coverage = await coverage_of(connection, district, edition)
        giver, taker = next(
            (one, other)
            for one in cells
            for other in coverage.neighbours(one)
            if answers.get(one) and answers.get(other) and answers[one] != answers[other]
        )
        for reason in ("not_my_area", "not_my_area", "not_my_area", "not_my_matter"):
            await came_back(life, cell=cells.index(giver), to=answers[taker], reason=reason)
        root = await area(connection, edition.id, depth=0, code=district.code)
        number = await opened(
            connection, district=district, base=edition, area=root, heading=Heading("x"), actor="test", now=life.now
        )
        found = await plan(connection, number, scope=DESK)
        returned = await returned_reports(connection, found, district, now=life.now)
        assert [one.giver for one in returned] == [giver] * 3
        made = suggestions(returned, coverage)
        assert (made[0].giver, made[0].reports) == (giver, 3) and taker in {one.taker for one in made}
        for one in made:
            after = coverage.replaced(apply(coverage, operation_of(one.operation)))
            assert not check(after, before=coverage)
            assert after[one.taker].polygon.covers(shapely.Point(returned[0].lon, returned[0].lat))
        assert not await returned_reports(connection, found, district, now=life.now + timedelta(days=400))
    await engine.dispose()


def test_few_or_scattered_returns_propose_nothing(town: Coverage) -> None:
    giver = town.cells[0].code
    taker = town.neighbours(giver)[0]
    middle = town[giver].polygon.centroid
    few = [Returned(middle.x, middle.y, giver, frozenset({taker}))] * (LEAST - 1)
    assert suggestions(few, town) == []
    gone = [Returned(middle.x, middle.y, "gone", frozenset({taker}))] * LEAST
    assert suggestions(gone, town) == []
    far = [(middle.x + step * 0.01, middle.y) for step in range(LEAST)]
    assert clusters(far) == []
    assert [len(one) for one in clusters([*far, *[(middle.x, middle.y)] * 2])] == [LEAST]


@pytest.fixture
def town() -> Coverage:
    grids = polygons.grids()
    return Coverage.of(Cell(code, code[:12], shape) for code, shape in zip(grids.codes, grids.polygons, strict=True))
