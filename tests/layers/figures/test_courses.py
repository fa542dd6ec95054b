"""The course of a period: each step is the sheet of its own days, and the steps together are the period."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from layers.actors import DESK
from layers.areas.queries import areas, edition
from layers.districts.queries import district as district_of
from layers.figures.course_records import Course, CourseAsked
from layers.figures.courses import Lines, course
from layers.figures.definitions import COUNTS, Basis
from layers.figures.dimensions import Asked, dimension
from layers.figures.records import By, Period
from layers.figures.steps import StepSize
from layers.reports.kinds import UnknownKind
from tests.layers.figures import fates
from tests.layers.reports.steps.life import Life

pytestmark = pytest.mark.anyio

#: From a Sunday to a Tuesday, with matters in hand before and after: weeks and months are cut short at both ends.
DAYS = Period(date(2025, 1, 12), date(2025, 3, 18))

IN_A_GROUP = (
    """insert into kinds (district_id, code, name, level_depth, is_group, extra_fields, limits)
    select district_id, 'G1', '一组', level_depth, true, extra_fields, limits from kinds where code = 'M01'""",
    "update kinds set parent_code = 'G1' where code = 'M01'",
)


async def course_of(
    connection: AsyncConnection,
    size: StepSize = StepSize.DAY,
    *,
    period: Period = DAYS,
    area: str | None = None,
    kind: str | None = None,
    by: By | None = None,
) -> Course:
    district = await district_of(connection, None)
    chosen = await edition(connection, district, None)
    level = district.levels[1]
    here = await areas(connection, chosen.id, depth=level.depth)
    lines = None
    if by is not None:
        found = await dimension(connection, district, Asked(period, by, level, chosen, here), DESK)
        lines = Lines(found.grouping, found.named)
    named = next((one for one in here if one.code == area), None)
    asked = CourseAsked(period, size, chosen, named, kind)
    return await course(connection, scope=DESK, district=district, asked=asked, now=fates.NOW, lines=lines)


def check_sums(found: Course) -> None:
    """What happens in a period is in one of its steps; what is open at its end is open at the end of the last."""
    for key, one in COUNTS.items():
        told = [step.counts[key] for step in found.counted]
        assert (told[-1] if one.basis is Basis.STOCK else sum(told)) == found.total.counts[key], key


async def test_each_step_is_the_sheet_of_its_days_and_all_are_the_period(life: Life) -> None:
    await fates.live(life, rounds=4)
    async with fates.reading(life.url) as connection:
        for size in StepSize:
            found = await course_of(connection, size)
            check_sums(found)
            assert found.total == (await fates.sheet_of(connection, period=DAYS)).total
            assert sum(found.total.counts.values()) > 200
            for step, counted in zip(found.steps, found.counted, strict=True):
                sheet = await fates.sheet_of(connection, period=Period(step.first, step.last))
                assert counted == sheet.total, step


async def test_of_an_area_or_a_kind_it_is_the_course_of_its_row(life: Life) -> None:
    await fates.live(life, rounds=2)
    async with fates.reading(life.url) as connection:
        for statement in IN_A_GROUP:
            await connection.execute(text(statement))
        for by, level in ((By.AREA, "street"), (By.KIND, "street"), (By.GROUP, "street")):
            apart = await course_of(connection, StepSize.WEEK, by=by)
            sheet = await fates.sheet_of(connection, by=by, level=level, period=DAYS)
            rows = {one.code: one.counted for one in sheet.rows}
            assert rows
            for named, line in apart.lines.items():
                narrowed = {"area": named.code} if by is By.AREA else {"kind": named.code}
                alone = await course_of(connection, StepSize.WEEK, **narrowed)  # type: ignore[arg-type]
                check_sums(alone)
                assert (alone.counted, alone.total) == (line, rows[named.code])
                assert apart.whole(line).counts == rows[named.code].counts
        with pytest.raises(UnknownKind):
            await course_of(connection, kind="X99")


async def test_a_day_begins_at_midnight_of_the_district(life: Life) -> None:
    """16:00 in Greenwich is midnight in Shanghai, there and then the next year begins."""
    days = Period(date(2024, 12, 30), date(2025, 1, 2))
    life.now = datetime(2024, 12, 31, 15, 59, 59, tzinfo=UTC)
    await life.file()
    life.now = datetime(2024, 12, 31, 16, 0, tzinfo=UTC)
    await fates.settled(life, await life.file())
    async with fates.reading(life.url) as connection:
        by_day = await course_of(connection, period=days)
        by_month = await course_of(connection, StepSize.MONTH, period=days)
        by_week = await course_of(connection, StepSize.WEEK, period=days)
    for found in (by_day, by_month, by_week):
        check_sums(found)
    assert [one.counts["filed"] for one in by_day.counted] == [0, 1, 1, 0]
    assert [one.counts["open_at_end"] for one in by_day.counted] == [0, 1, 1, 1]
    assert [(one.first, one.last, one.whole) for one in by_month.steps] == [
        (date(2024, 12, 30), date(2024, 12, 31), False),
        (date(2025, 1, 1), date(2025, 1, 2), False),
    ]
    assert [one.counts["closed"] for one in by_month.counted] == [0, 1]
    assert [one.counts["filed"] for one in by_week.counted] == [2]


async def test_a_period_without_reports_has_its_steps_all_the_same(life: Life) -> None:
    async with fates.reading(life.url) as connection:
        found = await course_of(connection)
    assert len(found.counted) == len(found.steps) == 66
    assert all(set(one.counts.values()) == {0} and one.median_s is None for one in (*found.counted, found.total))
