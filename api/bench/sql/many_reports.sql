-- Many reports spread over all cells, one in twenty of them open, without journals: what figures are counted from.
insert into reports (
    id, district_id, sender, source, client_key, content_digest, kind_id, status, subject, occurred_at, filed_at,
    located, located_by, edition_id, area_id, area_path, certainty, assignee_id, holder_area_id, holder_depth, entries,
    chain_head
)
select
    19990101::bigint * 10000000 + n, d.id, 'source:bench', 'bench', n::text, '\x00', k.id,
    case when n %% 20 = 0 then 'dispatched' else 'closed' end, 'position',
    now() - n * interval '1 minute', now() - n * interval '1 minute', true, 'position', e.id, c.area_id, c.path, 1,
    p.id, c.area_id, c.depth, 2, '\x00'
from districts d
join editions e on e.district_id = d.id and e.status = 'in_force'
join kinds k on k.district_id = d.id and k.code = 'M01'
cross join generate_series(1, %(reports)s::int) n
join (
    select row_number() over (order by area_id) - 1 as place, count(*) over () as cells, area_id, path, depth
    from edition_areas where depth = %(depth)s
) c on c.place = (n * 7919::bigint) %% c.cells
join people p on p.id = 1 + n %% 1000
