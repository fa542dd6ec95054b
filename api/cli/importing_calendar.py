"""Importing calendars, as the command line shows it: the days of each year, and what differs from what is stored."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import typer
from sqlalchemy.ext.asyncio import AsyncConnection

from api.cli.column_maps import confirm, show_columns
from api.cli.importing_registers import SAMPLE_ROWS, RegisterOptions, end
from api.cli.tables import print_table
from api.cli.tracing import leave_trace
from api.cli.transactions import command_actor, in_transaction, this_moment
from layers.calendars.day_files import is_day_file, read_day_file
from layers.calendars.hours import hours_text, read_hours
from layers.calendars.importing import CalendarImported, YearImported
from layers.calendars.importing import import_calendar as store_calendar
from layers.calendars.reading import FEWEST_HOLIDAYS, NAMES, NEEDED, OPTIONAL, CalendarRead, read_calendar
from layers.districts.queries import district as district_of
from layers.read.columns import map_columns, named_as_given
from layers.read.ragged import read_ragged
from layers.traces.records import EventName

#: Columns of a file of refused rows.
MENDED = {"row", "reason"}


def import_calendar(file: Path, *, options: RegisterOptions, commit: bool) -> None:
    """Import the holidays and make-up days of whole years."""
    stated = options.hours
    if is_day_file(file):
        days = read_day_file(file)
        read, stated = read_calendar(days.rows, {}), stated or days.hours
    else:
        read = _table(file, options, commit=commit)
    hours = read_hours(stated) if stated else None

    async def work(connection: AsyncConnection) -> CalendarImported:
        district = await district_of(connection, options.district)
        outcome = await store_calendar(
            connection, district=district, read=read, hours=hours, actor=command_actor(), now=this_moment()
        )
        for one in outcome.years:
            if not one.is_unchanged:
                facts = {"version": one.version, "days": len(one.after.days), "digest": one.after.digest}
                await leave_trace(connection, EventName.IMPORTED, district, f"calendar:{one.after.year}", facts)
        return outcome

    outcome = in_transaction(work, commit=commit)
    for year in outcome.years:
        _say_year(year)
    _say_left_out(outcome, read)
    end(read.refused, options.refused, commit=commit)


def _table(file: Path, options: RegisterOptions, *, commit: bool) -> CalendarRead:
    known = {name for names in NAMES.values() for name in names}
    table = read_ragged(file, known=known, encoding=options.encoding, sheet=options.layer)
    columns = map_columns(table.columns, needed=NEEDED, optional=OPTIONAL, given=options.columns, names=NAMES)
    for note in table.notes:
        typer.echo(note)
    unused = tuple(name for name in columns.unused if name not in MENDED)
    show_columns(replace(columns, unused=unused), [row for _, row in table.rows[:SAMPLE_ROWS]])
    confirm(columns, options.typed, commit=commit)
    fields = columns.columns
    rows = [(number, {**row, **{name: row[column] for name, column in fields.items()}}) for number, row in table.rows]
    read = read_calendar(rows, fields, lost=table.refused)
    return replace(read, refused=tuple(named_as_given(read.refused, table.columns)))


def _say_year(one: YearImported) -> None:
    after = one.after
    days = f"{after.holidays} days off, {after.worked} worked to make up"
    typer.echo(f"calendar {after.year}, version {one.version}: {days}, hours {hours_text(after.hours)}.")
    if one.is_unchanged:
        typer.echo("Nothing changes.")
    elif one.before is not None:
        changes = [(str(day), was or "", is_now or "") for day, (was, is_now) in one.changes.items()]
        print_table(f"What changes in {after.year}", ["day", "before", "after"], changes)
        typer.echo("Clocks that run keep the version they were computed with.")
    if not after.worked:
        typer.echo(f"Warning: no day of {after.year} is worked to make up for a holiday (调休); is the table complete?")


def _say_left_out(outcome: CalendarImported, read: CalendarRead) -> None:
    for year in read.broken:
        typer.echo(f"calendar {year}: left as it is. A year is imported whole: mend its rows in the table.")
    for year in outcome.parts:
        typer.echo(f"calendar {year}: left as it is. The table has fewer than {FEWEST_HOLIDAYS} days off in it.")
