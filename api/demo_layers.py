"""Loading a district from a folder: declared, its levels imported and published, then the registers in it.

Units come before the kinds and the people that name them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from api.cli.progress import Step
from layers.areas.importing import LevelRequest, prepare_level, store_level
from layers.areas.publishing import publish
from layers.calendars.importing import import_calendar
from layers.calendars.reading import read_calendar
from layers.districts.declaring import declare, read_declaration
from layers.districts.records import District
from layers.places.following import follow_places
from layers.places.importing import import_places
from layers.read.features import read_features
from layers.read.rows import columns_of, row_chunks
from layers.reports.following import follow_reports
from layers.reports.kinds import declare_kinds
from layers.reports.kinds_importing import KindsRequest, import_kinds
from layers.roster.following import follow_duties
from layers.roster.importing import import_roster
from layers.roster.units_importing import import_units

CALENDAR, ROSTER, UNITS, KINDS = "calendar", "roster", "units", "kinds"


async def load_layers(
    connection: AsyncConnection, given: Mapping[str, Any], *, folder: Path, actor: str, now: datetime, step: Step
) -> District:
    """Load the district that `given` (a district.toml) declares, with its files, in the caller's transaction."""
    district = await declare(connection, read_declaration(given))
    await declare_kinds(connection, district, given.get("kinds", []))
    files = {kind: folder / name for kind, name in given["files"].items()}
    if CALENDAR in files:
        read = read_calendar(_numbered(files[CALENDAR]), {})
        await import_calendar(connection, district=district, read=read, actor=actor, now=now)
        step(1)
    await _load_units_and_kinds(connection, district, files, step)
    levels = {level.key for level in district.levels}
    for level in (level for level in district.levels if level.key in files):
        request = LevelRequest(level=level)
        table = read_features(files[level.key])
        prepared = await prepare_level(connection, district=district, table=table, request=request)
        await store_level(connection, prepared, actor=actor, now=now)
        step(1)
    for kind in files.keys() - levels - {CALENDAR, ROSTER, UNITS, KINDS}:
        await import_places(connection, district=district, table=read_features(files[kind]), kind=kind)
        step(1)
    followers = (follow_places, follow_duties, follow_reports)
    await publish(connection, district=district, followers=followers, actor=actor, clock=lambda: now)
    step(1)
    if ROSTER in files:
        rows = chain.from_iterable(row_chunks(files[ROSTER]))
        await import_roster(connection, district=district, columns=columns_of(files[ROSTER]), rows=rows, now=now)
        step(1)
    return district


async def _load_units_and_kinds(
    connection: AsyncConnection, district: District, files: Mapping[str, Path], step: Step
) -> None:
    if UNITS in files:
        await import_units(connection, district=district, rows=_numbered(files[UNITS]))
        step(1)
    if KINDS in files:
        columns = {name: name for name in columns_of(files[KINDS])}
        rows = _numbered(files[KINDS])
        await import_kinds(connection, district=district, columns=columns, rows=rows, request=KindsRequest())
        step(1)


def _numbered(file: Path) -> Iterator[tuple[int, dict[str, str]]]:
    return enumerate(chain.from_iterable(row_chunks(file)), 1)
