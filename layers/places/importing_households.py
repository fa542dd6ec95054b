"""Importing households per building (户数): counts for buildings that are stored already, by their code."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from layers.areas.drafts_rows import lock_boundaries
from layers.areas.queries import NoEdition, compiled, edition_in_force
from layers.districts.records import District
from layers.places.following import count_residents
from layers.places.importing_features import COUNTS
from layers.places.importing_statements import STORED_CODES, UPDATE_COUNTS
from layers.read.codes import padded, require_zeros
from layers.read.columns import ColumnMap, map_columns
from layers.read.refusals import FieldNeeded
from layers.read.rows import RefusedRow
from layers.read.values import text, whole_number

HOUSEHOLDS = "households"
BUILDINGS = "buildings"
FIGURES = COUNTS[BUILDINGS]


@dataclass(frozen=True, slots=True)
class HouseholdsImported:
    """What importing counts changed, and the rows that were refused; `unstated` buildings are not in the table."""

    changed: int
    unchanged: int
    unstated: int
    refused: tuple[RefusedRow, ...]


class _BadRow(Exception):  # noqa: N818 - never leaves this module
    """Why a row cannot be used."""


def household_columns(present: Iterable[str], given: Mapping[str, str]) -> ColumnMap:
    """Which column holds the building's code and which the counts; at least one count must be there.

    Raises:
        FieldNeeded: there is no code or no count, or several could be meant.
    """
    columns = map_columns(present, needed=("code",), optional=FIGURES, given=given)
    if not set(columns.columns) & set(FIGURES):
        raise FieldNeeded(
            "No column holds households, residents or over_60.",
            field=FIGURES[0],
            remedy=f"Name one: --map {FIGURES[0]}=COLUMN. The table has: {', '.join(columns.unused)}.",
        )
    return columns


async def import_households(
    connection: AsyncConnection,
    *,
    district: District,
    rows: Iterable[Mapping[str, str]],
    columns: ColumnMap,
    code_digits: int | None = None,
) -> HouseholdsImported:
    """Bring the counts of stored buildings up to date; an empty cell leaves a count as it is.

    Raises:
        EatenZeros: codes are those of stored buildings without their leading zeros.
    """
    await lock_boundaries(connection, district)
    known = set((await connection.scalars(STORED_CODES[BUILDINGS], {"district": district.id})).all())
    held = [dict(row) for row in rows]
    codes = [padded(text(row[columns.columns["code"]]), code_digits) for row in held]
    require_zeros(codes, known, field=columns.columns["code"], option="code-digits")
    stated, refused = _read(held, codes, columns, known)
    figures = {name: [one.get(name) for one in stated.values()] for name in FIGURES}
    changed = await connection.scalars(UPDATE_COUNTS, {"district": district.id, "codes": list(stated), **figures})
    changes = len(changed.all())
    await _count_residents(connection, district)
    return HouseholdsImported(changes, len(stated) - changes, len(known) - len(stated), tuple(refused))


async def _count_residents(connection: AsyncConnection, district: District) -> None:
    try:
        edition = await edition_in_force(connection, district)
    except NoEdition:
        return
    await count_residents(connection, await compiled(connection, district, edition))


def _read(
    rows: list[dict[str, str]], codes: list[str], columns: ColumnMap, known: Collection[str]
) -> tuple[dict[str, dict[str, int | None]], list[RefusedRow]]:
    stated: dict[str, dict[str, int | None]] = {}
    refused, first_rows = [], dict[str, int]()
    for number, (row, code) in enumerate(zip(rows, codes, strict=True), 1):
        try:
            _require_usable(code, known, first_rows.setdefault(code, number), number)
            stated[code] = {name: _count(row, columns, name) for name in FIGURES}
        except _BadRow as bad:
            refused.append(RefusedRow(number, str(bad), row))
    return stated, refused


def _require_usable(code: str, known: Collection[str], first_row: int, number: int) -> None:
    if code not in known:
        raise _BadRow(f"no building has the code {code!r}" if code else "it has no code")
    if first_row != number:
        raise _BadRow(f"the code {code} stands in row {first_row} already")


def _count(row: Mapping[str, str], columns: ColumnMap, name: str) -> int | None:
    try:
        return whole_number(row[columns.columns[name]]) if name in columns.columns else None
    except ValueError as error:
        raise _BadRow(f"{columns.columns[name]}: {error}") from error
