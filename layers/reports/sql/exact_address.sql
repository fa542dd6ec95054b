-- The buildings whose address the register writes in one of these ways: the first of each area, for two areas are a doubt.
select 'building' as what, code, address as text, 1::float8 as score, st_x(geom) as lon, st_y(geom) as lat, area_id
from (
    select distinct on (area_id) code, address, geom, area_id
    from buildings
    where district_id = %(district)s and address = any(%(written)s)
    order by area_id, code
) firsts
order by code
limit 12
