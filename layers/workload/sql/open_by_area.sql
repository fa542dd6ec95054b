-- What each area of one level has in hand, everything below it included. A report that is held above this level
-- has too short a path and falls under the empty name.
select
    split_part(area_path, '.', :nth) as area,
    count(*) as open,
    count(*) filter (where assignee_id is null) as unassigned,
    percentile_cont(0.5) within group (order by date_part('epoch', :now - filed_at)) / 3600 as median_age_open_h
from reports
where district_id = :district and area_path is not null and status <> 'closed' and status <> 'void'
group by area
