"""Exporting the ledger of grids: a workbook, or a page for paper."""

from __future__ import annotations

from pathlib import Path

import typer
from sqlalchemy.ext.asyncio import AsyncConnection

from api.cli.tracing import trace_export
from api.cli.transactions import in_transaction, this_moment
from layers.areas.queries import edition as edition_of
from layers.districts.queries import district as district_of
from layers.roster.ledger import Ledger
from layers.roster.ledger_queries import ledger
from layers.write.destinations import require_ending
from layers.write.targets import replacing
from layers.write.xlsx import sheet
from maps.ledger import WIDTHS, cells, headings, ledger_page, word
from maps.strings import Language

PAGE, WORKBOOK = ".html", ".xlsx"


def export_ledger(to: Path, *, edition: int | None, district: str | None, language: Language) -> None:
    """Write the ledger of an edition's cells, as of today, to .xlsx or .html."""
    ending = require_ending(to, (WORKBOOK, PAGE))
    trace_export("ledger", district=district, ending=ending, edition=edition)
    with replacing(to) as path:
        made = in_transaction(lambda connection: _ledger(connection, edition, district), commit=False)
        if ending == PAGE:
            path.write_text(ledger_page(made, language), encoding="utf-8")
        else:
            write_workbook(path, made, language)
    typer.echo(f"ledger: {len(made.rows):,} rows.\nWritten to {to}.")


def write_workbook(path: Path, made: Ledger, language: Language) -> None:
    """The ledger as a sheet, one row for each cell."""
    title = word("title", language, level=made.level_name_en.lower() if language == "en" else made.level_name)
    with sheet(path, title, headings(language), widths=WIDTHS) as append:
        for row in made.rows:
            append(cells(row, language))


async def _ledger(connection: AsyncConnection, edition: int | None, district: str | None) -> Ledger:
    chosen = await district_of(connection, district)
    today = this_moment().astimezone(chosen.zone).date()
    return await ledger(connection, district=chosen, edition=await edition_of(connection, chosen, edition), on=today)
