-- Everyone who answers for one of the areas on this day, with what the assignment rule asks about them.
select
    p.id, p.number, p.role, d.area_id, d.rank, p.shifts, p.cap, coalesce(l.open, 0) as open,
    exists (
        select 1 from absences a where a.person_id = p.id and a.starts_at <= %(now)s and a.ends_at > %(now)s
    ) as absent
from duties d
join people p on p.id = d.person_id and p.active
left join person_loads l on l.person_id = p.id
where d.area_id = any(%(areas)s) and d.valid_from <= %(today)s and (d.valid_to is null or d.valid_to >= %(today)s)
order by p.number, d.rank
