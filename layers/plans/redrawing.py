"""A plan carried out on the cells of an edition: the coverage before and after; an operation is kept or refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from geo.redraw import Cell, Change, Coverage, Refused, apply, check, operation_of
from layers.areas.queries import areas, polygons
from layers.areas.records import Edition
from layers.areas.tables import AreaRow
from layers.districts.records import District
from layers.plans.redrawn import Redrawn
from layers.refusals import Refusal


class OperationRefused(Refusal):
    """An operation of a plan cannot be done; `where` is a GeoJSON geometry, or None."""

    def __init__(self, nth: int, refused: Refused) -> None:
        super().__init__(
            f"Operation {nth} ({refused.reason}): {refused.detail}.",
            field=f"operations[{nth - 1}]",
            value=refused.reason,
            remedy=refused.remedy,
        )
        self.where = refused.where


class CodeTaken(Refusal):
    """A new cell would get a code that some area has or had: codes are never used again."""


class BrokenCoverage(Refusal):
    """What came out is no coverage."""


async def coverage_of(connection: AsyncConnection, district: District, edition: Edition) -> Coverage:
    """The cells of an edition."""
    found, shapes = await polygons(connection, edition.id, depth=district.cell_depth)
    above = {one.id: one.code for one in await areas(connection, edition.id, depth=district.cell_depth - 1)}
    return Coverage.of(
        Cell(one.code, above[one.parent_id or 0], shape) for one, shape in zip(found, shapes, strict=True)
    )


async def redraw(
    connection: AsyncConnection, district: District, edition: Edition, operations: Sequence[Mapping[str, Any]]
) -> Redrawn:
    """Carry out operations, as `operation.facts` writes them, one after the other.

    Raises:
        OperationRefused: one of them cannot be read or done; none counts then.
        CodeTaken: a new cell's code is or was another area's.
        BrokenCoverage: the whole layer does not hold together afterwards.
    """
    before = await coverage_of(connection, district, edition)
    after, kept = carried_out(before, operations)
    redrawn = Redrawn(before, after, kept)
    await _check_codes(connection, district, redrawn.created)
    faults = check(after, before=before)
    if faults:
        raise BrokenCoverage(
            f"The redrawn layer does not hold: {faults[0].reason} at {', '.join(faults[0].codes)}.", field="operations"
        )
    return redrawn


def carried_out(before: Coverage, operations: Sequence[Mapping[str, Any]]) -> tuple[Coverage, frozenset[str]]:
    """The coverage after all operations, and the codes that only received nodes; raises `OperationRefused`."""
    after, reached, touched = before, set[str](), set[str]()
    for nth, facts in enumerate(operations, start=1):
        try:
            change: Change = apply(after, operation_of(facts))
        except Refused as refused:
            raise OperationRefused(nth, refused) from refused
        after = after.replaced(change)
        touched |= set(change.touched)
        reached |= {one.code for one in (*change.created, *change.changed)} - set(change.touched)
    return after, frozenset(touched - reached)


async def _check_codes(connection: AsyncConnection, district: District, created: Sequence[str]) -> None:
    statement = select(AreaRow.code).where(AreaRow.district_id == district.id, AreaRow.code.in_(created))
    taken = sorted(await connection.scalars(statement))
    if taken:
        raise CodeTaken(
            "A code that an area has or had is not used again.",
            field="codes",
            value=", ".join(taken),
            remedy="Take the next number of the community that was never given.",
        )
