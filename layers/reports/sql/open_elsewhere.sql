-- Open reports that the new edition may place otherwise: their area is gone, redrawn or under another parent, or they
-- could not be located before.
select r.id, st_x(r.geom) as lon, st_y(r.geom) as lat, r.accuracy_m, r.area_id, r.area_path, r.edition_id, r.entries,
    r.chain_head, r.holder_depth, r.located, r.flags
from reports r
left join edition_areas n on n.edition_id = :edition and n.area_id = r.area_id
left join edition_areas o on o.edition_id = r.edition_id and o.area_id = r.area_id
where r.district_id = :district and r.status <> 'closed' and r.status <> 'void'
    and (
        (r.area_id is not null and (n.area_id is null or n.version_id <> o.version_id or n.path <> r.area_path))
        or (not r.located and r.geom is not null)
    )
order by r.id
for update of r
