"""Publishing: a draft edition is checked and comes into force in one transaction, the former one is retired."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from geo.crs import Plane
from layers.areas.defects import Finding
from layers.areas.drafts import DraftLevels, district_plane
from layers.areas.drafts_rows import load_levels, lock_boundaries
from layers.areas.importing_difference import Difference, difference
from layers.areas.publishing_checks import edition_digest, require_levels, whole_check
from layers.areas.publishing_lineage import Link, lineage
from layers.areas.queries import compiled, edition, editions, filing_lock_key
from layers.areas.records import CompiledEdition, Edition
from layers.areas.tables import EditionRow
from layers.districts.queries import district as district_of
from layers.districts.records import District
from layers.districts.tables import DistrictRow
from layers.refusals import Conflict


class NoDraft(Conflict):
    """There is nothing to publish, or the edition that is named is no draft."""


@dataclass(frozen=True, slots=True)
class Published:
    """An edition that has just come into force, for those whose rows hang on areas: places, duties, open reports."""

    district: District
    compiled: CompiledEdition
    former: Edition | None
    gone: Mapping[int, str]
    today: date


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What following an edition changed elsewhere: figures by what they count, and what a person should look at."""

    subject: str
    figures: Mapping[str, int]
    named: tuple[str, ...] = ()


Clock = Callable[[], datetime]
Follower = Callable[[AsyncConnection, Published], Awaitable[FollowUp]]


@dataclass(frozen=True, slots=True)
class Publication:
    """The outcome of publishing; differences by depth, against the edition that was in force."""

    edition: Edition
    compiled: CompiledEdition
    former: Edition | None
    differences: Mapping[int, Difference]
    links: tuple[Link, ...]
    warnings: tuple[Finding, ...]
    follow_ups: tuple[FollowUp, ...]


async def publish(
    connection: AsyncConnection,
    *,
    district: District,
    number: int | None = None,
    note: str = "",
    followers: Sequence[Follower] = (),
    actor: str,
    clock: Clock,
) -> Publication:
    """Check a draft and put it in force; `followers` then bring along what hangs on the areas, in the order given.

    `clock` is read once, when filing has come to rest: no report filed before that moment lies in the new edition.

    Raises:
        NoDraft: there is no draft, or `number` is none.
        LevelMissing: a level has no areas.
        DefectsFound: errors keep it out of force.
    """
    draft = await _draft(connection, district, number)
    levels = await load_levels(connection, district, draft)
    require_levels(district, levels)
    plane = district_plane(district, levels)
    warnings = whole_check(district, levels, plane)
    # Whatever needs no rest of filing is done before it: the longer filing rests, the longer people wait.
    former = next((one for one in await editions(connection, district) if one.status == "in_force"), None)
    before = await load_levels(connection, district, former) if former else {}
    await _fix_plane(connection, district, plane)
    district = await district_of(connection, district.code)
    links = await _store_lineage(connection, district, draft, _links(before, levels, plane))
    prepared = await compiled(connection, district, draft)
    digest = edition_digest(levels)
    differences = {depth: difference(before.get(depth), level) for depth, level in levels.items()}
    # From here on no report is filed until this transaction ends, so each belongs to one edition or the other.
    await connection.execute(select(func.pg_advisory_xact_lock(filing_lock_key(district.id))))
    now = clock()
    await _put_in_force(connection, draft, former, digest=digest, note=note, actor=actor, now=now)
    today = now.astimezone(district.zone).date()
    gone = await _date_areas(connection, district, draft, former, today=today)
    in_force = replace(prepared, edition=await edition(connection, district, draft.number))
    published = Published(district, in_force, former, gone, today)
    return Publication(
        edition=in_force.edition,
        compiled=in_force,
        former=former,
        differences=differences,
        links=links,
        warnings=warnings,
        follow_ups=tuple([await follow(connection, published) for follow in followers]),
    )


