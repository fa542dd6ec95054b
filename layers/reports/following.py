"""Open reports follow the edition in force: those whose place is drawn otherwise are located again.

Whoever has a report keeps it; the area that holds it becomes the one of the same level it now lies in. A closed report
keeps its area and the edition it was located under. Each change is an entry in the report's journal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import Row, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from geo.placement import Placement, PlacementFlag, place_many
from layers.areas.publishing import FollowUp, Published
from layers.areas.records import Area, CompiledEdition
from layers.areas.tables import LineageRow
from layers.canonical import chained
from layers.reports.journal import Entry
from layers.reports.statements import OPEN_ELSEWHERE, RELOCATE

#: Flags that a placement gives; the others stay with the report.
PLACEMENT_FLAGS = frozenset(flag.value for flag in PlacementFlag)


@dataclass(frozen=True, slots=True)
class _Move:
    """Where a report lies in the new edition: an area, or none."""

    row: Row[Any]
    area: Area | None
    certainty: float | None
    flags: tuple[str, ...]

    @property
    def changes(self) -> bool:
        """Whether the report lies elsewhere than before."""
        path: str | None = self.row.area_path
        return path != (self.area.path if self.area else None)


async def follow_reports(connection: AsyncConnection, published: Published) -> FollowUp:
    """Locate again every open report whose area the new edition draws otherwise, in the publishing transaction."""
    compiled = published.compiled
    given = {"district": compiled.district.id, "edition": compiled.edition.id}
    rows = (await connection.execute(text(OPEN_ELSEWHERE), given)).all()
    successors = await _successors(connection, compiled)
    moves = [one for one in _located(rows, compiled) + _by_area(rows, compiled, successors) if one.changes]
    if moves:
        await connection.execute(text(RELOCATE), _values(moves, compiled))
    lost = [one for one in moves if one.area is None]
    return FollowUp(
        "Open reports",
        {"looked at again": len(rows), "in another area": len(moves) - len(lost), "in no area any more": len(lost)},
    )


async def _successors(connection: AsyncConnection, compiled: CompiledEdition) -> dict[int, int]:
    """For areas that are gone: the one that took over most of each."""
    statement = (
        select(LineageRow.from_area_id, LineageRow.to_area_id)
        .where(LineageRow.edition_id == compiled.edition.id)
        .order_by(LineageRow.share, LineageRow.to_area_id.desc())
    )
    return {row.from_area_id: row.to_area_id for row in await connection.execute(statement)}


def _located(rows: list[Row[Any]] | Any, compiled: CompiledEdition) -> list[_Move]:
    """Reports with a position: the cell under it decides."""
    placed = [row for row in rows if row.lon is not None]
    settings = compiled.district.settings
    placements = place_many(
        compiled.locator,
        np.array([row.lon for row in placed], dtype=float),
        np.array([row.lat for row in placed], dtype=float),
        accuracy_m=np.array([row.accuracy_m or 0.0 for row in placed], dtype=float),
        assumed_accuracy_m=settings.assumed_accuracy_m,
        reach_m=settings.reach_m,
    )
    return [_move(row, found, compiled) for row, found in zip(placed, placements, strict=True)]


def _move(row: Row[Any], found: Placement, compiled: CompiledEdition) -> _Move:
    # The radius that was used is stored, so whether it was assumed is known from the flag of the first time.
    kept = [flag for flag in row.flags if flag not in PLACEMENT_FLAGS or flag == PlacementFlag.ACCURACY_ASSUMED]
    flags = (*kept, *(flag.value for flag in found.flags if flag != PlacementFlag.ACCURACY_ASSUMED))
    area = compiled.cell(found.code) if found.code is not None else None
    return _Move(row, area, found.certainty if area else None, flags)


def _by_area(rows: list[Row[Any]] | Any, compiled: CompiledEdition, successors: dict[int, int]) -> list[_Move]:
    """Reports about a whole area: that area, or the one that took over most of it, or the district."""
    root = compiled.by_code[0, compiled.district.code]
    moves = []
    for row in rows:
        if row.lon is None and row.area_id is not None:
            successor = successors.get(row.area_id, root.id)
            area = compiled.areas.get(row.area_id) or compiled.areas.get(successor, root)
            moves.append(_Move(row, area, 1.0, tuple(row.flags)))
    return moves


def _values(moves: list[_Move], compiled: CompiledEdition) -> dict[str, Any]:
    edition, moment = compiled.edition, compiled.edition.effective_at
    assert moment is not None, "an edition in force has the time it came in force"
    holders = [_holder(one, compiled) for one in moves]
    bodies = [_entry(one, holder, compiled).body() for one, holder in zip(moves, holders, strict=True)]
    return {
        "edition": edition.id,
        "now": moment,
        "actor": edition.made_by,
        "ids": [one.row.id for one in moves],
        "areas": [one.area.id if one.area else None for one in moves],
        "paths": [one.area.path if one.area else None for one in moves],
        "certainties": [one.certainty for one in moves],
        "located": [one.area is not None for one in moves],
        "holders": [one.id for one in holders],
        "holder_depths": [one.depth for one in holders],
        "flags": [",".join(one.flags) for one in moves],
        "positions": [one.row.entries + 1 for one in moves],
        "bodies": bodies,
        "digests": [chained(bytes(one.row.chain_head), body) for one, body in zip(moves, bodies, strict=True)],
    }


def _holder(move: _Move, compiled: CompiledEdition) -> Area:
    """The area of the former holder's level that the report now lies in; the district for one that lies nowhere."""
    if move.area is None:
        return compiled.by_code[0, compiled.district.code]
    chain = compiled.chain(move.area)
    return next((one for one in chain if one.depth <= (move.row.holder_depth or 0)), chain[-1])


def _entry(move: _Move, holder: Area, compiled: CompiledEdition) -> Entry:
    moment = compiled.edition.effective_at
    assert moment is not None
    return Entry(
        move.row.id,
        move.row.entries + 1,
        "relocated",
        moment,
        compiled.edition.made_by,
        {
            "edition": compiled.edition.id,
            "area_path": move.area.path if move.area else None,
            "certainty": move.certainty,
            "located": move.area is not None,
            "flags": list(move.flags),
            "holder_area": holder.id,
            "before": {"edition": move.row.edition_id, "area_path": move.row.area_path},
        },
    )
