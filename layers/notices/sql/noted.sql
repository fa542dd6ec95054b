-- How the reports at some places of the stream stand, as notices tell it: with the names of kind and areas.
select s.place, s.report_id, j.type, j.at, k.code as kind, k.name as kind_name, k.urgent, r.due_at,
    (
        select array_agg(v.name order by a.depth)
        from edition_areas e
        join areas a on a.id = e.area_id
        join area_versions v on v.id = e.version_id
        where e.edition_id = r.edition_id
            and e.area_id = any (string_to_array(rtrim(r.area_path, '.'), '.')::bigint[])
    ) as areas
from journal_stream s
join journal_entries j on j.report_id = s.report_id and j.position = s.position
join reports r on r.id = s.report_id
join kinds k on k.id = r.kind_id
where s.place = any (%s)
