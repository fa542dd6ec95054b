"""Importing places, households and the roster, as the command line shows it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import chain, islice
from pathlib import Path

import typer
from sqlalchemy.ext.asyncio import AsyncConnection

from api.cli.column_maps import confirm, show_columns
from api.cli.tables import FIRST_FEW, first_few, print_table
from api.cli.tracing import leave_trace
from api.cli.transactions import in_transaction, this_moment
from api.published import counts
from geo.positions import Datum
from layers.districts.queries import district as district_of
from layers.places.importing import PlacesImported
from layers.places.importing import import_places as store_places
from layers.places.importing_features import place_columns
from layers.places.importing_households import HouseholdsImported, household_columns
from layers.places.importing_households import import_households as store_households
from layers.read.codes import padded
from layers.read.columns import ColumnMap, map_columns, named_as_fields, named_as_given
from layers.read.features import FeatureTable, read_features
from layers.read.keeping import kept_fields
from layers.read.leaving import Rest
from layers.read.point_tables import read_points_table
from layers.read.rows import RefusedRow, columns_of, is_table, row_chunks, write_refused
from layers.refusals import Refusal
from layers.roster.importing import RosterImported
from layers.roster.importing import import_roster as store_roster
from layers.roster.importing_rows import NEEDED, OPTIONAL
from layers.traces.records import EventName

PLACES = ("lon", "lat")
SAMPLE_ROWS = 20


class UnknownDatum(Refusal):
    """No datum has this name."""


@dataclass(frozen=True, slots=True)
class RegisterOptions:
    """What the command line may say about a file of places, households or duties; `typed` are its words."""

    district: str | None
    columns: Mapping[str, str]
    layer: str | None
    crs: str | None
    datum: str | None
    encoding: str | None
    keep: Sequence[str]
    code_digits: int | None
    refused: Path | None
    typed: Sequence[str]
    letter: str | None = None
    rest: Rest | None = None
    hours: str | None = None


def import_places(file: Path, *, kind: str, options: RegisterOptions, commit: bool) -> None:
    """Import buildings or service points."""
    datum = read_datum(options.datum or Datum.WGS84)
    if is_table(file):
        columns, table = _placed_rows(file, kind, options, commit=commit)
    else:
        table = read_features(file, layer=options.layer, encoding=options.encoding, keep=options.keep)
        columns = place_columns(table.fields, kind, options.columns).columns
    for note in table.notes:
        typer.echo(note)

    async def work(connection: AsyncConnection) -> PlacesImported:
        district = await district_of(connection, options.district)
        outcome = await store_places(
            connection,
            district=district,
            table=table,
            kind=kind,
            columns=columns,
            code_digits=options.code_digits,
            crs=options.crs,
            datum=datum,
        )
        await leave_trace(connection, EventName.IMPORTED, district, f"register:{kind}", counts(outcome))
        return outcome

    outcome = in_transaction(work, commit=commit)
    _say_places(kind, outcome)
    end(outcome.refused, options.refused, commit=commit)


def import_households(file: Path, *, options: RegisterOptions, commit: bool) -> None:
    """Import households per building from a table."""
    header = _header(file, options)
    columns = household_columns(header, options.columns)
    _confirmed(file, columns, options, commit=commit)

    async def work(connection: AsyncConnection) -> HouseholdsImported:
        district = await district_of(connection, options.district)
        outcome = await store_households(
            connection,
            district=district,
            rows=_rows(file, options),
            columns=columns,
            code_digits=options.code_digits,
        )
        await leave_trace(connection, EventName.IMPORTED, district, "register:households", counts(outcome))
        return outcome

    outcome = in_transaction(work, commit=commit)
    typer.echo(f"households: {outcome.changed:,} buildings changed, {outcome.unchanged:,} unchanged.")
    if outcome.unstated:
        typer.echo(f"{outcome.unstated:,} more buildings are stored and not in this table; they keep their counts.")
    end(outcome.refused, options.refused, commit=commit)


def import_roster(file: Path, *, options: RegisterOptions, commit: bool) -> None:
    """Import the roster from a table, one row for each duty."""
    header = _header(file, options)
    columns = map_columns(header, needed=NEEDED, optional=OPTIONAL, given=options.columns)
    _confirmed(file, columns, options, commit=commit)

    async def work(connection: AsyncConnection) -> RosterImported:
        district = await district_of(connection, options.district)
        rows = named_as_fields(_rows(file, options), columns)
        rows = ({**row, "area": padded(row["area"], options.code_digits)} for row in rows)
        outcome = await store_roster(
            connection, district=district, columns=columns.columns, rows=rows, now=this_moment()
        )
        facts = asdict(outcome.difference) | {"refused": len(outcome.refused)}
        await leave_trace(connection, EventName.IMPORTED, district, "register:roster", facts)
        return outcome

    outcome = in_transaction(work, commit=commit)
    counts = asdict(outcome.difference)
    typer.echo("Roster: " + ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in counts.items()) + ".")
    end(named_as_given(outcome.refused, header), options.refused, commit=commit)


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


def _placed_rows(
    file: Path, kind: str, options: RegisterOptions, *, commit: bool
) -> tuple[Mapping[str, str], FeatureTable]:
    """A table of places as features, and which of its columns hold what."""
    header = _header(file, options)
    where = {name: column for name, column in options.columns.items() if name in PLACES}
    what = {name: column for name, column in options.columns.items() if name not in PLACES}
    positions = map_columns(header, needed=PLACES, optional=(), given=where)
    kept = kept_fields(file.name, positions.unused, [one for one in options.keep if one in positions.unused])
    texts = place_columns(kept, kind, what)
    together = ColumnMap(
        {**texts.columns, **positions.columns}, (*texts.proposed, *positions.proposed), unused=texts.unused
    )
    _confirmed(file, together, options, commit=commit)
    table = read_points_table(
        file,
        lon=positions.columns["lon"],
        lat=positions.columns["lat"],
        crs=options.crs,
        has_datum=options.datum is not None,
        encoding=options.encoding,
        sheet=options.layer,
        keep=options.keep,
    )
    return texts.columns, table


def _confirmed(file: Path, columns: ColumnMap, options: RegisterOptions, *, commit: bool) -> None:
    sample = list(islice(_rows(file, options), SAMPLE_ROWS))
    show_columns(columns, sample)
    confirm(columns, options.typed, commit=commit)


def _header(file: Path, options: RegisterOptions) -> list[str]:
    return columns_of(file, encoding=options.encoding, sheet=options.layer)


def _rows(file: Path, options: RegisterOptions) -> Iterable[dict[str, str]]:
    return chain.from_iterable(row_chunks(file, encoding=options.encoding, sheet=options.layer))


def _say_places(kind: str, outcome: PlacesImported) -> None:
    typer.echo(f"{kind}: {outcome.new:,} new, {outcome.changed:,} changed, {outcome.unchanged:,} unchanged.")
    if outcome.only_stored:
        typer.echo(f"{outcome.only_stored:,} more are stored and not in this file; they are kept.")
    for named, what in ((outcome.outside, "lie in no cell"), (outcome.at_zero, "lie at 0°, 0°")):
        if named:
            typer.echo(f"Warning: {len(named):,} {what} (kept): {first_few(named)}.")
    if not outcome.is_located:
        typer.echo("No edition is in force yet: they are located when one is published.")


def end(refused: Sequence[RefusedRow], file: Path | None, *, commit: bool) -> None:
    """Say which rows were refused, write them out where that is asked for, and say whether anything was stored."""
    print_table(
        f"Refused rows: {len(refused):,}", ["row", "reason"], [(one.number, one.reason) for one in refused[:FIRST_FEW]]
    )
    if refused and file is not None:
        write_refused(file, refused)
        typer.echo(f"Written to {file}, to be mended and imported again.")
    elif refused:
        typer.echo("--refused FILE.csv writes them out, to be mended and imported again.")
    typer.echo("Stored." if commit else "Nothing stored: add --commit.")
