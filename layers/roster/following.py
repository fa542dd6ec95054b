"""Duties under a new edition: new areas are answered for by whoever answered for most of their ground.

Duties for areas that are gone are reported; a person decides what becomes of them.
"""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from layers.areas.publishing import FollowUp, Published

_GONE = text("""
    select p.number, d.area_id from duties d join people p on p.id = d.person_id
    where d.area_id = any(cast(:gone as bigint[])) and (d.valid_to is null or d.valid_to >= :today)
    order by p.number, d.area_id
""")
#: An area that is new, and that nobody was given to beforehand, takes the duties of the one most of it was.
_SUCCEED = text("""
    with heirs as (
        select distinct on (l.to_area_id) l.to_area_id, l.from_area_id
        from lineage l
        join edition_areas f on f.edition_id = :former and f.area_id = l.from_area_id
        join area_versions v on v.id = f.version_id
        where l.edition_id = :edition
          and not exists (select from edition_areas e where e.edition_id = :former and e.area_id = l.to_area_id)
          and not exists (select from duties d where d.area_id = l.to_area_id
                          and (d.valid_to is null or d.valid_to >= :today))
        order by l.to_area_id, l.share * v.area_m2 desc, l.from_area_id
    )
    insert into duties (person_id, area_id, rank, valid_from, valid_to)
    select d.person_id, h.to_area_id, d.rank, greatest(d.valid_from, :today), d.valid_to
    from heirs h join duties d on d.area_id = h.from_area_id
    where d.valid_to is null or d.valid_to >= :today
    on conflict do nothing
""")


async def follow_duties(connection: AsyncConnection, published: Published) -> FollowUp:
    """Hand duties on to new areas, and count those still valid for areas that the new edition has no more."""
    given = {"today": published.today, "edition": published.compiled.edition.id}
    handed_on = 0
    if published.former is not None:
        handed_on = (await connection.execute(_SUCCEED, given | {"former": published.former.id})).rowcount
    rows = await connection.execute(_GONE, {"gone": list(published.gone), "today": published.today})
    named = tuple(f"{row.number} → {published.gone[row.area_id]}" for row in rows)
    return FollowUp("Duties", {"handed on to new areas": handed_on, "for areas that are gone": len(named)}, named)
