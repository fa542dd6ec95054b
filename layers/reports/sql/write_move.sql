-- Where a moved report lies now, as it was given and as it is stored.
update reports set
    geom = st_setsrid(st_makepoint(%(lon)s, %(lat)s), %(srid)s), given_x = %(given_x)s, given_y = %(given_y)s,
    given_datum = %(datum)s, accuracy_m = %(accuracy_m)s, located_by = %(located_by)s, candidates = %(candidates)s,
    place_id = %(place)s, subject = %(subject)s
where id = %(id)s
