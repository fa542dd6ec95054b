"""The draft edition in the database: one open draft for each district, read and written whole."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import shapely
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from geo.crs import STORAGE_SRID
from geo.outlines import label_points
from layers.areas.drafts import DraftLevels, LevelDraft, district_plane, sorted_level
from layers.areas.queries import editions, unwrap
from layers.areas.records import Edition
from layers.areas.tables import AreaRow, AreaVersionRow, EditionAreaRow, EditionRow
from layers.districts.records import District

_BOUNDARIES_LOCK = 0x64726166 << 32


@dataclass(frozen=True, slots=True)
class Draft:
    """The open draft of a district, or what a new one starts from: the edition in force, or nothing."""

    base: Edition | None
    levels: DraftLevels

    @property
    def is_open(self) -> bool:
        """Whether the levels are those of a draft that already exists."""
        return self.base is not None and self.base.status == "draft"


async def load_draft(connection: AsyncConnection, district: District) -> Draft:
    """The district's open draft, else the edition in force; whoever else drafts here waits."""
    await lock_boundaries(connection, district)
    known = await editions(connection, district)
    bases = [one for status in ("draft", "in_force") for one in known if one.status == status]
    if not bases:
        return Draft(None, {})
    return Draft(bases[0], await load_levels(connection, district, bases[0]))


async def lock_boundaries(connection: AsyncConnection, district: District) -> None:
    """Until this transaction ends nobody else drafts, publishes, or imports what hangs on the district's areas."""
    await connection.execute(select(func.pg_advisory_xact_lock(_BOUNDARIES_LOCK | district.id)))


async def load_levels(connection: AsyncConnection, district: District, edition: Edition) -> DraftLevels:
    """Every level of an edition with its polygons."""
    above = AreaRow.__table__.alias("above")
    statement = (
        select(
            EditionAreaRow.depth,
            AreaRow.code,
            AreaVersionRow.name,
            func.coalesce(above.c.code, "").label("parent"),
            func.ST_AsBinary(AreaVersionRow.geom).label("wkb"),
            AreaVersionRow.attributes,
        )
        .join(AreaRow, AreaRow.id == EditionAreaRow.area_id)
        .join(AreaVersionRow, AreaVersionRow.id == EditionAreaRow.version_id)
        .outerjoin(above, above.c.id == AreaVersionRow.parent_id)
        .where(EditionAreaRow.edition_id == edition.id)
    )
    rows = (await connection.execute(statement)).all()
    levels = {}
    for level in district.levels:
        here = [row for row in rows if row.depth == level.depth]
        if here:
            codes, names, parents, wkb, attributes = zip(*(row[1:] for row in here), strict=True)
            shapes = unwrap(shapely.from_wkb([bytes(one) for one in wkb]))
            levels[level.depth] = sorted_level(LevelDraft(codes, names, parents, shapes, attributes))
    return levels


async def store_draft(
    connection: AsyncConnection, draft: Draft, *, district: District, levels: DraftLevels, actor: str, now: datetime
) -> Edition:
    """Write `levels` as the open draft, which is begun when there is none; unchanged areas keep their rows."""
    number = await _open_draft(connection, draft, district=district, actor=actor, now=now)
    ids = await _identities(connection, district, levels)
    paths: dict[tuple[int, str], str] = {}
    members: list[dict[str, Any]] = []
    for depth in sorted(levels):
        level = levels[depth]
        versions = await _versions(connection, district, levels, depth=depth, ids=ids, now=now)
        for place, code in enumerate(level.codes):
            paths[depth, code] = path = f"{_path_above(paths, ids, depth, level.parents[place])}{ids[depth, code]}."
            members.append({"area": ids[depth, code], "version": versions[place], "depth": depth, "path": path})
    edition = next(one for one in await editions(connection, district) if one.number == number)
    # Only what was a draft before holds anything to forget: whoever may not delete can still begin one.
    if draft.is_open:
        await connection.execute(_EMPTY, {"edition": edition.id})
    await _add_members(connection, edition, members)
    if draft.is_open:
        await connection.execute(_FORGET_VERSIONS, {"district": district.id})
    return edition


def _path_above(
    paths: Mapping[tuple[int, str], str], ids: Mapping[tuple[int, str], int], depth: int, parent: str
) -> str:
    """The parent's path; while the level above is not imported, the parent alone."""
    if not parent:
        return ""
    return paths.get((depth - 1, parent)) or f"{ids[depth - 1, parent]}."


async def _open_draft(
    connection: AsyncConnection, draft: Draft, *, district: District, actor: str, now: datetime
) -> int:
    if draft.base is not None and draft.is_open:
        changed = {"row_version": EditionRow.row_version + 1}
        await connection.execute(update(EditionRow).where(EditionRow.id == draft.base.id).values(changed))
        return draft.base.number
    newest = await connection.scalar(
        select(func.coalesce(func.max(EditionRow.number), 0)).where(EditionRow.district_id == district.id)
    )
    values = {"district_id": district.id, "number": (newest or 0) + 1, "made_by": actor, "made_at": now}
    await connection.execute(insert(EditionRow).values(status="draft", **values))
    return (newest or 0) + 1


