-- Reports of the last year at random places of their cells, one in ten of all open: what a redrawn border moves.
with places as (
    select ea.area_id, row_number() over (partition by ea.area_id) as nth, point.geom
    from edition_areas ea
    join editions e on e.id = ea.edition_id and e.status = 'in_force'
    join area_versions v on v.id = ea.version_id
    cross join lateral st_dump(st_generatepoints(v.geom, %(places)s::int, 1)) point
    where ea.depth = %(depth)s
)
update reports r set
    geom = p.geom, accuracy_m = 10,
    status = case when r.id %% 20 in (0, 10) then 'dispatched' else r.status end
from places p
where p.area_id = r.area_id and p.nth = 1 + (r.id / 20) %% %(places)s::int
    and (r.id %% 20 in (0, 10) or r.filed_at > now() - interval '1 year')
