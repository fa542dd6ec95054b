-- Count a report onto a person, unless others have meanwhile given them so many that the choice no longer holds.
insert into person_loads as held (person_id, open) values (%(person)s, 1)
on conflict (person_id) do update set open = held.open + 1
    where held.open <= %(seen)s + %(slack)s and held.open < coalesce(%(cap)s::int, held.open + 1)
