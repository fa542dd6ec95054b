"""Storing kinds: what a statement of them changes, and which of those stored it leaves out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from layers.districts.records import District
from layers.reports.kinds_stating import StatedKind, differing, range_of
from layers.reports.tables import KindRow
from layers.roster.tables import UnitRow

_UNIT_CODE = "unit_code"


@dataclass(frozen=True, slots=True)
class KindsDifference:
    """What a statement of kinds changes: codes that are new, changed (field → before, after), and gone."""

    new: tuple[str, ...]
    changed: Mapping[str, Mapping[str, tuple[Any, Any]]]
    gone: tuple[str, ...]
    unchanged: int


@dataclass(frozen=True, slots=True)
class StoredKinds:
    """The kinds a district has, by code, and which of them are in use."""

    every: Mapping[str, StatedKind]
    active: frozenset[str]


async def stored_kinds(connection: AsyncConnection, district: District) -> StoredKinds:
    """Every kind a district has or had, as it would be stated."""
    statement = (
        select(KindRow.__table__, UnitRow.code.label(_UNIT_CODE))
        .join(UnitRow, UnitRow.id == KindRow.unit_id, isouter=True)
        .where(KindRow.district_id == district.id)
        .order_by(KindRow.code)
    )
    rows = (await connection.execute(statement)).all()
    every = {
        row.code: StatedKind(
            code=row.code,
            name=row.name,
            name_en=row.name_en or row.name,
            level_depth=row.level_depth,
            parent_code=row.parent_code,
            is_group=row.is_group,
            urgent=row.urgent,
            unit_code=row.unit_code,
            limits=row.limits,
            filing_standard=row.filing_standard,
            closing_standard=row.closing_standard,
            straight=row.straight,
            checked=row.checked,
            photos=row.photos,
            extra_fields=row.extra_fields,
        )
        for row in rows
    }
    return StoredKinds(every, frozenset(row.code for row in rows if row.active))


def kinds_difference(stored: StoredKinds, stated: Mapping[str, StatedKind], gone: Iterable[str]) -> KindsDifference:
    """What storing the stated kinds would change."""
    changed = {}
    for code, one in stated.items():
        if code not in stored.every:
            continue
        found = differing(stored.every[code], one)
        if code not in stored.active:
            found["active"] = (False, True)
        if found:
            changed[code] = found
    new = tuple(code for code in stated if code not in stored.every)
    return KindsDifference(new, changed, tuple(gone), len(stated) - len(new) - len(changed))


def left_out(stored: StoredKinds, stated: Mapping[str, StatedKind], spared: Collection[str]) -> tuple[str, ...]:
    """Kinds in use that a table leaves out: of the ranges it states, without `spared`, and without groups still needed.

    A table of components says nothing of matters, so those are not left out by it.
    """
    ranges = {range_of(code) for code in stated}
    leaving = {code for code in stored.active if range_of(code) in ranges} - stated.keys() - set(spared)
    staying = [*stated.values(), *(stored.every[code] for code in stored.active - leaving - stated.keys())]
    while needed := {one.parent_code for one in staying} & leaving:
        leaving -= needed
        staying = [stored.every[code] for code in needed if code is not None]
    return tuple(sorted(leaving))


async def store_kinds(
    connection: AsyncConnection,
    district: District,
    stated: Mapping[str, StatedKind],
    difference: KindsDifference,
    *,
    units: Mapping[str, int],
) -> None:
    """Write what is new and changed; what is gone is no longer in use. `units`: ids by code, for all that are named."""
    rows = [_row(district, stated[code], units) for code in (*difference.new, *difference.changed)]
    if rows:
        statement = insert(KindRow)
        columns = rows[0].keys() - {"district_id", "code"}
        await connection.execute(
            statement.on_conflict_do_update(
                index_elements=["district_id", "code"],
                set_={name: statement.excluded[name] for name in columns} | {"active": True},
            ),
            rows,
        )
    if difference.gone:
        going = update(KindRow).where(KindRow.district_id == district.id, KindRow.code.in_(difference.gone))
        await connection.execute(going.values(active=False))


def _row(district: District, one: StatedKind, units: Mapping[str, int]) -> dict[str, Any]:
    row = asdict(one)
    code = row.pop(_UNIT_CODE)
    return {"district_id": district.id, **row, "unit_id": None if code is None else units[code]}
