-- How many different active people answer for an area or for something below it: grid workers, their deputies and
-- information officers, not the desks.
select area, count(*) as workers
from (
    select distinct split_part(e.path, '.', :nth) as area, d.person_id
    from edition_areas e
    join duties d on d.area_id = e.area_id
    join people p on p.id = d.person_id and p.active
    where e.edition_id = :edition and d.rank <> 'D'
        and d.valid_from <= :today and (d.valid_to is null or d.valid_to >= :today)
) answering
group by area