async def _identities(
    connection: AsyncConnection, district: District, levels: DraftLevels
) -> dict[tuple[int, str], int]:
    """The stable id of every area and of every parent that is named, by depth and code; made when new."""
    wanted = {(depth, code) for depth, level in levels.items() for code in level.codes}
    wanted |= {(depth - 1, code) for depth, level in levels.items() for code in level.parents if code}
    depths, codes = [list(column) for column in zip(*sorted(wanted), strict=True)]
    parameters = {"district": district.id, "depths": depths, "codes": codes}
    await connection.execute(
        text("""
            insert into areas (district_id, depth, code)
            select :district, depth, code
            from unnest(cast(:depths as smallint[]), cast(:codes as text[])) as wanted (depth, code)
            order by depth, code
            on conflict do nothing
        """),
        parameters,
    )
    statement = select(AreaRow.depth, AreaRow.code, AreaRow.id).where(AreaRow.district_id == district.id)
    return {(row.depth, row.code): row.id for row in await connection.execute(statement)}


async def _versions(
    connection: AsyncConnection,
    district: District,
    levels: DraftLevels,
    *,
    depth: int,
    ids: Mapping[tuple[int, str], int],
    now: datetime,
) -> list[int]:
    """The version row of each area of a level: the one with the same digest, or a new one."""
    level = levels[depth]
    area_ids = [ids[depth, code] for code in level.codes]
    digests = level.digests()
    known = await _known_versions(connection, area_ids)
    missing = [place for place, key in enumerate(zip(area_ids, digests, strict=True)) if key not in known]
    if missing:
        shapes = level.polygons[missing]
        points = shapely.points(label_points(shapes))
        await connection.execute(
            _NEW_VERSIONS,
            {
                "areas": [area_ids[place] for place in missing],
                "names": [level.names[place] for place in missing],
                "parents": [ids.get((depth - 1, level.parents[place])) for place in missing],
                "shapes": list(shapely.to_wkb(shapes)),
                "points": list(shapely.to_wkb(points)),
                "sizes": [float(size) for size in district_plane(district, levels).areas_m2(shapes)],
                "facts": [json.dumps(level.attributes[place], ensure_ascii=False) for place in missing],
                "digests": [digests[place] for place in missing],
                "srid": STORAGE_SRID,
                "now": now,
            },
        )
        known = await _known_versions(connection, area_ids)
    return [known[key] for key in zip(area_ids, digests, strict=True)]


_NEW_VERSIONS = text("""
    insert into area_versions (area_id, name, parent_id, geom, label_point, area_m2, attributes, digest, made_at)
    select area, name, parent, ST_Multi(ST_GeomFromWKB(shape, :srid)), ST_GeomFromWKB(point, :srid), size,
           cast(facts as jsonb), digest, :now
    from unnest(
        cast(:areas as bigint[]), cast(:names as text[]), cast(:parents as bigint[]), cast(:shapes as bytea[]),
        cast(:points as bytea[]), cast(:sizes as double precision[]), cast(:facts as text[]), cast(:digests as text[])
    ) as made (area, name, parent, shape, point, size, facts, digest)
""")


async def _known_versions(connection: AsyncConnection, area_ids: list[int]) -> dict[tuple[int, str], int]:
    statement = text("""
        select area_id, digest, min(id) as id from area_versions
        where area_id = any(cast(:areas as bigint[])) group by area_id, digest
    """)
    rows = await connection.execute(statement, {"areas": area_ids})
    return {(row.area_id, row.digest): row.id for row in rows}


_EMPTY = text("delete from edition_areas where edition_id = :edition")
#: Versions that no edition holds any more.
_FORGET_VERSIONS = text("""
    delete from area_versions v using areas a
    where a.id = v.area_id and a.district_id = :district
      and not exists (select from edition_areas e where e.version_id = v.id)
""")


async def _add_members(connection: AsyncConnection, edition: Edition, members: list[dict[str, Any]]) -> None:
    """Give the edition exactly these areas."""
    await connection.execute(
        text("""
            insert into edition_areas (edition_id, area_id, version_id, depth, path)
            select :edition, area, version, depth, path
            from unnest(cast(:areas as bigint[]), cast(:versions as bigint[]), cast(:depths as smallint[]),
                        cast(:paths as text[])) as member (area, version, depth, path)
        """),
        {
            "edition": edition.id,
            "areas": [one["area"] for one in members],
            "versions": [one["version"] for one in members],
            "depths": [one["depth"] for one in members],
            "paths": [one["path"] for one in members],
        },
    )
