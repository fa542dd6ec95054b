"""The course of a period's figures as it was asked for, and as JSON has it."""

from __future__ import annotations

from typing import Any

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncConnection

from api.area_pages import edition_areas
from api.database import database
from api.locators import Served
from api.period_figures import asked_for, period_of
from api.routes.common import clock
from api.schemas.figures import CourseQuery, FiguresPageQuery
from layers.actors import DESK, Actor
from layers.districts.records import District
from layers.figures.course_records import Course, CourseAsked
from layers.figures.courses import Lines, course
from layers.figures.definitions import FIGURES
from layers.figures.dimensions import Asked, dimension
from layers.figures.records import By, Counted, PeriodSheet, Row
from layers.figures.sheets import period_sheet, territory_of
from layers.figures.steps import fitting
from layers.workload.metrics import UnknownMetric

#: So many lines of areas, kinds or units beside the course of everything: what a reader can still compare.
MOST_LINES = 12


async def course_asked(request: Request, query: CourseQuery, served: Served, actor: Actor) -> Course:
    """The course of a query, of the territory of whoever asks.

    Raises:
        BadDays: the period cannot be one, or has too many steps.
        AreaHalfNamed: an area without its level, or a level without an area.
        UnknownLevel, UnknownArea, NoEdition, UnknownKind, UnknownMetric: there is none.
    """
    check_figure(query.figure)
    district, now, seen = served.district, clock(request)(), territory_of(actor.scope)
    period, named = period_of(query.period, district, now), query.named_area
    async with database(request).reading(seen) as connection:
        found = await edition_areas(connection, served, query.edition)
        area = None if named is None else found.area(*named)
        asked = CourseAsked(period, query.step or fitting(period), found.edition, area, query.kind)
        return await course(connection, scope=seen, district=district, asked=asked, now=now)


async def page_asked(
    request: Request, query: FiguresPageQuery, served: Served, actor: Actor
) -> tuple[PeriodSheet, Course]:
    """The sheet of a page, and the course beside it: with a line for each of the rows with most reports.

    Raises:
        what `sheet_asked` and `course_asked` raise.
    """
    check_figure(query.figure)
    district, now, seen = served.district, clock(request)(), territory_of(actor.scope)
    async with database(request).reading(seen) as connection:
        found = await edition_areas(connection, served, query.edition)
        rows = asked_for(query, found, now)
        area = None if query.named_area is None else found.area(*query.named_area)
        asked = CourseAsked(rows.period, query.step or fitting(rows.period), found.edition, area, query.kind)
        sheet = await period_sheet(connection, scope=seen, district=district, asked=rows, now=now)
        lines = await _lines(connection, district, rows, asked, sheet)
        return sheet, await course(connection, scope=seen, district=district, asked=asked, now=now, lines=lines)


def check_figure(key: str | None) -> None:
    """Raises `UnknownMetric` for a figure that is none."""
    if key is not None and key not in FIGURES:
        raise UnknownMetric(
            "There is no such figure.", field="figure", value=key, remedy=f"Use one of: {', '.join(FIGURES)}."
        )


def course_told(found: Course, district: District, figure: str | None) -> dict[str, Any]:
    """The course as JSON has it; with a figure, that figure alone."""
    asked = found.asked

    def told(counted: Counted) -> dict[str, Any]:
        figures = found.figures(counted)
        kept = figures if figure is None else {figure: figures[figure]}
        return {"counts": dict(counted.counts), "figures": kept}

    steps = zip(found.steps, found.counted, strict=True)
    return {
        "first": asked.period.first,
        "last": asked.period.last,
        "step": asked.size.value,
        "level": None if asked.area is None else district.levels[asked.area.depth].key,
        "area": None if asked.area is None else asked.area.code,
        "kind": asked.kind,
        "edition": asked.edition.number,
        "as_of": found.as_of,
        "weights": {name: getattr(found.weights, name) for name in found.weights.__slots__},
        "steps": [
            {"first": one.first, "last": one.last, "whole": one.whole, **told(counted)} for one, counted in steps
        ],
        "total": told(found.total),
    }


async def _lines(
    connection: AsyncConnection, district: District, rows: Asked, asked: CourseAsked, sheet: PeriodSheet
) -> Lines | None:
    """A line for each of the rows that had most in hand; None where the course is of one row already."""
    inside = {one.code for one in sheet.rows}
    if rows.by is By.AREA and asked.area is not None:
        inside = {
            one.code for one in rows.areas if one.depth > asked.area.depth and one.path.startswith(asked.area.path)
        }
    elif rows.by in {By.KIND, By.GROUP} and asked.kind is not None:
        return None
    found = await dimension(connection, district, rows, DESK)
    in_hand = {one.code: _in_hand(one) for one in sheet.rows if one.code in inside}
    most = sorted(filter(in_hand.get, in_hand), key=lambda code: -in_hand[code])[:MOST_LINES]
    named = {one.code: one for one in found.named}
    return Lines(found.grouping, tuple(named[code] for code in most)) if most else None


def _in_hand(row: Row) -> int:
    return sum(row.counted.counts[key] for key in ("filed", "closed", "open_at_end"))
