"""Storing places in one statement: a row is written only when something in it differs."""

from __future__ import annotations

from sqlalchemy import text

UPSERT = {
    "buildings": text("""
        insert into buildings as b
            (district_id, code, address, kind, households, residents, over_60, geom, area_id, attributes)
        select :district, code, address, kind, households, residents, over_60,
               ST_SetSRID(ST_MakePoint(lon, lat), :srid), area, cast(attributes as jsonb)
        from unnest(
            cast(:codes as text[]), cast(:address as text[]), cast(:kind as text[]), cast(:households as int[]),
            cast(:residents as int[]), cast(:over_60 as int[]), cast(:lon as double precision[]),
            cast(:lat as double precision[]), cast(:areas as bigint[]), cast(:attributes as text[])
        ) as given (code, address, kind, households, residents, over_60, lon, lat, area, attributes)
        on conflict (district_id, code) do update set
            address = excluded.address, kind = excluded.kind, households = excluded.households,
            residents = excluded.residents, over_60 = excluded.over_60, geom = excluded.geom,
            area_id = excluded.area_id, attributes = excluded.attributes, row_version = b.row_version + 1
        where (b.address, b.kind, b.households, b.residents, b.over_60, b.area_id, b.attributes,
               ST_AsBinary(b.geom))
              is distinct from
              (excluded.address, excluded.kind, excluded.households, excluded.residents, excluded.over_60,
               excluded.area_id, excluded.attributes, ST_AsBinary(excluded.geom))
        returning (xmax = 0) as is_new
    """),
    "service-points": text("""
        insert into service_points as p
            (district_id, code, kind, name, address, hours, offers, geom, area_id, attributes)
        select :district, code, kind, name, address, hours,
               array(select trim(one) from regexp_split_to_table(offers, '[;；]') as one where trim(one) <> ''),
               ST_SetSRID(ST_MakePoint(lon, lat), :srid), area, cast(attributes as jsonb)
        from unnest(
            cast(:codes as text[]), cast(:kind as text[]), cast(:name as text[]), cast(:address as text[]),
            cast(:hours as text[]), cast(:offers as text[]), cast(:lon as double precision[]),
            cast(:lat as double precision[]), cast(:areas as bigint[]), cast(:attributes as text[])
        ) as given (code, kind, name, address, hours, offers, lon, lat, area, attributes)
        on conflict (district_id, code) do update set
            kind = excluded.kind, name = excluded.name, address = excluded.address, hours = excluded.hours,
            offers = excluded.offers, geom = excluded.geom, area_id = excluded.area_id,
            attributes = excluded.attributes, row_version = p.row_version + 1
        where (p.kind, p.name, p.address, p.hours, p.offers, p.area_id, p.attributes, ST_AsBinary(p.geom))
              is distinct from
              (excluded.kind, excluded.name, excluded.address, excluded.hours, excluded.offers, excluded.area_id,
               excluded.attributes, ST_AsBinary(excluded.geom))
        returning (xmax = 0) as is_new
    """),
}

COUNT_STORED = {
    "buildings": text("select count(*) from buildings where district_id = :district"),
    "service-points": text("select count(*) from service_points where district_id = :district"),
}

STORED_CODES = {
    "buildings": text("select code from buildings where district_id = :district"),
    "service-points": text("select code from service_points where district_id = :district"),
}

STORED_ATTRIBUTES = {
    "buildings": text("select code, attributes from buildings where district_id = :district"),
    "service-points": text("select code, attributes from service_points where district_id = :district"),
}

#: Only counts that differ are written; which of the codes are stored comes back.
UPDATE_COUNTS = text("""
    with given as (
        select * from unnest(cast(:codes as text[]), cast(:households as int[]), cast(:residents as int[]),
                             cast(:over_60 as int[])) as given (code, households, residents, over_60)
    )
    update buildings b set
        households = coalesce(given.households, b.households), residents = coalesce(given.residents, b.residents),
        over_60 = coalesce(given.over_60, b.over_60), row_version = b.row_version + 1
    from given
    where b.district_id = :district and b.code = given.code
      and (coalesce(given.households, b.households), coalesce(given.residents, b.residents),
           coalesce(given.over_60, b.over_60)) is distinct from (b.households, b.residents, b.over_60)
    returning b.code
""")
