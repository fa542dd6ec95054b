-- The accounts whom something concerns: of people, of units, of whoever answers for an area on that day, of one account.
select a.id from accounts a
where a.person_id = any (%(people)s) and a.locked_at is null and 'account:' || a.id <> %(actor)s
union
select a.id from people p join accounts a on a.person_id = p.id
where p.unit_id = any (%(units)s) and a.role = 'department_handler' and a.locked_at is null
    and 'account:' || a.id <> %(actor)s
union
select a.id from territories t join accounts a on a.id = t.account_id
where t.area_id = %(area)s and t.valid_from <= %(today)s and (t.valid_to is null or t.valid_to >= %(today)s)
    and a.role = any (%(roles)s) and a.locked_at is null and 'account:' || a.id <> %(actor)s
union
select a.id from duties d join accounts a on a.person_id = d.person_id
where d.area_id = %(area)s and d.valid_from <= %(today)s and (d.valid_to is null or d.valid_to >= %(today)s)
    and a.role = any (%(roles)s) and a.locked_at is null and 'account:' || a.id <> %(actor)s
union
select a.id from accounts a where a.id = %(reporter)s and a.locked_at is null
order by id
