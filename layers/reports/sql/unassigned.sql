-- Located reports that nobody has yet, oldest first; those another worker is looking at are left to it.
select r.id, r.area_path, r.entries, r.chain_head, r.status
from reports r
where r.district_id = %(district)s and r.id > %(after)s and r.assignee_id is null and r.unit_id is null and r.area_path is not null
    and r.status <> 'closed' and r.status <> 'void' and r.status <> 'linked' and r.status = 'filed'
order by r.id
limit %(limit)s
for update skip locked
