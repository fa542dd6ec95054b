-- Open reports that the new edition may place otherwise: their area is gone, redrawn or under another parent, or they
-- could not be located before. Asked by the paths of areas that differ: the other areas' reports are not even looked at.
with moved as materialized (
    select o.edition_id, o.area_id, o.path
    from editions e
    join edition_areas o on o.edition_id = e.id
    left join edition_areas n on n.edition_id = :edition and n.area_id = o.area_id
    where e.district_id = :district and e.id <> :edition
        and (n.area_id is null or n.version_id <> o.version_id or n.path <> o.path)
), elsewhere as (
    select r.id from moved m
    join reports r on r.district_id = :district and r.area_path = m.path and r.edition_id = m.edition_id
    where r.status <> 'closed' and r.status <> 'void' and r.status <> 'linked'
    union
    select r.id from reports r
    join moved m on m.edition_id = r.edition_id and m.area_id = r.area_id
    where r.lead_id is not null and r.status = 'linked' and r.district_id = :district
    union
    select r.id from reports r
    where r.district_id = :district and not r.located and r.geom is not null
        and r.status <> 'closed' and r.status <> 'void' and r.status <> 'linked'
)
select r.id, st_x(r.geom) as lon, st_y(r.geom) as lat, r.accuracy_m, r.area_id, r.area_path, r.edition_id, r.entries,
    r.chain_head, r.holder_depth, r.located, r.flags
from reports r
where r.id in (select id from elsewhere)
order by r.id
for update of r
