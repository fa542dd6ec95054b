"""Lists of reports as tables: CSV, streamed however long, and XLSX; each leaves a trace before its first line."""

from __future__ import annotations

import asyncio
import csv
import io
import tempfile
from collections.abc import AsyncIterator, Iterable
from functools import partial
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse

from api.access import TheActor, needs
from api.addresses import known_parameters
from api.database import database
from api.errors import TableTooLong
from api.locators import Locators
from api.routes.common import API, TheLocators, clock
from api.routes.report_lists import area_path, narrowed
from api.schemas.problems import problems
from api.schemas.queries import ReportFilters
from layers.access.permissions import Action
from layers.actors import Actor
from layers.reports.listing_rows import HEADING, Row, listed_rows
from layers.traces.recording import trace
from layers.traces.records import Event, EventName
from layers.write.defusing import defused, printable
from layers.write.xlsx import sheet

#: A workbook is made whole before it is sent, and its making takes turns with every other answer.
MOST_SHEET_ROWS = 20_000
BOM = "\ufeff"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: Of a filter, what may stand in the trail word for word; of the rest only that it was given.
TOLD = frozenset({"status", "open", "located", "assigned", "order"}) | {
    *("filed_from", "filed_to", "closed_from", "closed_to")
}


def _kept(media: str, what: str) -> dict[int | str, dict[str, Any]]:
    shape = {"type": "string"} | ({"format": "binary"} if media == SHEET else {})
    return {200: {"description": what, "content": {media: {"schema": shape}}}}


router = APIRouter(prefix=API, tags=["reports"], dependencies=[Depends(known_parameters), needs(Action.READ_RECORD)])
Asked = Annotated[ReportFilters, Query()]


class Table(NamedTuple):
    """Rows in batches, the first of them already read, and the name of the file without its ending."""

    first: list[Row]
    more: AsyncIterator[list[Row]]
    name: str

    async def batches(self) -> AsyncIterator[list[Row]]:
        """All of them."""
        yield self.first
        async for batch in self.more:
            yield batch


@router.get(
    "/reports.csv",
    operation_id="export_reports_csv",
    response_class=Response,
    responses={**_kept("text/csv", "One line for each report."), **problems(404)},
)
async def get_reports_csv(query: Asked, request: Request, actor: TheActor, locators: TheLocators) -> Response:
    """The list of reports as one table, however long, in UTF-8 with a byte order mark; no text is a formula."""
    table = await _table(request, query, actor, locators)
    await _traced(request, query, actor, "csv")
    return StreamingResponse(_lines(table), media_type="text/csv; charset=utf-8", headers=_headers(table, "csv"))


@router.get(
    "/reports.xlsx",
    operation_id="export_reports_xlsx",
    response_class=Response,
    responses={**_kept(SHEET, "A workbook with one sheet."), **problems(404)},
)
async def get_reports_xlsx(query: Asked, request: Request, actor: TheActor, locators: TheLocators) -> Response:
    """The same as a workbook of at most 20,000 reports, in which every code is text."""
    table = await _table(request, query, actor, locators)
    rows = await _at_most(table, MOST_SHEET_ROWS)
    await _traced(request, query, actor, "xlsx")
    book = await asyncio.to_thread(_book, rows)
    return Response(book, media_type=SHEET, headers=_headers(table, "xlsx"))


async def _table(request: Request, query: ReportFilters, actor: Actor, locators: Locators) -> Table:
    ready = await locators.ready(query.district)
    connect = partial(database(request).reading, actor.scope)
    async with connect() as connection:
        wanted = narrowed(query, await area_path(query, connection, ready))
    newest = query.order == "newest"
    more = listed_rows(connect, ready.district, wanted, scope=actor.scope, newest_first=newest)
    today = clock(request)().astimezone(ready.district.zone)
    return Table(await anext(more), more, f"reports-{today:%Y%m%d-%H%M}")


async def _at_most(table: Table, limit: int) -> list[Row]:
    rows: list[Row] = []
    async for batch in table.batches():
        rows += batch
        if len(rows) > limit:
            raise TableTooLong(
                f"The list has more than {limit:,} reports, and a workbook is made of no more.",
                field="limit",
                value=limit,
                remedy="Narrow the list, or take it as CSV.",
            )
    return rows


async def _lines(table: Table) -> AsyncIterator[str]:
    yield BOM + _csv([HEADING])
    async for batch in table.batches():
        yield _csv(map(defused, row) for row in batch)


def _csv(rows: Iterable[Iterable[Any]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _book(rows: list[Row]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "reports.xlsx")
        with sheet(path, "reports", HEADING) as append:
            for row in rows:
                append(map(printable, row))
        return path.read_bytes()


async def _traced(request: Request, query: ReportFilters, actor: Actor, ending: str) -> None:
    asked = query.model_dump(mode="json", exclude_none=True, exclude={"district"})
    facts = {name: asked[name] for name in sorted(asked.keys() & TOLD)}
    facts |= {"format": ending, "by": sorted(asked.keys() - TOLD)}
    event = Event(EventName.EXPORTED, actor.district_id, "reports", facts=facts)
    async with database(request).filing(actor.scope) as connection:
        await trace(connection, event, actor=actor.name, now=clock(request)())


def _headers(table: Table, ending: str) -> dict[str, str]:
    disposition = f'attachment; filename="{table.name}.{ending}"'
    return {"Content-Disposition": disposition, "Cache-Control": "private, no-store"}
