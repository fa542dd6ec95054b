"""Codes for grids that come without any: 12 digits of their community and a sequence, as `geo.grid_codes` numbers them.

A grid that lies where a known one of its community lies keeps that one's code; the others are numbered on, after every
code that their community ever had.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np
import shapely
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from geo.coverage import made_valid
from geo.crs import PRECISION_DECIMALS
from geo.errors import CodeError
from geo.grid_codes import CODE_DIGITS, LAST_SEQUENCE, code_of, next_code, number_west_to_east
from geo.parents import NO_PARENT, parents_by_overlap
from geo.positions import Datum, Geometries
from layers.areas.drafts import DraftLevels, LevelDraft, levels_bounds
from layers.areas.importing_codes import recoded, without_doubles
from layers.areas.importing_features import SPATIAL
from layers.areas.importing_positions import placed_polygons
from layers.areas.tables import AreaRow
from layers.districts.records import District, Level
from layers.read.codes import padded
from layers.read.features import FeatureTable
from layers.read.fields import choose_field, require_field
from layers.read.values import text
from layers.refusals import Refusal
from layers.write.naming import free_name

#: The field that the codes are put in.
NUMBERED = "grid_code"


class CannotNumber(Refusal):
    """A grid can be given no code."""


async def codes_ever_given(connection: AsyncConnection, district: District, level: Level) -> list[str]:
    """Every code that an area of this level ever had, in whatever edition."""
    statement = select(AreaRow.code).where(AreaRow.district_id == district.id, AreaRow.depth == level.depth)
    return list((await connection.scalars(statement)).all())


def numbered(
    table: FeatureTable,
    level: Level,
    *,
    drafted: DraftLevels,
    ever_given: Collection[str],
    parent: str | None,
    parent_digits: int | None,
    crs: str | None,
    datum: Datum | None,
) -> tuple[FeatureTable, str, str]:
    """The table with a further field of codes, that field's name, and what the parent was taken from.

    A row that repeats an earlier one in everything gets that one's code.

    Raises:
        CannotNumber: codes cannot be made from the level above.
    """
    near = levels_bounds({depth: areas for depth, areas in drafted.items() if depth != level.depth})
    polygons = placed_polygons(table, crs=crs, datum=datum, near=near, known=drafted)
    above = parent or choose_field(table.fields, "parent", None) or SPATIAL
    communities = (
        communities_by_overlap(polygons, drafted.get(level.depth - 1), level=level)
        if above == SPATIAL
        else [
            padded(text(value), parent_digits) for value in table.fields[require_field(table.fields, "parent", above)]
        ]
    )
    _, doubles = without_doubles(table)
    first_of = dict(doubles)
    rows = [row for row in range(len(table)) if row not in first_of]
    known = drafted.get(level.depth)
    made = numbered_codes(polygons[rows], [communities[row] for row in rows], known=known, ever_given=ever_given)
    code_of_row = dict(zip(rows, made, strict=True))
    codes = [code_of_row[first_of.get(row, row)] for row in range(len(table))]
    name = free_name(NUMBERED, table.fields)
    return replace(table, fields={**table.fields, name: np.array(codes, dtype=object)}), name, above


def communities_by_overlap(polygons: Geometries, above: LevelDraft | None, *, level: Level) -> list[str]:
    """The code of the area above that each polygon shares most with.

    Raises:
        CannotNumber: the level above is not there, or a polygon lies in none of its areas.
    """
    if above is None:
        raise CannotNumber(
            f"The level above {level.key} is not imported yet, and codes begin with its codes.",
            field="number",
            remedy="Import it first.",
        )
    found, _ = parents_by_overlap(made_valid(polygons), above.polygons)
    lost = np.flatnonzero(found == NO_PARENT)
    if len(lost):
        raise CannotNumber(
            f"Row {lost[0] + 1} lies in no area of the level above ({len(lost):,} such rows), so it gets no number.",
            field="number",
            value=int(lost[0]) + 1,
            remedy="Mend or leave out these rows, or give the coordinate system: --crs EPSG:n.",
        )
    return [above.codes[index] for index in found.tolist()]


def numbered_codes(
    polygons: Geometries, communities: Sequence[str], *, known: LevelDraft | None, ever_given: Collection[str]
) -> list[str]:
    """The 15 digits of each of n grids in their communities (12 digits).

    Raises:
        CannotNumber: a community's code has not 12 digits, or all its sequences are given.
    """
    codes = _kept(polygons, communities, known)
    members: dict[str, list[int]] = defaultdict(list)
    for row, community in enumerate(communities):
        if not codes[row]:
            members[community].append(row)
    centres = np.round(shapely.get_coordinates(shapely.centroid(polygons)), PRECISION_DECIMALS)
    for community, rows in members.items():
        sequences = number_west_to_east(centres[rows, 0], centres[rows, 1])
        given = [code for code in ever_given if len(code) == CODE_DIGITS and code.startswith(community)]
        try:
            before = int(next_code(community, given)[len(community) :]) - 1 if given else 0
            for row, sequence in zip(rows, sequences.tolist(), strict=True):
                codes[row] = code_of(community, before + sequence)
        except CodeError as error:
            raise CannotNumber(
                f"The {len(rows):,} grids of {community!r} cannot be numbered: {error}.",
                field="number",
                value=community,
                remedy=f"Codes have 12 digits of the community and a sequence up to {LAST_SEQUENCE}.",
            ) from error
    return codes


def _kept(polygons: Geometries, communities: Sequence[str], known: LevelDraft | None) -> list[str]:
    """The codes of grids that lie where a known one of the same community lies, '' for the others."""
    rows = [str(row) for row in range(len(polygons))]
    nothing = ("",) * len(rows)
    here = LevelDraft(tuple(rows), nothing, nothing, polygons, ({},) * len(rows))
    codes = [""] * len(rows)
    for row, code in recoded(known, here):
        if code.startswith(communities[int(row)]):
            codes[int(row)] = code
    return codes
