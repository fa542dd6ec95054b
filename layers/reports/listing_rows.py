"""The list of reports as rows of a table: the fields that `export reports` writes, and where each lies."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from layers.actors import Scope
from layers.districts.records import District
from layers.reports.exporting import FIELDS, Areas, area_codes, report_cells
from layers.reports.listing import ReportFilter, reports
from layers.reports.records import StoredReport

HEADING: tuple[str, ...] = (*(field.name for field in FIELDS), "lon", "lat")
#: Reports read at once: no connection is kept while a slow reader takes them.
BATCH = 1_000

Connect = Callable[[], AbstractAsyncContextManager[AsyncConnection]]
Row = tuple[Any, ...]


async def listed_rows(
    connect: Connect, district: District, narrowed: ReportFilter, *, scope: Scope, newest_first: bool
) -> AsyncIterator[list[Row]]:
    """The reports of a list in batches, each row in the order of `HEADING`, lon and lat in degrees of the storage.

    Raises:
        BadBox, BadPeriod, UnknownKind: as the list itself, before the first batch.
    """
    after: int | None = None
    areas: Areas | None = None
    while True:
        async with connect() as connection:
            areas = areas or await area_codes(connection, district)
            page = await reports(
                connection, district.id, narrowed, scope=scope, after=after, limit=BATCH, newest_first=newest_first
            )
        yield _rows(page.reports, areas, district)
        if page.next_after is None:
            return
        after = page.next_after


def _rows(found: Sequence[StoredReport], areas: Areas, district: District) -> list[Row]:
    return [(*report_cells(one, areas, district.zone), *(one.position or (None, None))) for one in found]
