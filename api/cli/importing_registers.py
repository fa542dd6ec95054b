"""Importing places and the roster, as the command line shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path

import typer
from sqlalchemy.ext.asyncio import AsyncConnection

from api.cli.tables import FIRST_FEW, first_few, print_table
from api.cli.transactions import in_transaction, this_moment
from geo.positions import Datum
from layers.districts.queries import district as district_of
from layers.places.importing import PlacesImported
from layers.places.importing import import_places as store_places
from layers.read.features import read_features
from layers.read.refusals import UnreadableFile
from layers.read.rows import RefusedRow, columns_of, row_chunks, write_refused
from layers.refusals import Refusal
from layers.roster.importing import RosterImported
from layers.roster.importing import import_roster as store_roster


class UnknownDatum(Refusal):
    """No datum has this name."""


@dataclass(frozen=True, slots=True)
class RegisterOptions:
    """What the command line may say about a file of places or of duties."""

    district: str | None
    code: str | None
    layer: str | None
    crs: str | None
    datum: str | None
    encoding: str | None
    refused: Path | None


def import_places(file: Path, *, kind: str, options: RegisterOptions, commit: bool) -> None:
    """Import buildings or service points."""
    table = read_features(file, layer=options.layer, encoding=options.encoding)
    datum = read_datum(options.datum or Datum.WGS84)

    async def work(connection: AsyncConnection) -> PlacesImported:
        return await store_places(
            connection,
            district=await district_of(connection, options.district),
            table=table,
            kind=kind,
            code=options.code,
            crs=options.crs,
            datum=datum,
        )

    outcome = in_transaction(work, commit=commit)
    typer.echo(f"{kind}: {outcome.new:,} new, {outcome.changed:,} changed, {outcome.unchanged:,} unchanged.")
    if outcome.only_stored:
        typer.echo(f"{outcome.only_stored:,} more are stored and not in this file; they are kept.")
    for named, what in ((outcome.outside, "lie in no cell"), (outcome.at_zero, "lie at 0°, 0°")):
        if named:
            typer.echo(f"Warning: {len(named):,} {what} (kept): {first_few(named)}.")
    if not outcome.is_located:
        typer.echo("No edition is in force yet: they are located when one is published.")
    _end(outcome.refused, options.refused, commit=commit)


def import_roster(file: Path, *, options: RegisterOptions, commit: bool) -> None:
    """Import the roster from CSV."""
    if file.suffix.lower() != ".csv":
        raise UnreadableFile(f"{file.name} is no CSV.", field="file", remedy="Give the roster as CSV, one row a duty.")
    columns = columns_of(file, encoding=options.encoding)
    rows = chain.from_iterable(row_chunks(file, encoding=options.encoding))

    async def work(connection: AsyncConnection) -> RosterImported:
        district = await district_of(connection, options.district)
        return await store_roster(connection, district=district, columns=columns, rows=rows, now=this_moment())

    outcome = in_transaction(work, commit=commit)
    counts = asdict(outcome.difference)
    typer.echo("Roster: " + ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in counts.items()) + ".")
    _end(outcome.refused, options.refused, commit=commit)


def read_datum(name: str) -> Datum:
    """The datum with this name.

    Raises:
        UnknownDatum: there is none.
    """
    try:
        return Datum(name.lower())
    except ValueError as error:
        known = ", ".join(Datum)
        raise UnknownDatum(
            f"There is no datum {name!r}.", field="datum", value=name, remedy=f"Known: {known}."
        ) from error


def _end(refused: Sequence[RefusedRow], file: Path | None, *, commit: bool) -> None:
    print_table(
        f"Refused rows: {len(refused):,}", ["row", "reason"], [(one.number, one.reason) for one in refused[:FIRST_FEW]]
    )
    if refused and file is not None:
        write_refused(file, refused)
        typer.echo(f"Written to {file}, to be mended and imported again.")
    elif refused:
        typer.echo("--refused FILE.csv writes them out, to be mended and imported again.")
    typer.echo("Stored." if commit else "Nothing stored: add --commit.")