async def _draft(connection: AsyncConnection, district: District, number: int | None) -> Edition:
    await lock_boundaries(connection, district)
    if number is not None:
        named = await edition(connection, district, number)
        if named.status != "draft":
            raise NoDraft(f"Edition {number} is {named.status}, no draft.", field="edition", value=number)
        return named
    draft = next((one for one in await editions(connection, district) if one.status == "draft"), None)
    if draft is None:
        raise NoDraft(
            f"{district.name} has no draft.",
            field="edition",
            remedy="Begin one by importing a level: ./wangge import FILE --as LEVEL --commit.",
        )
    return draft


async def _put_in_force(
    connection: AsyncConnection,
    draft: Edition,
    former: Edition | None,
    *,
    digest: str,
    note: str,
    actor: str,
    now: datetime,
) -> None:
    grown = {"row_version": EditionRow.row_version + 1}
    if former is not None:
        retired = {"status": "retired", "retired_at": now}
        await connection.execute(update(EditionRow).where(EditionRow.id == former.id).values(**retired, **grown))
    here = update(EditionRow).where(EditionRow.id == draft.id)
    await connection.execute(here.values(status="checked", digest=digest, note=note or draft.note, **grown))
    in_force = {"status": "in_force", "effective_at": now, "published_by": actor}
    await connection.execute(here.values(**in_force, **grown))


async def _fix_plane(connection: AsyncConnection, district: District, plane: Plane) -> None:
    """The plane is chosen from the first polygons and stays, so that areas stay comparable."""
    if district.plane_srid is None:
        chosen = update(DistrictRow).where(DistrictRow.id == district.id)
        await connection.execute(chosen.values(plane_srid=plane.srid, row_version=DistrictRow.row_version + 1))


async def _date_areas(
    connection: AsyncConnection, district: District, draft: Edition, former: Edition | None, *, today: date
) -> dict[int, str]:
    """Give areas their first and last day (初始日期, 终止日期); the codes, by id, of those that are gone."""
    parameters = {
        "district": district.id,
        "edition": draft.id,
        "former": former.id if former else None,
        "today": today,
    }
    await connection.execute(
        text("""
            update areas a set started_on = coalesce(a.started_on, :today), ended_on = null
            from edition_areas e
            where e.area_id = a.id and e.edition_id = :edition and (a.started_on is null or a.ended_on is not null)
        """),
        parameters,
    )
    rows = await connection.execute(
        text("""
            update areas a set ended_on = :today
            from edition_areas e
            where e.area_id = a.id and e.edition_id = cast(:former as bigint)
              and not exists (select from edition_areas n where n.edition_id = :edition and n.area_id = a.id)
            returning a.id, a.code
        """),
        parameters,
    )
    return {row.id: row.code for row in rows}


def _links(before: DraftLevels, after: DraftLevels, plane: Plane) -> list[Link]:
    depths = sorted((before.keys() & after.keys()) - {0})
    return [link for depth in depths for link in lineage(before[depth], after[depth], depth=depth, plane=plane)]


async def _store_lineage(
    connection: AsyncConnection, district: District, draft: Edition, links: Sequence[Link]
) -> tuple[Link, ...]:
    await connection.execute(
        text("""
            insert into lineage (edition_id, from_area_id, to_area_id, relation, share)
            select :edition, f.id, t.id, relation, share
            from unnest(cast(:depths as smallint[]), cast(:sources as text[]), cast(:targets as text[]),
                        cast(:relations as text[]), cast(:shares as double precision[]))
                 as link (depth, source, target, relation, share)
            join areas f on f.district_id = :district and f.depth = link.depth and f.code = link.source
            join areas t on t.district_id = :district and t.depth = link.depth and t.code = link.target
        """),
        {
            "edition": draft.id,
            "district": district.id,
            "depths": [one.depth for one in links],
            "sources": [one.from_code for one in links],
            "targets": [one.to_code for one in links],
            "relations": [one.relation for one in links],
            "shares": [one.share for one in links],
        },
    )
    return tuple(links)
