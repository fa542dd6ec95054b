-- The accounts whom each of some entries concerns: of people, of the handlers of units, of whoever answers for an area on
-- that day, of whoever filed. Nobody who is locked out, and nobody of what they did themselves.
with asked as materialized (
    select * from json_to_recordset(%(asked)s) as q (
        place bigint, people bigint[], units bigint[], area bigint, reporter bigint, actor text, today date
    )
),
concerned as (
    select q.place, a.id from asked q join accounts a on a.person_id = any (q.people)
    union
    select q.place, a.id
    from asked q join people p on p.unit_id = any (q.units) join accounts a on a.person_id = p.id
    where a.role = 'department_handler'
    union
    select q.place, a.id
    from asked q join territories t on t.area_id = q.area join accounts a on a.id = t.account_id
    where t.valid_from <= q.today and (t.valid_to is null or t.valid_to >= q.today) and a.role = any (%(roles)s)
    union
    select q.place, a.id
    from asked q join duties d on d.area_id = q.area join accounts a on a.person_id = d.person_id
    where d.valid_from <= q.today and (d.valid_to is null or d.valid_to >= q.today) and a.role = any (%(roles)s)
    union
    select q.place, q.reporter from asked q where q.reporter is not null
)
select c.place, array_agg(c.id order by c.id) as accounts
from concerned c
join asked q on q.place = c.place
join accounts a on a.id = c.id
where a.locked_at is null and 'account:' || a.id <> q.actor
group by c.place
order by c.place
