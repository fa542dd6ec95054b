-- The nearest service points, exactly: the index orders by degrees, which are not metres, so what it finds first
-- only says how far to look; everything within that distance is then measured.
with here as materialized (
    select st_setsrid(st_makepoint(:lon, :lat), :srid) as at
),
found as (
    select near.geom from here cross join lateral (
        select s.geom from service_points s
        where s.district_id = :district and (cast(:kind as text) is null or s.kind = :kind)
        order by s.geom <-> here.at
        limit :limit
    ) near
),
reach as materialized (
    select max(st_distance(found.geom::geography, here.at::geography)) as metres from found, here
),
field as materialized (
    -- Over long distances meridians converge too much for a box in degrees: then everything is measured.
    select st_expand(
        here.at,
        case when reach.metres < :box_limit_m then reach.metres * 1.02 / :lon_degree_m + 1e-6 else 360 end,
        case when reach.metres < :box_limit_m then reach.metres * 1.02 / :lat_degree_m + 1e-6 else 180 end
    ) as box
    from here, reach
)
select
    s.id, s.code, s.kind, s.name, s.address, s.hours, s.offers, st_x(s.geom) as lon, st_y(s.geom) as lat, s.area_id,
    s.attributes, st_distance(s.geom::geography, here.at::geography) as distance_m
from here, field, service_points s
where s.geom && field.box and s.district_id = :district and (cast(:kind as text) is null or s.kind = :kind)
order by distance_m, s.code
limit :limit
