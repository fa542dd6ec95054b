"""Importing kinds and units, as the command line shows it: tables as people keep them, and the difference they make."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import typer
from sqlalchemy.ext.asyncio import AsyncConnection

from api.cli.column_maps import BadOption, confirm, show_columns
from api.cli.importing_registers import SAMPLE_ROWS, RegisterOptions, end
from api.cli.tables import first_few, print_table
from api.cli.tracing import changed, kinds_of, leave_trace
from api.cli.transactions import in_transaction
from api.published import counts
from layers.districts.queries import district as district_of
from layers.read.columns import ColumnMap, map_columns, named_as_given
from layers.read.leaving import Rest
from layers.read.ragged import NumberedRow, RaggedTable, read_ragged
from layers.read.rows import RefusedRow
from layers.reports.kinds_codes import range_hinted, range_named
from layers.reports.kinds_columns import kinds_columns, known_names
from layers.reports.kinds_importing import KindsImported, KindsRequest
from layers.reports.kinds_importing import import_kinds as store_kinds
from layers.roster.units_importing import NAMES, NEEDED, OPTIONAL, UnitsImported
from layers.roster.units_importing import import_units as store_units
from layers.traces.records import EventName

#: Columns of a file of refused rows: what is mended in it is a part of the table it came from.
MENDED = {"row", "reason"}


def import_kinds(file: Path, *, options: RegisterOptions, commit: bool) -> None:
    """Import the tree of kinds, or a part of it, from a table."""
    table = read_ragged(file, known=known_names(), encoding=options.encoding, sheet=options.layer)
    columns = kinds_columns(table.columns, options.columns)
    _shown(table, columns, options, commit=commit)
    request = KindsRequest(
        letter=_letter(options.letter),
        hint=range_hinted(table.words),
        code_digits=options.code_digits,
        rest=_rest(table, options),
    )

    async def work(connection: AsyncConnection) -> KindsImported:
        district = await district_of(connection, options.district)
        before = await kinds_of(connection, district)
        outcome = await store_kinds(
            connection,
            district=district,
            columns=columns.columns,
            rows=_named(table, columns),
            request=request,
            spoilt=_codes(table, columns),
        )
        if differing := changed(before, await kinds_of(connection, district)):
            await leave_trace(connection, EventName.KINDS_CHANGED, district, f"district:{district.code}", differing)
        return outcome

    outcome = in_transaction(work, commit=commit)
    _say_kinds(outcome)
    if outcome.difference.new and "level" not in columns.columns:
        typer.echo("Without a column level, what is new is settled at the finest level.")
    end(_refused(table, outcome.refused), options.refused, commit=commit)


def import_units(file: Path, *, options: RegisterOptions, commit: bool) -> None:
    """Import the units from a table."""
    known = {*NEEDED, *OPTIONAL, *(name for names in NAMES.values() for name in names)}
    table = read_ragged(file, known=known, encoding=options.encoding, sheet=options.layer)
    columns = map_columns(table.columns, needed=NEEDED, optional=OPTIONAL, given=options.columns, names=NAMES)
    _shown(table, columns, options, commit=commit)

    async def work(connection: AsyncConnection) -> UnitsImported:
        district = await district_of(connection, options.district)
        outcome = await store_units(
            connection,
            district=district,
            rows=_named(table, columns),
            rest=_rest(table, options),
            spoilt=_codes(table, columns),
        )
        await leave_trace(connection, EventName.IMPORTED, district, "register:units", counts(outcome))
        return outcome

    outcome = in_transaction(work, commit=commit)
    numbers = f"{len(outcome.new):,} new, {len(outcome.changed):,} changed, {len(outcome.gone):,} no longer in use"
    typer.echo(f"units: {numbers}, {outcome.unchanged:,} unchanged.")
    for what, codes in (("New", outcome.new), ("Changed", outcome.changed), ("No longer in use", outcome.gone)):
        if codes:
            typer.echo(f"{what}: {', '.join(codes)}.")
    _say_kept(outcome.kept)
    end(_refused(table, outcome.refused), options.refused, commit=commit)


def _letter(given: str | None) -> str | None:
    letter = range_named(given) if given else None
    if given and letter is None:
        raise BadOption(
            f"There is no range {given!r}.",
            field="--range",
            value=given,
            remedy="C: components (部件), M: matters (事项), L: the local range.",
        )
    return letter


def _rest(table: RaggedTable, options: RegisterOptions) -> Rest | None:
    """What becomes of the rest; a file of mended rows states a part, so it stays."""
    is_part = set(table.columns) >= MENDED
    return options.rest or (Rest.KEEP if is_part else None)


def _shown(table: RaggedTable, columns: ColumnMap, options: RegisterOptions, *, commit: bool) -> None:
    for note in table.notes:
        typer.echo(note)
    unused = tuple(name for name in columns.unused if name not in MENDED)
    show_columns(replace(columns, unused=unused), [row for _, row in table.rows[:SAMPLE_ROWS]])
    confirm(columns, options.typed, commit=commit)


def _named(table: RaggedTable, columns: ColumnMap) -> Iterable[NumberedRow]:
    """The rows with each mapped column under its field's name as well."""
    for number, row in table.rows:
        yield number, {**row, **{name: row[column] for name, column in columns.columns.items()}}


def _codes(table: RaggedTable, columns: ColumnMap) -> set[str]:
    """The codes of rows that could not be read as rows; footnotes and headings have none, and are about none."""
    rows = [row.cells for row in table.refused]
    return {row[columns.columns["code"]] for row in rows if sum(map(bool, row.values())) > 1}


def _refused(table: RaggedTable, refused: Sequence[RefusedRow]) -> list[RefusedRow]:
    return sorted([*table.refused, *named_as_given(refused, table.columns)], key=lambda row: row.number)


def _say_kinds(outcome: KindsImported) -> None:
    difference, names = outcome.difference, outcome.names
    numbers = f"{len(difference.new):,} new, {len(difference.changed):,} changed, {len(difference.gone):,} gone"
    typer.echo(f"kinds: {numbers}, {difference.unchanged:,} unchanged.")
    if outcome.carried:
        rows = [str(number) for number in outcome.carried]
        typer.echo(f"Rows without a class, put into the one above: {first_few(rows)}.")
    print_table("New", ["kind", "name"], [(code, names[code]) for code in difference.new])
    print_table("Changed", ["kind", "name", "field", "before", "after"], _changes(difference.changed, names))
    print_table("Gone: no longer in use", ["kind", "name"], [(code, names[code]) for code in difference.gone])
    _say_kept(outcome.kept)


def _changes(
    changes: Mapping[str, Mapping[str, tuple[Any, Any]]], names: Mapping[str, str]
) -> list[tuple[str, str, str, str, str]]:
    return [
        (code, names[code], field, _word(before), _word(after))
        for code, fields in changes.items()
        for field, (before, after) in fields.items()
    ]


def _word(value: Any) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{key} {text}" for key, text in sorted(value.items()))
    return "" if value is None else str(value)


def _say_kept(kept: Sequence[str]) -> None:
    if kept:
        typer.echo(f"Not in the file, kept: {first_few(kept)}.")
