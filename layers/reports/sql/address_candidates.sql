-- The places of the register most like an address, by trigrams: buildings, service points, areas above the cells.
-- Of many buildings alike as a whole, the likeness of their words is looked at for the first hundred alone.
(
    select 'building' as what, code, address as text, greatest(alike, word_similarity(address, %(address)s)) as score,
        st_x(geom) as lon, st_y(geom) as lat, area_id
    from (
        select code, address, geom, area_id, similarity(address, %(address)s) as alike
        from buildings
        where district_id = %(district)s and address %% %(address)s
        order by alike desc, code
        limit 100
    ) most_alike
    order by score desc, code
    limit 12
)
union all
(
    select 'service_point', code, case when similarity(name, %(address)s) >= similarity(address, %(address)s) then name else address end,
        greatest(
            similarity(name, %(address)s), similarity(address, %(address)s),
            word_similarity(name, %(address)s), word_similarity(address, %(address)s)
        ) as score,
        st_x(geom), st_y(geom), area_id
    from service_points
    where district_id = %(district)s and (name %% %(address)s or address %% %(address)s)
    order by score desc, code
    limit 8
)
union all
(
    select 'area', a.code, v.name, similarity(v.name, %(address)s) as score,
        st_x(v.label_point), st_y(v.label_point), a.id
    from edition_areas e
    join areas a on a.id = e.area_id
    join area_versions v on v.id = e.version_id
    where e.edition_id = %(edition)s and e.depth < %(cell_depth)s and v.name %% %(address)s
    order by score desc, a.code
    limit 5
)
