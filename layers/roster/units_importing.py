"""Importing units: a table brings them up to date; what it leaves out is no longer in use."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from geo.grid_codes import normalise_digits
from layers.districts.records import District
from layers.read.leaving import Rest, leaving
from layers.read.rows import RefusedRow
from layers.roster.tables import UnitRow

NEEDED, OPTIONAL = ("code", "name"), ("name_en",)
#: The names of columns that say what they hold.
NAMES: Mapping[str, tuple[str, ...]] = {
    "code": ("代码", "编码", "单位代码", "单位编码", "部门代码", "部门编码"),
    "name": ("名称", "单位名称", "部门名称", "单位", "部门", "责任单位"),
    "name_en": ("英文名称",),
}
Row = tuple[int, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class UnitsImported:
    """What importing units changed: codes that are new, changed or gone; kept ones that are not in the table."""

    new: tuple[str, ...]
    changed: tuple[str, ...]
    gone: tuple[str, ...]
    unchanged: int
    kept: tuple[str, ...]
    refused: tuple[RefusedRow, ...]


@dataclass
class _Read:
    stated: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    refused: list[RefusedRow] = field(default_factory=list)
    spoilt: set[str] = field(default_factory=set)


async def import_units(
    connection: AsyncConnection,
    *,
    district: District,
    rows: Iterable[Row],
    rest: Rest | None = None,
    spoilt: Collection[str] = (),
) -> UnitsImported:
    """Store a table of units, its rows named by fields with their numbers; unusable rows are given back.

    `spoilt` are codes of rows that were refused before; units with a refused row stay as they are.

    Raises:
        MostGone: most units would be left out, and nobody said that this is meant.
    """
    stored = await _stored(connection, district)
    read = _read(rows, {code: one.name_en for code, one in stored.items()})
    active = {code for code, one in stored.items() if one.active}
    doubtful = read.spoilt | set(spoilt)
    missing = sorted(set() if "" in doubtful else active - read.stated.keys() - doubtful)
    gone = leaving(missing, len(active), rest)
    new = tuple(code for code in read.stated if code not in stored)
    changed = tuple(code for code in read.stated if code in stored and _differs(stored[code], read.stated[code]))
    await _store(connection, district, {code: read.stated[code] for code in (*new, *changed)}, gone)
    return UnitsImported(
        new=new,
        changed=changed,
        gone=gone,
        unchanged=len(read.stated) - len(new) - len(changed),
        kept=tuple(code for code in missing if code not in gone),
        refused=tuple(read.refused),
    )


def _read(rows: Iterable[Row], english: Mapping[str, str | None]) -> _Read:
    read = _Read()
    for number, given in rows:
        cells = {name: normalise_digits(value or "").strip() for name, value in given.items() if isinstance(name, str)}
        code, name = cells["code"], cells["name"]
        if code and name and code not in read.stated:
            in_english = cells["name_en"] or None if "name_en" in cells else english.get(code)
            read.stated[code] = (name, None if in_english == name else in_english)
            continue
        why = f"{code} stands in a row above already" if code and name else f"its {'name' if code else 'code'} is empty"
        read.refused.append(RefusedRow(number, why, dict(given)))
        read.spoilt.add(code)
    return read


async def _stored(connection: AsyncConnection, district: District) -> dict[str, Any]:
    found = await connection.execute(select(UnitRow.__table__).where(UnitRow.district_id == district.id))
    return {row.code: row for row in found}


def _differs(stored: Any, stated: tuple[str, str | None]) -> bool:
    return (stored.name, stored.name_en, stored.active) != (*stated, True)


async def _store(
    connection: AsyncConnection,
    district: District,
    stated: Mapping[str, tuple[str, str | None]],
    gone: Iterable[str],
) -> None:
    if stated:
        statement = insert(UnitRow)
        upsert = statement.on_conflict_do_update(
            index_elements=["district_id", "code"],
            set_={
                "name": statement.excluded.name,
                "name_en": statement.excluded.name_en,
                "active": True,
                "row_version": UnitRow.row_version + 1,
            },
        )
        rows = [
            {"district_id": district.id, "code": code, "name": name, "name_en": english}
            for code, (name, english) in stated.items()
        ]
        await connection.execute(upsert, rows)
    going = update(UnitRow).where(UnitRow.district_id == district.id, UnitRow.code.in_(list(gone)))
    await connection.execute(going.values(active=False, row_version=UnitRow.row_version + 1))
