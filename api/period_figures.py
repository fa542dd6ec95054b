"""A sheet of figures as it was asked for, and the forms it is handed out in."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from fastapi import Request

from api.area_pages import Areas, edition_areas
from api.database import database
from api.locators import Served
from api.routes.common import clock
from api.schemas.figures import FiguresQuery
from layers.actors import Actor
from layers.districts.records import District, Level
from layers.figures.definitions import COUNTS, FIGURES
from layers.figures.dimensions import Asked
from layers.figures.records import Counted, Period, PeriodSheet
from layers.figures.sheets import period_sheet, territory_of

HEAD = ("code", "name", "name_en", *COUNTS, *FIGURES)


async def sheet_asked(request: Request, query: FiguresQuery, served: Served, actor: Actor) -> PeriodSheet:
    """The sheet of a query, of the territory of whoever asks.

    Raises:
        BadDays: the period cannot be one.
        UnknownLevel, NoEdition: there is no such level or edition.
    """
    district, now, seen = served.district, clock(request)(), territory_of(actor.scope)
    async with database(request).reading(seen) as connection:
        asked = asked_for(query, await edition_areas(connection, served, query.edition), now)
        return await period_sheet(connection, scope=seen, district=district, asked=asked, now=now)


def asked_for(query: FiguresQuery, areas: Areas, now: datetime) -> Asked:
    """Which sheet a query means; raises `BadDays` and `UnknownLevel`."""
    level = level_of(areas.district, query.level)
    period = period_of(query.period, areas.district, now)
    return Asked(period, query.by, level, areas.edition, areas.of_level(level.depth))


def period_of(text: str | None, district: District, now: datetime) -> Period:
    """The period as it is written; without one, the last thirty days of the district; raises `BadDays`."""
    return Period.up_to(now.astimezone(district.zone).date()) if text is None else Period.read(text)


def level_of(district: District, key: str | None) -> Level:
    """The level asked for; without one, the first below the district."""
    return district.levels[min(1, district.cell_depth)] if key is None else district.level(key)


def told(sheet: PeriodSheet) -> dict[str, Any]:
    """The sheet as JSON has it."""
    weights = sheet.weights
    return {
        "first": sheet.period.first,
        "last": sheet.period.last,
        "by": sheet.by.value,
        "level": sheet.level_key,
        "edition": sheet.edition_number,
        "as_of": sheet.as_of,
        "weights": {name: getattr(weights, name) for name in weights.__slots__},
        "rows": [
            {"code": one.code, "name": one.name, "name_en": one.name_en, **_counted(sheet, one.counted)}
            for one in sheet.rows
        ],
        "elsewhere": _counted(sheet, sheet.elsewhere),
        "total": _counted(sheet, sheet.total),
    }


def _counted(sheet: PeriodSheet, counted: Counted) -> dict[str, Any]:
    return {"counts": dict(counted.counts), "figures": sheet.figures(counted)}


def table(sheet: PeriodSheet) -> str:
    """The sheet as CSV: one line for each row, then what is elsewhere, then the total."""
    text = io.StringIO()
    lines = csv.writer(text)
    lines.writerow(HEAD)
    lines.writerows(_lines(sheet))
    return text.getvalue()


def _lines(sheet: PeriodSheet) -> Iterator[list[Any]]:
    for one in sheet.rows:
        yield [one.code, one.name, one.name_en, *_cells(sheet, one.counted)]
    yield ["", "其他", "elsewhere", *_cells(sheet, sheet.elsewhere)]
    yield ["", "合计", "total", *_cells(sheet, sheet.total)]


def _cells(sheet: PeriodSheet, counted: Counted) -> list[Any]:
    figures = sheet.figures(counted)
    return [counted.counts[key] for key in COUNTS] + [figures[key] for key in FIGURES]
